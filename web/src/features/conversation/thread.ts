import type { Message } from "@/lib/api/types";
import { dayKey, moment } from "@/lib/time";

/**
 * One place in a conversation: a message with the loaded replies of its thread, or replies whose first message lies
 * outside what is loaded.
 */
export type Item =
  | { kind: "message"; message: Message; replies: Message[] }
  | { kind: "replies"; threadId: string; replies: Message[] };

/** The items that fall on one day of the reader's zone; `date` is absent when no time could be read yet. */
export interface Day {
  key: string;
  date: Date | null;
  items: Item[];
}

/**
 * Puts replies under the message their thread began with. Messages come and stay in the order of time; a thread stands
 * where its first loaded message does.
 */
export function groupThreads(messages: Message[]): Item[] {
  const loaded = new Set(messages.map((message) => message.messageId));
  const threads = new Map<string, Message[]>();
  const items: Item[] = [];
  for (const message of messages) {
    const root = threadRoot(message);
    if (root === null) {
      items.push({ kind: "message", message, replies: repliesOf(threads, message.messageId) });
      continue;
    }
    const known = threads.has(root);
    const replies = repliesOf(threads, root);
    replies.push(message);
    if (!known && !loaded.has(root)) items.push({ kind: "replies", threadId: root, replies });
  }
  return items;
}

/** The first message of the thread that `message` answers in; `null` when it answers in none, or began it. */
export function threadRoot(message: Message): string | null {
  return message.threadId && message.threadId !== message.messageId ? message.threadId : null;
}

/** Cuts items into days of the reader's zone. */
export function groupDays(items: Item[]): Day[] {
  const days: Day[] = [];
  for (const item of items) {
    const first = item.kind === "message" ? item.message : item.replies[0];
    const date = moment(first?.timestamp ?? "")?.date ?? null;
    const last = days.at(-1);
    const key = date === null ? (last?.key ?? "unknown") : dayKey(date);
    if (last?.key === key) last.items.push(item);
    else days.push({ key, date, items: [item] });
  }
  return days;
}

/** The messages of several pages, in order, each once. */
export function mergePages(pages: { messages: Message[] }[]): Message[] {
  const messages = new Map<string, Message>();
  for (const page of pages) for (const message of page.messages) messages.set(message.messageId, message);
  return [...messages.values()];
}

function repliesOf(threads: Map<string, Message[]>, root: string): Message[] {
  const known = threads.get(root);
  if (known !== undefined) return known;
  const replies: Message[] = [];
  threads.set(root, replies);
  return replies;
}
