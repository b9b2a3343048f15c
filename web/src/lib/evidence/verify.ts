import type { EventEvidence, MessageEvidence, SegmentEvidence, TimeStamp } from "@/lib/api/types";
import { Unable, Wrong, fromBase64, fromHex, same, textOf } from "@/lib/evidence/bytes";
import { type Checkpoint, type VerifierKey, checkSignature, readCheckpoint, readKey } from "@/lib/evidence/checkpoint";
import { leafHash, provesConsistency, provesInclusion } from "@/lib/evidence/merkle";

/** One link of the chain from a delivery to the signed checkpoint; `fact` says why it does not hold. */
export interface Step {
  claim: string;
  outcome: "holds" | "fails" | "unchecked";
  fact: string | null;
}

/** What was found out about one event. `sealed` is what its hashed bytes say, once they are known to be those. */
export interface EventVerdict {
  event: EventEvidence;
  outcome: Outcome;
  steps: Step[];
  sealed: SealedWords | null;
  segment: SegmentEvidence | null;
  stamp: TimeStamp | null;
}

/** `waiting`: nothing contradicts, but not all is proven yet, or can be. */
export type Outcome = Step["outcome"] | "waiting";

export interface SealedWords {
  deliverySha256: string;
  receivedAt: string;
  json: unknown;
}

export interface Verdict {
  outcome: Outcome;
  events: EventVerdict[];
}

/**
 * Verifies, by hashes and a signature alone, what the API gave as evidence of the message `messageId`.
 *
 * Where an event lies in the journal and when a token says that it was stamped are told, not proven: see
 * `docs/evidence.md`.
 */
export async function verifyEvidence(evidence: MessageEvidence, messageId: string): Promise<Verdict> {
  const log = new Log(evidence);
  const events: EventVerdict[] = [];
  for (const event of evidence.events) events.push(await verifyEvent(event, evidence, messageId, log));
  return { outcome: together(events.map(({ outcome }) => outcome)), events };
}

async function verifyEvent(
  event: EventEvidence,
  evidence: MessageEvidence,
  messageId: string,
  log: Log,
): Promise<EventVerdict> {
  const verdict: EventVerdict = { event, outcome: "waiting", steps: [], sealed: null, segment: null, stamp: null };
  if (event.state === "captured" || event.state === "shredded") return verdict;
  const segment = evidence.segments.find(({ segmentId }) => segmentId === event.segmentId) ?? null;
  const steps = [
    await step("The event's bytes and salt give its leaf", async () => {
      verdict.sealed = await readEvent(event, messageId);
    }),
    await step("The leaf is in the segment", () => checkLeaf(event, segment)),
  ];
  if (event.state === "proven") {
    verdict.stamp = earliest(evidence.timeStamps, segment);
    const { stamp } = verdict;
    steps.push(
      await step("The segment's manifest is in the log", () => log.checkEntry(segment)),
      await step("The log's key signed the checkpoint", () => log.checkSigned()),
    );
    if (stamp) steps.push(await step("The log stamped then is the beginning of this one", () => log.checkStamp(stamp)));
  }
  const found = together(steps.map(({ outcome }) => outcome));
  const outcome = event.state === "sealed" && found !== "fails" ? "waiting" : found;
  return { ...verdict, outcome, steps, segment };
}

/** What the event's bytes say, once they give its leaf and say the same as the API beside them. */
async function readEvent(event: EventEvidence, messageId: string): Promise<SealedWords> {
  const bytes = fromBase64(given(event.canonical));
  const leaf = await leafHash(bytes, fromHex(given(event.salt)));
  if (!same(leaf, fromHex(given(event.leafHash)))) throw new Wrong("The bytes give another leaf.");
  const json = read(bytes);
  const said = [
    [json.message_id, messageId],
    [json.event_id, event.eventId],
    [json.kind, event.kind],
    [json.occurred_at, event.occurredAt],
    [json.captured_at, event.capturedAt],
  ];
  if (said.some(([sealed, shown]) => sealed !== shown)) throw new Wrong("The bytes say something else than is shown.");
  const delivery = isObject(json.delivery) ? json.delivery : {};
  return { deliverySha256: String(delivery.sha256), receivedAt: String(delivery.received_at), json };
}

