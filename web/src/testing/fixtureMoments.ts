import type { Difference, MemberList, Message, PersonDay } from "@/lib/api/types";
import { CHANNELS, NOTABLE, WEEK } from "./week.ts";

/** The messages sent by a moment, the way members saw them: of an edited one its first text until the edit. */
export function seenAt(messages: Message[], asOf: string | null): Message[] {
  if (asOf === null) return messages;
  const at = Date.parse(asOf);
  const by = (time: string | null | undefined) => time != null && Date.parse(time) <= at;
  return messages
    .filter(({ timestamp }) => by(timestamp))
    .map((message): Message => {
      const { editHistory, reactions, ...rest } = message;
      const [first] = editHistory;
      const seen = { ...rest, editHistory: [], reactions: reactions.filter(({ removedAt }) => !removedAt), asOf };
      if (by(message.deletedAt)) return { ...seen, content: "", reactions: [], attachments: [], tombstone: true };
      if (first && !by(message.editedAt)) return { ...seen, content: first.content, editedAt: null, deletedAt: null };
      return { ...seen, deletedAt: null };
    });
}

/** Two who are known to have been there, one of whom may have been there before. */
export function members(asOf: string | null): MemberList {
  return {
    asOf: asOf ?? "2026-01-08T00:00:00Z",
    othersMayRead: true,
    members: [
      {
        userId: "priya",
        name: "Priya Nair",
        standing: "member",
        stays: [{ since: "2026-01-05T08:00:00Z", sinceToldBy: "joined", untilTold: true }],
      },
      {
        userId: "tom",
        name: "Tom Berg",
        standing: asOf === null ? "absent" : "unknown",
        stays: [
          { since: "2026-01-05T09:00:00Z", sinceToldBy: "active", until: "2026-01-06T09:00:00Z", untilTold: true },
        ],
      },
    ],
    nextCursor: null,
  };
}

/** One edit, one deletion, one who left, one new name. */
export function difference(channelId: string, parameters: URLSearchParams): Difference | undefined {
  const channel = CHANNELS.find((one) => one.channelId === channelId);
  if (channel === undefined) return undefined;
  const none = { reactionsAdded: [], reactionsRemoved: [], attachmentsAdded: [], attachmentsRemoved: [] };
  const { edited, deleted } = NOTABLE;
  return {
    channel,
    from: parameters.get("from") ?? "",
    to: parameters.get("to") ?? "",
    messages: [
      {
        messageId: edited.messageId,
        changes: ["edited"],
        before: edited,
        after: edited,
        words: [
          { kind: "same", text: "pay " },
          { kind: "removed", text: "1,520,000" },
          { kind: "added", text: "1,250,000" },
          { kind: "same", text: " <b>euros</b>" },
        ],
        ...none,
      },
      {
        messageId: deleted.messageId,
        changes: ["deleted"],
        before: deleted,
        after: { ...deleted, content: "", tombstone: true },
        words: [{ kind: "removed", text: "off the record" }],
        ...none,
      },
    ],
    members: [{ userId: "tom", userName: "Tom Berg", kind: "left", at: "2026-01-06T09:00:00Z" }],
    moreMembers: 0,
    renamed: [{ at: "2026-01-06T08:00:00Z", name: "deal-aurora" }],
    nextCursor: null,
  };
}

/** What Priya wrote, and one reaction. */
export function day(personId: string, parameters: URLSearchParams): PersonDay {
  const date = parameters.get("date") ?? "";
  const wrote = WEEK.filter(({ userId, timestamp }) => userId === "priya" && timestamp.startsWith(date)).slice(0, 5);
  return {
    personId,
    name: "Priya Nair",
    date,
    zone: parameters.get("zone") ?? "UTC",
    from: `${date}T00:00:00Z`,
    to: `${date}T24:00:00Z`,
    acts: [
      ...wrote.map((message) => ({
        at: message.timestamp,
        kind: "wrote" as const,
        userId: "priya",
        text: message.content,
        message,
      })),
      { at: `${date}T15:00:00Z`, kind: "reacted", userId: "priya", emoji: "eyes", message: NOTABLE.edited },
    ],
    nextCursor: null,
  };
}
