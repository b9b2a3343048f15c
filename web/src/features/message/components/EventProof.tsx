import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { SafeText } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import styles from "@/features/message/components/Evidence.module.css";
import { Fact, Id } from "@/features/message/components/Fact";
import type { EventEvidence } from "@/lib/api/types";
import type { EventVerdict, Step } from "@/lib/evidence/verify";
import { visibleJson } from "@/lib/invisible";

const STATES: Record<EventEvidence["state"], string> = {
  captured: "Captured, not sealed yet",
  sealed: "Sealed, not in a checkpoint yet",
  proven: "Sealed, and in the checkpoint",
  shredded: "Sealed; its author's key was destroyed since",
};
const TYPES = { holds: "success", fails: "error", unchecked: "warning" } as const;
const WORDS = { holds: "Holds", fails: "Does not hold", unchecked: "Not checked" } as const;

/** One event of a message: where it lies, and the chain from its delivery to a checkpoint of `size` entries. */
export function EventProof({ verdict, size }: { verdict: EventVerdict; size: number | null }) {
  const { event, steps, sealed } = verdict;
  return (
    <>
      <div className={styles.heading}>
        <strong>
          <SafeText text={event.kind} />
        </strong>{" "}
        <Timestamp at={event.occurredAt} />
      </div>
      <dl className={styles.facts}>
        <Fact label="State">{STATES[event.state]}</Fact>
        {sealed ? (
          <Fact label="Delivery (SHA-256)">
            <Id text={sealed.deliverySha256} />
            <div className={styles.note}>
              came in <Timestamp at={sealed.receivedAt} />
            </div>
          </Fact>
        ) : null}
        <Fact label="In the journal">
          <Id text={event.journal.segment} />
          <div>frame {event.journal.frame}</div>
        </Fact>
        <Sealed verdict={verdict} size={size} />
      </dl>
      {steps.length > 0 ? (
        <ul className={styles.steps} aria-label="What this browser verified">
          {steps.map((step) => (
            <li key={step.claim}>
              <StepLine step={step} />
            </li>
          ))}
        </ul>
      ) : null}
      {sealed ? (
        <details>
          <summary>The event as it was sealed (JSON)</summary>
          {/* Scrolls by itself, so the keyboard must be able to reach it. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre className={styles.json} tabIndex={0} aria-label="The event as JSON">
            {visibleJson(sealed.json)}
          </pre>
        </details>
      ) : null}
    </>
  );
}

function Sealed({ verdict, size }: { verdict: EventVerdict; size: number | null }) {
  const { event, segment, stamp } = verdict;
  if (event.state === "captured") return null;
  return (
    <>
      {event.segmentId ? (
        <Fact label="Sealed segment">
          <Id text={event.segmentId} />
          {typeof event.leafIndex === "number" && typeof event.leafCount === "number" ? (
            <div>
              leaf {event.leafIndex.toLocaleString()} (from 0) of {event.leafCount.toLocaleString()}
            </div>
          ) : null}
        </Fact>
      ) : null}
      {event.leafHash ? (
        <Fact label="Leaf hash">
          <Id text={event.leafHash} />
        </Fact>
      ) : null}
      {segment ? (
        <Fact label="Log entry">
          {segment.entry.toLocaleString()} (from 0){size === null ? null : ` of ${size.toLocaleString()}`}
        </Fact>
      ) : null}
      {event.state === "proven" ? (
        <Fact label="Stamped">
          {stamp ? (
            <>
              <Timestamp at={stamp.at} />, at {stamp.size.toLocaleString()} entries
              <div className={styles.note}>
                So says a time token (RFC 3161), which a browser cannot check; verify.py in a downloaded package does.
              </div>
            </>
          ) : (
            "Not yet"
          )}
        </Fact>
      ) : null}
    </>
  );
}

function StepLine({ step }: { step: Step }) {
  return (
    <StatusIndicator type={TYPES[step.outcome]} iconAriaLabel={WORDS[step.outcome]}>
      <span className={styles.words}>
        {step.claim}
        {step.fact ? `: ${step.fact}` : null}
      </span>
    </StatusIndicator>
  );
}
