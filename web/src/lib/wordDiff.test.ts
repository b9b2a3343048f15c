import { describe, expect, it } from "vitest";

import { diffWords } from "@/lib/wordDiff";

function shown(before: string, after: string): string {
  const signs = { same: "", added: "+", removed: "-" };
  return diffWords(before, after)
    .map(({ kind, text }) => (kind === "same" ? text : `{${signs[kind]}${text}}`))
    .join("");
}

describe("diffWords", () => {
  it("shows the words that changed", () => {
    expect(shown("pay on Thursday please", "pay on Friday please")).toBe("pay on {-Thursday}{+Friday} please");
  });

  it("reads a rewritten sentence as one change, not word by word", () => {
    expect(
      shown(
        "Honestly, I can guarantee you 8% a year on this one. There is no way you lose money.",
        "We would target around 8% a year on this one. Capital is at risk, see page 3.",
      ),
    ).toBe(
      "{-Honestly, I can guarantee you }{+We would target around }8% a year on this one. " +
        "{-There is no way you lose money}{+Capital is at risk, see page 3}.",
    );
  });

  it("finds words in scripts without spaces", () => {
    expect(shown("木曜日に署名します", "金曜日に署名します")).toBe("{-木曜日}{+金曜日}に署名します");
  });

  it("does not cut an emoji in two", () => {
    expect(shown("ok 👩‍👩‍👧", "ok 👩‍👩‍👦")).toBe("ok {-👩‍👩‍👧}{+👩‍👩‍👦}");
  });

  it("sees a change of spaces and of nothing", () => {
    expect(shown("a b", "a  b")).toContain("{");
    expect(diffWords("same", "same")).toEqual([{ kind: "same", text: "same" }]);
    expect(diffWords("", "new")).toEqual([{ kind: "added", text: "new" }]);
  });

  it("gives up on long texts with nothing in common, within a second", () => {
    const words = (seed: number) => Array.from({ length: 20_000 }, (_, i) => `w${(i * seed) % 99_991}`).join(" ");
    const started = performance.now();
    const changes = diffWords(words(7), words(13));
    expect(performance.now() - started).toBeLessThan(1500);
    expect(changes.length).toBeGreaterThan(0);
  });
});
