/** A run of text, and whether it names someone the message mentions. */
export interface MentionRun {
  text: string;
  mention: boolean;
}

const SHORTEST = 2;

/** Finds where a message names those it mentions, with or without "@" before the name. */
export function splitMentions(text: string, names: string[]): MentionRun[] {
  // Longest first, so that "Ann Lee" is not taken for "Ann".
  const wanted = [...new Set(names.map((name) => name.replace(/^@/, "")))]
    .filter((name) => name.length >= SHORTEST)
    .sort((one, other) => other.length - one.length);
  if (wanted.length === 0) return [{ text, mention: false }];
  const find = new RegExp(`@?(?:${wanted.map(literal).join("|")})`, "gu");
  const runs: MentionRun[] = [];
  let from = 0;
  for (const match of text.matchAll(find)) {
    if (match.index > from) runs.push({ text: text.slice(from, match.index), mention: false });
    runs.push({ text: match[0], mention: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) runs.push({ text: text.slice(from), mention: false });
  return runs;
}

function literal(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