async function checkLeaf(event: EventEvidence, segment: SegmentEvidence | null): Promise<void> {
  const { segmentId, manifest } = given(segment);
  const { root, segment_id: named, counts, tenant_id: tenant } = read(fromBase64(manifest));
  if (named !== segmentId) throw new Wrong("The manifest is another segment's.");
  if (tenant !== read(fromBase64(given(event.canonical))).tenant_id) throw new Wrong("The segment is another tenant's.");
  const size = given(event.leafCount);
  if (!isObject(counts) || counts.events !== size) throw new Wrong("The manifest counts other events.");
  const path = given(event.path).map(fromHex);
  const leaf = fromHex(given(event.leafHash));
  if (typeof root !== "string" || !(await provesInclusion(leaf, given(event.leafIndex), size, path, fromHex(root)))) {
    throw new Wrong("The path does not lead to the root in the segment's manifest.");
  }
}

/** The log at its newest checkpoint; what is read once is kept. */
class Log {
  private readonly evidence: MessageEvidence;
  private opened: Promise<{ key: VerifierKey; checkpoint: Checkpoint }> | null = null;

  constructor(evidence: MessageEvidence) {
    this.evidence = evidence;
  }

  async checkEntry(segment: SegmentEvidence | null): Promise<void> {
    const { manifest, entry, path } = given(segment);
    const { checkpoint } = await this.open();
    const leaf = await leafHash(fromBase64(manifest));
    if (!(await provesInclusion(leaf, entry, checkpoint.size, given(path).map(fromHex), checkpoint.root))) {
      throw new Wrong("The path does not lead to the checkpoint's root.");
    }
  }

  async checkSigned(): Promise<void> {
    const { key } = await this.open();
    await checkSignature(given(this.evidence.log).checkpoint, key);
  }

  async checkStamp(stamp: TimeStamp): Promise<void> {
    const { key, checkpoint } = await this.open();
    const { size, root } = readCheckpoint(stamp.checkpoint, key);
    if (size !== stamp.size) throw new Wrong("The stamped checkpoint has another size.");
    if (!(await provesConsistency(size, root, checkpoint.size, checkpoint.root, stamp.path.map(fromHex)))) {
      throw new Wrong("The stamped log is not the beginning of the newest one.");
    }
    await checkSignature(stamp.checkpoint, key);
  }

  private open() {
    return (this.opened ??= this.read());
  }

  private async read() {
    const log = given(this.evidence.log);
    const key = await readKey(log.key);
    const checkpoint = readCheckpoint(log.checkpoint, key);
    const { origin, size, root } = checkpoint;
    if (origin !== log.origin || size !== log.size || !same(root, fromHex(log.root))) {
      throw new Wrong("The checkpoint says something else than is shown.");
    }
    return { key, checkpoint };
  }
}

/** The first stamp whose log holds the segment. */
function earliest(stamps: TimeStamp[], segment: SegmentEvidence | null): TimeStamp | null {
  if (segment === null) return null;
  const covering = stamps.filter(({ size }) => size > segment.entry).sort((one, other) => one.size - other.size);
  return covering[0] ?? null;
}

async function step(claim: string, check: () => Promise<void>): Promise<Step> {
  try {
    await check();
    return { claim, outcome: "holds", fact: null };
  } catch (error) {
    if (error instanceof Unable) return { claim, outcome: "unchecked", fact: error.message };
    if (error instanceof Wrong) return { claim, outcome: "fails", fact: error.message };
    throw error;
  }
}

function together(outcomes: Outcome[]): Outcome {
  const order: Outcome[] = ["fails", "waiting", "unchecked"];
  return order.find((outcome) => outcomes.includes(outcome)) ?? (outcomes.length > 0 ? "holds" : "waiting");
}

function read(bytes: Parameters<typeof textOf>[0]): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(textOf(bytes));
  } catch {
    throw new Wrong("Something that should be JSON is not.");
  }
  if (!isObject(value)) throw new Wrong("Something that should be a JSON object is not.");
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function given<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Wrong("A part of the evidence is missing.");
  return value;
}
