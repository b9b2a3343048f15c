import { describe, expect, it, vi } from "vitest";

import type { MessageEvidence } from "@/lib/api/types";
import { type Bytes, sha256 } from "@/lib/evidence/bytes";
import { leafHash, nodeHash, provesConsistency, provesInclusion } from "@/lib/evidence/merkle";
import { verifyEvidence } from "@/lib/evidence/verify";
import { EVIDENCE } from "@/testing/evidence";

const GOOD = EVIDENCE.stamped;

/** Told beside the proof, and nothing that hashes cover. */
const TOLD =
  /^(?:omitted|state|events\.\d+\.(?:state|frame|journal\.\w+)|timeStamps\.\d+\.(?:at|token))$/;

describe("evidence of a message", () => {
  it("holds, from each event's bytes to the signed checkpoint and to the stamped one", async () => {
    const { outcome, events } = await verifyEvidence(GOOD, GOOD.messageId);
    expect(outcome).toBe("holds");
    expect(events.map(({ steps }) => steps.map((step) => step.outcome))).toEqual([
      Array(5).fill("holds"),
      Array(5).fill("holds"),
    ]);
    expect(events[0]?.sealed?.deliverySha256).toMatch(/^[0-9a-f]{64}$/);
    expect(events[0]?.stamp?.size).toBe(3);
  });

  it("holds without a stamp", async () => {
    const { outcome, events } = await verifyEvidence(EVIDENCE.unstamped, EVIDENCE.unstamped.messageId);
    expect([outcome, events[0]?.stamp]).toEqual(["holds", null]);
  });

  it("waits while it is captured or sealed only, what is there being checked", async () => {
    const captured = await verifyEvidence(EVIDENCE.captured, EVIDENCE.captured.messageId);
    expect([captured.outcome, captured.events[0]?.steps]).toEqual(["waiting", []]);
    const sealed = await verifyEvidence(EVIDENCE.sealed, EVIDENCE.sealed.messageId);
    expect([sealed.outcome, sealed.events[0]?.steps.length]).toEqual(["waiting", 2]);
    const changed = structuredClone(EVIDENCE.sealed);
    change(changed, ["events", "0", "salt"]);
    expect((await verifyEvidence(changed, changed.messageId)).outcome).toBe("fails");
  });

  it("is of the message that was asked for", async () => {
    expect((await verifyEvidence(GOOD, EVIDENCE.unstamped.messageId)).outcome).toBe("fails");
  });

  const paths = leaves(GOOD).filter((path) => !TOLD.test(path.join(".")) && path[0] !== "messageId");

  it.each(paths.map((path) => path.join(".")))("fails when %s was changed", async (path) => {
    const changed = structuredClone(GOOD);
    change(changed, path.split("."));
    expect((await verifyEvidence(changed, GOOD.messageId)).outcome).toBe("fails");
  });

  it.each(["canonical", "salt", "leafHash", "leafIndex", "leafCount", "path", "segmentId"] as const)(
    "fails when %s is missing",
    async (name) => {
      const { events, ...rest } = structuredClone(GOOD);
      const without = events.map((event) => ({ ...event, [name]: null }));
      expect((await verifyEvidence({ ...rest, events: without }, GOOD.messageId)).outcome).toBe("fails");
    },
  );

  it("fails without its segment, its log or a path's end", async () => {
    const [segment] = GOOD.segments;
    const short = GOOD.segments.map((each) => ({ ...each, path: each.path?.slice(0, -1) ?? null }));
    expect(segment).toBeDefined();
    for (const part of [{ segments: [] }, { log: null }, { segments: short }]) {
      expect((await verifyEvidence({ ...GOOD, ...part }, GOOD.messageId)).outcome).toBe("fails");
    }
  });

  it("says so where the browser knows no Ed25519", async () => {
    vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("unknown", "NotSupportedError"));
    const { outcome, events } = await verifyEvidence(GOOD, GOOD.messageId);
    expect(outcome).toBe("unchecked");
    expect(events[0]?.steps[3]?.fact).toMatch(/cannot check the signature/);
  });
});

describe("trees", () => {
  it("prove each leaf and each beginning, and nothing else", async () => {
    const all = await Promise.all(Array.from({ length: 9 }, (_, n) => leafHash(Uint8Array.of(n))));
    for (let size = 1; size <= all.length; size++) {
      const tree = all.slice(0, size);
      const top = await root(tree);
      for (let index = 0; index < size; index++) {
        const path = await inclusion(tree, index);
        const leaf = tree[index] ?? new Uint8Array();
        expect(await provesInclusion(leaf, index, size, path, top)).toBe(true);
        expect(await provesInclusion(leaf, index + 1, size, path, top)).toBe(false);
        expect(await provesInclusion(leaf, index, size, [...path, top], top)).toBe(false);
        const begun = await root(tree.slice(0, index + 1));
        const proof = await consistency(tree, index + 1, true);
        expect(await provesConsistency(index + 1, begun, size, top, proof)).toBe(true);
        expect(await provesConsistency(index + 1, await sha256(begun), size, top, proof)).toBe(false);
        expect(await provesConsistency(index + 1, begun, size, await sha256(top), proof)).toBe(false);
        expect(await provesConsistency(index + 1, begun, size, top, [...proof, top])).toBe(false);
      }
    }
  });
});

/** The definitions of RFC 9162, sections 2.1.1, 2.1.3.1 and 2.1.4.1, as they stand there. */
async function root(leaves: Bytes[]): Promise<Bytes> {
  if (leaves.length === 1) return leaves[0] ?? new Uint8Array();
  const middle = split(leaves.length);
  return nodeHash(await root(leaves.slice(0, middle)), await root(leaves.slice(middle)));
}

async function inclusion(leaves: Bytes[], index: number): Promise<Bytes[]> {
  if (leaves.length === 1) return [];
  const middle = split(leaves.length);
  const [left, right] = [leaves.slice(0, middle), leaves.slice(middle)];
  return index < middle
    ? [...(await inclusion(left, index)), await root(right)]
    : [...(await inclusion(right, index - middle)), await root(left)];
}

async function consistency(leaves: Bytes[], earlier: number, known: boolean): Promise<Bytes[]> {
  if (earlier === leaves.length) return known ? [] : [await root(leaves)];
  const middle = split(leaves.length);
  const [left, right] = [leaves.slice(0, middle), leaves.slice(middle)];
  return earlier <= middle
    ? [...(await consistency(left, earlier, known)), await root(right)]
    : [...(await consistency(right, earlier - middle, false)), await root(left)];
}

function split(size: number): number {
  return 2 ** Math.ceil(Math.log2(size) - 1);
}

/** The paths of all that is written in a value. */
function leaves(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [[]];
  return Object.entries(value).flatMap(([name, part]) => leaves(part).map((path) => [name, ...path]));
}

/** Changes one character, or the number, at `path`. */
function change(evidence: MessageEvidence, path: string[]): void {
  const last = path.at(-1) ?? "";
  const holder = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((part, name) => part[name] as Record<string, unknown>, { ...evidence });
  const value = holder[last];
  if (typeof value === "number") holder[last] = value + 1;
  if (typeof value === "string") {
    const middle = Math.floor(value.length / 2);
    holder[last] = value.slice(0, middle) + (value[middle] === "1" ? "2" : "1") + value.slice(middle + 1);
  }
}
