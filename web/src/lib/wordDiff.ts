import { diffArrays } from "diff";

/** A run of words that two versions share, or that only one of them has. */
export interface Change {
  kind: "same" | "added" | "removed";
  text: string;
}

/** A stretch of both versions: what they share, or what one says where the other says something else. */
interface Stretch {
  removed: string;
  added: string;
  same: string;
}

/** Beyond this the two texts have so little in common that a word-by-word view would not help. */
const TIME_LIMIT_MS = 250;

/** Shared text up to this many characters can be chance. */
const A_FEW = 12;

/**
 * What changed from one version to the next, by words of whatever script they are in.
 *
 * A few shared words between longer changes are counted to the change, so that a rewritten sentence reads as one; two
 * long texts without much in common come back as one whole removed and one whole added.
 */
export function diffWords(before: string, after: string): Change[] {
  const changes = diffArrays(words(before), words(after), { timeout: TIME_LIMIT_MS });
  if (changes === undefined) return told([{ removed: before, added: after, same: "" }]);
  const stretches: Stretch[] = [];
  for (const { value, added, removed } of changes) {
    const text = value.join("");
    const last = stretches.at(-1);
    if (!added && !removed) stretches.push({ removed: "", added: "", same: text });
    else if (last?.same === "") last[added ? "added" : "removed"] += text;
    else stretches.push({ removed: removed ? text : "", added: added ? text : "", same: "" });
  }
  return told(joined(stretches));
}

/** Folds a little that is shared into the changes around it where it is shorter than both, until nothing folds any more. */
function joined(stretches: Stretch[]): Stretch[] {
  for (let index = 1; index < stretches.length - 1; index += 1) {
    const [before, shared, after] = stretches.slice(index - 1, index + 2) as [Stretch, Stretch, Stretch];
    if (shared.same === "" || shared.same.length > Math.min(extent(before), extent(after), A_FEW)) continue;
    const one = {
      removed: before.removed + shared.same + after.removed,
      added: before.added + shared.same + after.added,
      same: "",
    };
    return joined([...stretches.slice(0, index - 1), one, ...stretches.slice(index + 2)]);
  }
  return stretches;
}

function extent({ removed, added }: Stretch): number {
  return Math.max(removed.length, added.length);
}

function told(stretches: Stretch[]): Change[] {
  return stretches
    .flatMap(({ removed, added, same }): Change[] => [
      { kind: "removed", text: removed },
      { kind: "added", text: added },
      { kind: "same", text: same },
    ])
    .filter(({ text }) => text !== "");
}

function words(text: string): string[] {
  return Array.from(new Intl.Segmenter(undefined, { granularity: "word" }).segment(text), ({ segment }) => segment);
}
