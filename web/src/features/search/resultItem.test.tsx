import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { describe, expect, it } from "vitest";

import { ResultItem } from "@/features/search/components/ResultItem";
import type { Hit } from "@/lib/api/types";
import { aMessage } from "@/testing/messages";

const ID = "7b0d6c52-1111-5222-8333-944445555666";

function show(told: Partial<Hit>) {
  const hit: Hit = { ...aMessage({ platform: "slack", userId: ID, userName: null, ...told }), highlights: [], foundIn: [] };
  render(
    <MemoryRouter>
      <ResultItem hit={hit} />
    </MemoryRouter>,
  );
  return screen.getByRole("heading");
}

describe("who a result is by", () => {
  it("is told by name", () => {
    expect(show({ userName: "Tom Berg", system: "channel_join" })).toHaveTextContent(/^Tom Berg in /);
    expect(screen.getByRole("article", { name: "Message by Tom Berg" })).toBeInTheDocument();
  });

  it("is nobody's id where the platform announces something", () => {
    expect(show({ system: "channel_join" })).toHaveTextContent(/^System message in /);
    expect(screen.getByRole("article", { name: "System message" })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Details of the system message" })).toBeInTheDocument();
    expect(document.body).not.toHaveTextContent(ID);
  });

  it("is the platform where it speaks itself", () => {
    expect(show({ userType: "system" })).toHaveTextContent(/^Slack in /);
  });

  it("is an id where nothing else is known of a person", () => {
    expect(show({ userType: "user" })).toHaveTextContent(new RegExp(`^${ID} in `));
  });
});

describe("a message that passes another one on", () => {
  const forward = { attachmentId: "1", kind: "quote", captureStatus: "referenced", forwarded: true } as const;
  const link = () => screen.queryByRole("link", { name: "Show the message that was forwarded" });

  it("leads to that message where the archive has it", () => {
    show({ attachments: [{ ...forward, sourceChannelId: "c/1", sourceMessageId: "m1" }] });
    expect(link()).toHaveAttribute("href", "/conversations/c%2F1?around=m1");
  });

  it("leads nowhere where it has not, or an edit took it away", () => {
    show({ attachments: [forward, { ...forward, attachmentId: "2", sourceChannelId: "c", sourceMessageId: "m", removed: true }] });
    expect(link()).not.toBeInTheDocument();
  });
});
