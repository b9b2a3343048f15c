import { describe, expect, it } from "vitest";

import { groupDays, groupThreads, type Item, mergePages } from "@/features/conversation/thread";
import type { Message } from "@/lib/api/types";
import { aMessage } from "@/testing/messages";

function at(minute: number, facts: Partial<Message> = {}): Message {
  return aMessage({ timestamp: `2026-01-05T09:${String(minute).padStart(2, "0")}:00Z`, ...facts });
}

function outline(items: Item[]): string {
  return items
    .map((item) => {
      const replies = item.replies.map((reply) => reply.content).join(" ");
      return item.kind === "message" ? `${item.message.content}(${replies})` : `?(${replies})`;
    })
    .join(" ");
}

describe("groupThreads", () => {
  it("puts replies under the message that began the thread, in order", () => {
    const root = at(0, { content: "root" });
    const messages = [
      { ...root, threadId: root.messageId },
      at(1, { content: "other" }),
      at(2, { content: "one", threadId: root.messageId }),
      at(3, { content: "two", threadId: root.messageId, broadcast: true }),
    ];
    expect(outline(groupThreads(messages))).toBe("root(one two) other()");
  });

  it("keeps the replies of a thread that began elsewhere together, where the first stands", () => {
    const messages = [
      at(0, { content: "a", threadId: "elsewhere" }),
      at(1, { content: "b" }),
      at(2, { content: "c", threadId: "elsewhere" }),
      at(3, { content: "d", threadId: "another" }),
    ];
    expect(outline(groupThreads(messages))).toBe("?(a c) b() ?(d)");
  });

  it("finds the beginning even when it comes after its reply", () => {
    const root = at(5, { content: "root" });
    expect(outline(groupThreads([at(4, { content: "early", threadId: root.messageId }), root]))).toBe("root(early)");
  });

  it("leaves a reply to one message, outside any thread, where it is", () => {
    const first = at(0, { content: "first" });
    expect(outline(groupThreads([first, at(1, { content: "answer", parentMessageId: first.messageId })]))).toBe(
      "first() answer()",
    );
  });
});

describe("groupDays", () => {
  it("cuts where the reader's day ends, and bears times it cannot read", () => {
    const items = groupThreads([
      aMessage({ timestamp: "2026-01-05T12:00:00Z" }),
      aMessage({ timestamp: "no time" }),
      aMessage({ timestamp: "2026-01-07T12:00:00Z" }),
    ]);
    expect(groupDays(items).map((day) => day.items.length)).toEqual([2, 1]);
  });
});

describe("mergePages", () => {
  it("takes each message once", () => {
    const [one, two, three] = [at(0), at(1), at(2)];
    expect(mergePages([{ messages: [one, two] }, { messages: [two, three] }])).toEqual([one, two, three]);
  });
});
