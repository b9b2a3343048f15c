import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { describe, expect, it } from "vitest";

import { Attachments } from "@/features/conversation/components/Attachments";
import type { Attachment } from "@/lib/api/types";

const forward: Attachment = {
  attachmentId: "forward",
  kind: "quote",
  name: "forwarded from Priya",
  captureStatus: "referenced",
  forwarded: true,
};

function show(attachment: Attachment) {
  render(
    <MemoryRouter>
      <Attachments attachments={[attachment]} />
    </MemoryRouter>,
  );
}

describe("a forwarded message", () => {
  it("leads to the message it was, where the archive has it", () => {
    show({ ...forward, sourceChannelId: "c/1", sourceMessageId: "m1" });
    expect(screen.getByText("Forwarded message")).toBeInTheDocument();
    const link = screen.getByRole("link", { name: "Show the message that was forwarded" });
    expect(link).toHaveAttribute("href", "/conversations/c%2F1?around=m1");
  });

  it("leads nowhere otherwise", () => {
    show(forward);
    expect(screen.getByText("Forwarded message")).toBeInTheDocument();
    expect(screen.queryByRole("link")).toBeNull();
  });
});
