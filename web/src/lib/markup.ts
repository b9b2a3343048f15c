import type { Message } from "@/lib/api/types";
import { shortNameGlyph } from "@/lib/emoji";

/** What stands for something else in a message's text: whom it names, and whether ":coffee:" is an emoji there. */
export interface Markup {
  /** What the text may say, and what to show for it: "U08HZARKOMJ" -> "Priya Nair". */
  named: Map<string, string>;
  shortNames: boolean;
}

/** A run of a message's text. `written` is what the text itself says where something else is shown. */
export interface Run {
  kind: "text" | "mention" | "emoji";
  text: string;
  written?: string;
}

const SHORTEST_NAME = 2;
const SHORTEST_ID = 5;
const SHORT_NAME = String.raw`:[\w+'-]+:(?::skin-tone-[2-6]:)?`;

/** How to read the text of this message. */
export function markupOf({ mentions, platform }: Pick<Message, "mentions" | "platform">): Markup {
  const named = new Map<string, string>();
  for (const { id, name } of mentions) {
    const shown = name?.replace(/^@/, "") ?? "";
    if (shown.length < SHORTEST_NAME) continue;
    named.set(shown, shown);
    if (id && id.length >= SHORTEST_ID) named.set(id, shown);
  }
  return { named, shortNames: platform === "slack" };
}

/** Finds mentions, by name or by the platform's id, and Slack's short names of emoji. */
export function readMarkup(text: string, { named, shortNames }: Markup): Run[] {
  // Longest first, so that "Ann Lee" is not taken for "Ann".
  const names = [...named.keys()].sort((one, other) => other.length - one.length).map(literal);
  const wanted = [...(names.length > 0 ? [`([@#]?)(${names.join("|")})`] : ["()()(?!)"]), ...(shortNames ? [SHORT_NAME] : [])];
  const runs: Run[] = [];
  let from = 0;
  for (const match of text.matchAll(new RegExp(wanted.join("|"), "gu"))) {
    const [written, sign = "", name] = match;
    const run = name === undefined ? emoji(written) : mention(written, sign, named.get(name) ?? name);
    if (run === null) continue;
    if (match.index > from) runs.push({ kind: "text", text: text.slice(from, match.index) });
    runs.push(run);
    from = match.index + written.length;
  }
  if (from < text.length) runs.push({ kind: "text", text: text.slice(from) });
  return runs;
}

function mention(written: string, sign: string, shown: string): Run {
  const text = sign + shown;
  return text === written ? { kind: "mention", text } : { kind: "mention", text, written };
}

function emoji(written: string): Run | null {
  const glyph = shortNameGlyph(written);
  return glyph === null ? null : { kind: "emoji", text: glyph, written };
}

function literal(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
