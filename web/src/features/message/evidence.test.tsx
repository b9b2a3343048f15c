import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import type { MessageEvidence } from "@/lib/api/types";
import { EVIDENCE } from "@/testing/evidence";
import { answer, problem } from "@/testing/fixtureApi";
import { renderConsole, signedIn, stubApi } from "@/testing/renderConsole";
import { NOTABLE } from "@/testing/week";

const PROVEN = NOTABLE.edited.messageId;
const WAITING = NOTABLE.deleted.messageId;

describe("evidence of a message", () => {
  it("is verified once it is opened, and told link by link", async () => {
    const asked = stubApi();
    await details(PROVEN);
    expect(asked.some(({ url }) => url.endsWith("/evidence"))).toBe(false);
    await userEvent.click(screen.getByRole("button", { name: "Evidence" }));
    expect(await screen.findByText("Verified in this browser.")).toBeInTheDocument();
    expect(screen.getByText(/The platform does not sign messages/)).toBeInTheDocument();
    const [first] = within(screen.getByRole("list", { name: "Events of the message" })).getAllByText("message.edited");
    const event = first?.closest("li") as HTMLElement;
    expect(within(event).getAllByLabelText("Holds")).toHaveLength(5);
    expect(within(event).getByText("leaf 1 (from 0) of 3")).toBeInTheDocument();
    expect(within(event).getByText("2 (from 0) of 5")).toBeInTheDocument();
    expect(within(event).getByText(/at 3 entries/)).toBeInTheDocument();
    expect(screen.getByText(EVIDENCE.stamped.log?.origin ?? "")).toBeInTheDocument();
  });

  it("tells what does not hold", async () => {
    stubEvidence({ ...EVIDENCE.stamped, segments: [] });
    await details(PROVEN);
    await userEvent.click(screen.getByRole("button", { name: "Evidence" }));
    expect(await screen.findByText(/The evidence does not hold/)).toBeInTheDocument();
    expect(screen.getAllByLabelText("Does not hold").length).toBeGreaterThan(0);
    expect(screen.queryByText("Verified in this browser.")).toBeNull();
  });

  it("says where a message lies that was not sealed yet", async () => {
    stubApi();
    await details(WAITING);
    await userEvent.click(screen.getByRole("button", { name: "Evidence" }));
    expect(await screen.findByText(/Captured, not sealed yet\. Sealing/)).toBeInTheDocument();
    expect(screen.getByText(EVIDENCE.captured.events[0]?.journal.segment ?? "")).toBeInTheDocument();
  });

  it("says when nothing covers the segment yet", async () => {
    stubEvidence(EVIDENCE.sealed);
    await details(WAITING);
    await userEvent.click(screen.getByRole("button", { name: "Evidence" }));
    expect(await screen.findByText(/^Sealed\. No checkpoint/)).toBeInTheDocument();
  });

  it("tells a problem of the API", async () => {
    stubApi((request) =>
      request.url.endsWith("/evidence") ? Promise.resolve(problem(503, "unavailable")) : answer(request),
    );
    await details(PROVEN);
    await userEvent.click(screen.getByRole("button", { name: "Evidence" }));
    expect(await screen.findByText("This is unavailable.")).toBeInTheDocument();
  });

  it("is not offered to whom it is not allowed", async () => {
    stubApi(async (request) =>
      new URL(request.url).pathname === "/v1/me"
        ? Response.json({ ...((await (await answer(request)).json()) as object), permissions: [] })
        : answer(request),
    );
    renderConsole(`/search?details=${PROVEN}`, await signedIn());
    expect(await screen.findByText("In the journal")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Evidence" })).toBeNull();
  });
});

/** The details of a message, open beside the page. */
async function details(messageId: string): Promise<void> {
  renderConsole(`/search?details=${messageId}`, await signedIn());
  await screen.findByRole("button", { name: "Evidence" });
}

/** Answers evidence of the message asked for, and all else as ever. */
function stubEvidence(evidence: MessageEvidence): void {
  stubApi((request) => {
    const [, , , id, part] = new URL(request.url).pathname.split("/");
    const given = { ...evidence, messageId: id };
    return part === "evidence" ? Promise.resolve(Response.json(given)) : answer(request);
  });
}
