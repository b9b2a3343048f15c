import type { Message } from "@/lib/api/types";

let counter = 0;

/** A message of a made-up firm; whatever matters to a test is given, the rest is plain. */
export function aMessage(facts: Partial<Message> = {}): Message {
  counter += 1;
  return {
    messageId: `00000000-0000-8000-8000-${String(counter).padStart(12, "0")}`,
    tenantId: "harbour-lane",
    platform: "slack",
    platformId: `1767600000.${String(counter).padStart(6, "0")}`,
    workspaceId: "T0HARBOUR",
    connectionId: "11111111-1111-8111-8111-111111111111",
    channelId: "22222222-2222-8222-8222-222222222222",
    channelName: "deal-aurora",
    channelType: "channel",
    userId: "priya",
    userName: "Priya Nair",
    userType: "user",
    content: "Good morning",
    contentType: "text/plain",
    subject: null,
    timestamp: "2026-01-05T09:00:00.000100Z",
    threadId: null,
    parentMessageId: null,
    editHistory: [],
    editedAt: null,
    deletedAt: null,
    deletedBy: null,
    attachments: [],
    reactions: [],
    mentions: [],
    system: null,
    external: null,
    broadcast: null,
    tags: [],
    complianceFlags: [],
    revision: 1,
    evidence: { segment: "t/harbour-lane/journal/2026/01/05/09/0-1-9.qrs", frame: counter },
    ...facts,
  };
}

/** What a hostile sender might write: markup, reordering, hiding, length. */
export const HOSTILE = {
  markup: `<img src=x onerror="alert(1)"><script>alert(2)</script> <mark>not a hit</mark> &lt;b&gt; javascript:alert(3)`,
  override: "Please pay invoice\u202Efdp.exe\u202C to the usual account",
  hidden: `Nothing\u200B\u200B\u200B to\u2063 see\uFEFF here \u{E0041}\u{E0042}`,
  long: "The quick brown fox jumps over the lazy dog. ".repeat(223).trim(),
  unbroken: "https://example.com/" + "a".repeat(400),
  name: "Eve \u202Enimda\u202C <b>admin</b>",
};
