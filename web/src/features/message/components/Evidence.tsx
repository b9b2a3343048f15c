import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useState } from "react";

import { ProblemAlert } from "@/components/ProblemAlert";
import { useEvidence } from "@/features/message/api/useEvidence";
import styles from "@/features/message/components/Evidence.module.css";
import { EventProof } from "@/features/message/components/EventProof";
import { Fact, Id } from "@/features/message/components/Fact";
import type { MessageEvidence } from "@/lib/api/types";
import type { Outcome, Verdict } from "@/lib/evidence/verify";

/** What proves a message, loaded and verified by this browser once it is opened. */
export function Evidence({ messageId }: { messageId: string }) {
  const [open, setOpen] = useState(false);
  const { data, isPending, isError, error, refetch } = useEvidence(messageId, open);
  return (
    <ExpandableSection headerText="Evidence" expanded={open} onChange={({ detail }) => setOpen(detail.expanded)}>
      <SpaceBetween size="m">
        <div role="status">
          {data ? <Summary evidence={data.evidence} verdict={data.verdict} /> : null}
          {open && isPending ? <StatusIndicator type="loading">Loading and verifying</StatusIndicator> : null}
        </div>
        {isError ? <ProblemAlert error={error} onRetry={() => void refetch()} /> : null}
        {data ? <Proof evidence={data.evidence} verdict={data.verdict} /> : null}
      </SpaceBetween>
    </ExpandableSection>
  );
}

function Summary({ evidence, verdict }: { evidence: MessageEvidence; verdict: Verdict }) {
  const [type, words] = summary(verdict.outcome, evidence);
  return (
    <StatusIndicator type={type}>
      <span className={styles.words}>{words}</span>
    </StatusIndicator>
  );
}

function summary(outcome: Outcome, { state }: MessageEvidence): [StatusIndicatorProps.Type, string] {
  if (outcome === "fails") return ["error", "The evidence does not hold. Keep a copy of it, and tell an administrator."];
  if (outcome === "holds") return ["success", "Verified in this browser."];
  if (outcome === "unchecked") {
    return ["warning", "The hashes hold. This browser does not know Ed25519, so it cannot check the signature."];
  }
  if (state === "captured") return ["pending", "Captured, not sealed yet. Sealing runs every hour."];
  if (state === "sealed") return ["pending", "Sealed. No checkpoint of the log covers it yet."];
  if (state === "shredded") return ["stopped", "Erased: its author's key was destroyed, so nobody can prove its words."];
  return ["info", "What can still be proven was verified in this browser; some of its author's key was destroyed."];
}

function Proof({ evidence, verdict }: { evidence: MessageEvidence; verdict: Verdict }) {
  const { log, omitted } = evidence;
  return (
    <SpaceBetween size="m">
      <Box variant="small" display="block">
        This proves that what Quire logged has not changed since. The platform does not sign messages, so that it
        delivered them like this is stated by whoever runs the archive.
      </Box>
      <ol className={styles.events} aria-label="Events of the message">
        {verdict.events.map((each) => (
          <li key={each.event.eventId}>
            <EventProof verdict={each} size={log?.size ?? null} />
          </li>
        ))}
      </ol>
      {omitted > 0 ? (
        <Box variant="small" display="block">
          {omitted.toLocaleString()} later events are left out here; a downloaded package has all.
        </Box>
      ) : null}
      {log ? (
        <dl className={styles.facts}>
          <Fact label="Checkpoint">
            {log.size.toLocaleString()} entries of the log <Id text={log.origin} />
          </Fact>
          <Fact label="Its root">
            <Id text={log.root} />
          </Fact>
          <Fact label="Verifier key">
            <Id text={log.key} />
            <div className={styles.note}>
              The archive gave this key: compare it with the one that you got from somebody you trust.
            </div>
          </Fact>
        </dl>
      ) : null}
    </SpaceBetween>
  );
}
