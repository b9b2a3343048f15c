import { diffArrays } from "diff";

/** A run of words that two versions share, or that only one of them has. */
export interface Change {
  kind: "same" | "added" | "removed";
  text: string;
}

/** Beyond this the two texts have so little in common that a word-by-word view would not help. */
const TIME_LIMIT_MS = 250;

/**
 * What changed from one version to the next, by words of whatever script they are in.
 *
 * Two long texts without much in common come back as one whole removed and one whole added.
 */
export function diffWords(before: string, after: string): Change[] {
  const changes = diffArrays(words(before), words(after), { timeout: TIME_LIMIT_MS });
  const all: { value: string[]; added: boolean; removed: boolean }[] = changes ?? [
    { value: [before], added: false, removed: true },
    { value: [after], added: true, removed: false },
  ];
  return all
    .map(({ value, added, removed }): Change => ({
      kind: added ? "added" : removed ? "removed" : "same",
      text: value.join(""),
    }))
    .filter(({ text }) => text !== "");
}

function words(text: string): string[] {
  return Array.from(new Intl.Segmenter(undefined, { granularity: "word" }).segment(text), ({ segment }) => segment);
}
