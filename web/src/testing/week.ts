import type { Channel, Message } from "@/lib/api/types";
import { EVIDENCE } from "./evidence.ts";
import { aMessage, HOSTILE } from "./messages.ts";

/** The channels of the made-up firm. */
export const CHANNELS: Channel[] = [
  channel("22222222-2222-8222-8222-222222222222", "slack", "C0AURORA", "deal-aurora", "channel"),
  { ...channel("33333333-3333-8333-8333-333333333333", "slack", "C0SHARED", "ext-northwind", "channel"), external: true },
  channel("44444444-4444-8444-8444-444444444444", "slack", "D0DIRECT", null, "direct"),
  channel("55555555-5555-8555-8555-555555555555", "teams", "19:abc@thread.tacv2", "Treasury operations", "channel"),
  channel("66666666-6666-8666-8666-666666666666", "teams", "19:meeting_x@thread.v2", HOSTILE.name, "meeting"),
];

function channel(channelId: string, platform: string, platformId: string, name: string | null, type: string): Channel {
  return {
    channelId,
    platform,
    platformId,
    workspaceId: "T0HARBOUR",
    name,
    type,
    external: null,
    firstSeenAt: "2026-01-05T08:00:00Z",
    lastMessageAt: "2026-01-07T16:40:00Z",
  };
}

const PEOPLE = [
  { userId: "priya", userName: "Priya Nair" },
  { userId: "tom", userName: "Tom Berg" },
  { userId: "yael", userName: "יעל כהן" },
  { userId: "li", userName: "李小龍" },
];

const SMALL_TALK = [
  "Morning all. Numbers for the Aurora settlement are in the shared folder.",
  "Thanks, reading them now.",
  "Can someone check the wire reference against the ledger?",
  "Done, it matches. 👍",
  "Lunch at one?",
  "Yes please 🍜",
];

function smallTalk(day: string, count: number): Message[] {
  return Array.from({ length: count }, (_, index) =>
    aMessage({
      ...PEOPLE[index % 2],
      content: SMALL_TALK[index % SMALL_TALK.length],
      timestamp: `2026-01-${day}T08:${String(index).padStart(2, "0")}:00.000Z`,
    }),
  );
}

const PARENT = aMessage({ content: "Who signs the Aurora settlement on our side?", timestamp: "2026-01-06T09:00:00Z" });
const IN_THREAD = { threadId: PARENT.messageId, parentMessageId: PARENT.messageId };

/** What the tests and screenshots look for by name. */
export const NOTABLE = {
  edited: aMessage({
    messageId: EVIDENCE.stamped.messageId,
    content: "The settlement amount is 1,250,000 euros, value date Friday.",
    timestamp: "2026-01-06T09:10:00Z",
    editedAt: "2026-01-06T09:14:00Z",
    editHistory: [
      { content: "The settlement amount is 1,520,000 euros, value date Thursday.", at: "2026-01-06T09:10:00Z", by: null },
      { content: "The settlement amount is 1,250,000 euros, value date Thursday.", at: "2026-01-06T09:12:00Z", by: "Priya Nair" },
    ],
    reactions: [
      { emoji: "thumbsup", userId: "tom", userName: "Tom Berg", addedAt: "2026-01-06T09:15:00Z", removedAt: null },
      { emoji: "thumbsup", userId: "li", userName: "李小龍", addedAt: "2026-01-06T09:15:30Z", removedAt: null },
      { emoji: "party_blob", userId: "yael", userName: "יעל כהן", addedAt: null, removedAt: null },
      { emoji: "eyes", userId: "tom", userName: "Tom Berg", addedAt: "2026-01-06T09:13:00Z", removedAt: "2026-01-06T09:15:00Z" },
    ],
  }),
  deleted: aMessage({
    messageId: EVIDENCE.captured.messageId,
    ...PEOPLE[1],
    content: "Let's keep this off the record until the auditors are gone.",
    timestamp: "2026-01-06T09:20:00Z",
    deletedAt: "2026-01-06T09:21:30Z",
    deletedBy: "Tom Berg",
  }),
  deletedUnknown: aMessage({ ...PEOPLE[1], content: "", timestamp: "2026-01-06T09:22:00Z", deletedAt: "2026-01-06T09:22:30Z" }),
};

