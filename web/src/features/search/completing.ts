import type { Completion } from "@/lib/api/types";

/** What is being written where the caret stands. */
export interface Typing {
  /** All of the text. */
  text: string;
  /** What stands before and behind the word being written. */
  before: string;
  after: string;
  /** The field it belongs to, as it was written: "from". */
  field: string;
  /** Whether the field is to be repeated: not within `from:(anna OR …)`. */
  listed: boolean;
  /** What a name would begin with; "" where no name is being written. */
  prefix: string;
}

const NAMED: Record<string, Completion["kind"]> = { from: "person", to: "person", mention: "person", in: "channel" };
const FIELD = "(from|to|mention|in):";
const LIST = new RegExp(`(?:^|[\\s(-])${FIELD}\\([^()]*$`, "i");
const BEFORE_QUOTE = new RegExp(`(?:^|[\\s(-])${FIELD}$`, "i");
const WORD = new RegExp(`^(-?)(?:${FIELD})?(.*)$`, "i");

/** Reads what is being written at a caret: a word, a field's value, or a quoted one that is not closed yet. */
export function typingAt(text: string, caret: number): Typing {
  const head = text.slice(0, caret).replace(/[“”„]/g, '"');
  const rest = { text, after: text.slice(caret).replace(/^[^\s"()]*/, "") };
  const quoted = head.split('"').length % 2 === 0;
  const start = quoted ? head.lastIndexOf('"') : head.search(/[^\s"()]*$/);
  const lead = text.slice(0, start);
  const list = LIST.exec(head.slice(0, start))?.[1];
  if (quoted) {
    const field = list ?? BEFORE_QUOTE.exec(lead)?.[1] ?? "";
    const before = list === undefined && field !== "" ? lead.slice(0, -field.length - 1) : lead;
    const prefix = field === "" ? "" : head.slice(start + 1);
    return { ...rest, after: rest.after.replace(/^"/, ""), before, field, listed: list !== undefined, prefix };
  }
  if (list !== undefined) return { ...rest, before: lead, field: list, listed: true, prefix: head.slice(start) };
  const [, dash = "", field = "", prefix = ""] = WORD.exec(head.slice(start)) ?? [];
  return { ...rest, before: lead + dash, field, listed: false, prefix };
}

/** Which kind of name its field takes; `undefined` where it may be of any kind. */
export function kindOf({ field }: Typing): Completion["kind"] | undefined {
  return NAMED[field.toLowerCase()];
}

/** Whether a completion, perhaps of what was written a moment ago, still goes where the caret stands. */
export function fits({ kind, value }: Completion, typing: Typing): boolean {
  if (kind === "query") return value !== typing.text;
  const wanted = kindOf(typing);
  return typing.prefix !== "" && (wanted === undefined || wanted === kind);
}

/** The whole text once a completion is chosen: a past query replaces it, a name goes where it was being written. */
export function completed({ kind, value }: Completion, typing: Typing): string {
  if (kind === "query") return value;
  const field = typing.field === "" ? { person: "from", channel: "in" }[kind] : typing.field;
  const name = typing.listed ? value : `${field}:${value}`;
  return `${typing.before}${name}${typing.after === "" && !typing.listed ? " " : typing.after}`;
}