/** Three days in #deal-aurora, with everything that can happen to a message. */
export const WEEK: Message[] = [
  ...smallTalk("05", 26),
  PARENT,
  NOTABLE.edited,
  aMessage({ ...PEOPLE[1], ...IN_THREAD, content: "I do, with Li as second signature.", timestamp: "2026-01-06T09:11:00Z" }),
  aMessage({ ...PEOPLE[3], ...IN_THREAD, content: "確認しました。金曜日に署名します。", timestamp: "2026-01-06T09:12:00Z", broadcast: true }),
  NOTABLE.deleted,
  NOTABLE.deletedUnknown,
  aMessage({ ...PEOPLE[2], content: "שלום, האם החשבונית 4711 שולמה?\nSecond line in English.\nوسطر ثالث بالعربية", timestamp: "2026-01-06T09:30:00Z" }),
  aMessage({ userId: "bot", userName: "Ledger bot", userType: "bot", content: "Ledger closed: 42 entries, 0 differences. ✅", timestamp: "2026-01-06T10:00:00Z" }),
  aMessage({ system: "channel_join", content: "Tom Berg has joined the channel", timestamp: "2026-01-06T10:05:00Z" }),
  aMessage({ userId: "ext", userName: "Dana Ortiz (Northwind)", external: true, content: "Looking forward to it, @Priya Nair!", mentions: [{ kind: "user", id: "priya", name: "Priya Nair" }], timestamp: "2026-01-06T10:10:00Z" }),
  aMessage({
    content: "The signed papers",
    timestamp: "2026-01-06T10:20:00Z",
    attachments: [
      { attachmentId: "F1", kind: "file", name: "Aurora settlement agreement final (signed) v7.pdf", contentType: "application/pdf", size: 1843200, url: "https://files.example.com/F1", text: null, captureStatus: "referenced" },
      { attachmentId: "F2", kind: "image", name: "whiteboard.png", contentType: "image/png", size: 84123, url: null, text: null, captureStatus: "captured", textStatus: "none", detectedType: "image/png", sha256: "0".repeat(64), thumbnailUrl: "/v1/messages/m/attachments/F2/thumbnail", contentUrl: "/v1/messages/m/attachments/F2/content" },
      { attachmentId: "F4", kind: "file", name: "notes.docx", contentType: null, size: null, url: null, text: null, captureStatus: "failed", reason: "deleted_at_source" },
      { attachmentId: "F5", kind: "file", name: "ledger.xlsx", contentType: null, size: 20480, url: null, text: null, captureStatus: "captured", textStatus: "complete", sha256: "1".repeat(64), contentUrl: "/v1/messages/m/attachments/F5/content" },
      { attachmentId: "F3", kind: "link", name: "Press release", contentType: null, size: null, url: "javascript:alert(1)", text: "Aurora completes its third acquisition this year.", captureStatus: "failed" },
    ],
  }),
  aMessage({ userId: "eve", userName: HOSTILE.name, content: HOSTILE.markup, timestamp: "2026-01-06T11:00:00Z" }),
  aMessage({ userId: "eve", userName: HOSTILE.name, content: HOSTILE.override, timestamp: "2026-01-06T11:01:00Z" }),
  aMessage({ userId: "eve", userName: HOSTILE.name, content: HOSTILE.hidden, timestamp: "2026-01-06T11:02:00Z" }),
  aMessage({ userId: "eve", userName: HOSTILE.name, content: HOSTILE.unbroken, timestamp: "2026-01-06T11:03:00Z" }),
  aMessage({ userId: "eve", userName: HOSTILE.name, content: HOSTILE.long, timestamp: "2026-01-06T11:04:00Z" }),
  ...smallTalk("07", 30),
  aMessage({ ...PEOPLE[1], ...IN_THREAD, content: "Signed. Late to the thread, but done.", timestamp: "2026-01-07T12:00:00Z" }),
];
