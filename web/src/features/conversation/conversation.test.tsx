import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { answer } from "@/testing/fixtureApi";
import { HOSTILE } from "@/testing/messages";
import { ORIGIN, renderConsole, signedIn, stubApi } from "@/testing/renderConsole";
import { NOTABLE } from "@/testing/week";

const CHANNEL = "22222222-2222-8222-8222-222222222222";

async function open(around = NOTABLE.edited.messageId) {
  const view = renderConsole(`/conversations/${CHANNEL}?around=${around}`, await signedIn());
  await screen.findByRole("heading", { name: "#deal-aurora" });
  return view;
}

function messageWith(text: string | RegExp): HTMLElement {
  const article = screen.getByText(text).closest("article");
  if (article === null) throw new Error("that text is in no message");
  return article;
}

beforeEach(() => void stubApi());

describe("conversation page", () => {
  it("points out the message it was opened for", async () => {
    await open();
    const anchor = messageWith(/1,250,000 euros, value date Friday/);
    expect(anchor).toHaveAttribute("aria-current", "true");
    expect(anchor).toHaveFocus();
  });

  it("shows what an edited message said before, and what changed", async () => {
    await open();
    const message = messageWith(/1,250,000 euros, value date Friday/);
    expect(within(message).getByText("Edited")).toBeInTheDocument();
    await userEvent.click(within(message).getByRole("button", { name: /2 earlier versions/ }));
    expect(within(message).getByText("Version 1", { exact: false })).toBeInTheDocument();
    const changed = (tag: string) => [...message.querySelectorAll(`ol > li > div > ${tag}`)].map((element) => element.textContent);
    expect(changed("del")).toEqual(["1,520,000", "Thursday"]);
    expect(changed("ins")).toEqual(["1,250,000", "Friday"]);
  });

  it("shows a deleted message as deleted, with what the archive kept, or that it kept nothing", async () => {
    await open();
    const kept = messageWith(/off the record/);
    expect(within(kept).getByText("Deleted")).toBeInTheDocument();
    expect(kept).toHaveTextContent(/Deleted at the source, .*, by Tom Berg\. Kept by the archive:/);
    expect(within(kept).getByText(/off the record/).closest("del")).not.toBeNull();
    expect(screen.getByText(/What it said was not captured/)).toBeInTheDocument();
  });

  it("shows a thread beneath the message that began it", async () => {
    await open();
    const thread = screen.getByRole("region", { name: "Thread, 2 replies" });
    expect(within(thread).getByText("I do, with Li as second signature.")).toBeInTheDocument();
    expect(within(thread).getByText("Also sent to channel")).toBeInTheDocument();
  });

  it("says of replies whose thread began outside what is loaded where it began", async () => {
    await open("unknown");
    const link = screen.getByRole("link", { name: "Go to its first message" });
    expect(link.getAttribute("href")).toMatch(new RegExp(`^/conversations/${CHANNEL}\\?around=`));
  });

  it("shows who reacted, and who took it back", async () => {
    await open();
    const reactions = within(messageWith(/1,250,000 euros, value date Friday/)).getByRole("list", { name: "Reactions" });
    const texts = within(reactions).getAllByRole("listitem").map((item) => item.textContent);
    expect(texts[0]).toBe("👍Tom Berg, 李小龍");
    expect(texts[1]).toBe(":party_blob:יעל כהן");
    expect(texts[2]).toMatch(/^👀Tom Berg removed /);
  });

  it("lists attachments, and links only to the web", async () => {
    await open();
    await userEvent.click(screen.getByRole("button", { name: "Load later messages" }));
    expect(await screen.findByText(/whiteboard\.png/)).toBeInTheDocument();
    expect(screen.getByRole("link", { name: /settlement agreement/ })).toHaveAttribute("rel", "noopener noreferrer");
    expect(screen.getByText("Press release").closest("a")).toBeNull();
    expect(screen.getByText("Its text can be searched.")).toBeInTheDocument();
    expect(screen.getByText(/It was deleted at the source before it could be fetched/)).toBeInTheDocument();
    const picture = await screen.findByRole("img", { name: "whiteboard.png" });
    expect(picture).toHaveAttribute("src", `${ORIGIN}/favicon.svg`);
  });

  it("downloads a file by a link made for it", async () => {
    const leave = vi.fn();
    await open();
    await userEvent.click(screen.getByRole("button", { name: "Load later messages" }));
    vi.stubGlobal("location", { href: location.href, assign: leave });
    await userEvent.click(await screen.findByRole("button", { name: "Download ledger.xlsx" }));
    await waitFor(() => expect(leave).toHaveBeenCalledWith(`${ORIGIN}/favicon.svg`));
  });

  it("waits for a large file to be prepared, and says so", async () => {
    const leave = vi.fn();
    let ready = false;
    const asked = stubApi((request) =>
      request.url.includes("/attachments/F5/") && !ready
        ? Promise.resolve(Response.json({ status: "preparing", retryAfter: 0.01 }, { status: 202 }))
        : answer(request),
    );
    await open();
    await userEvent.click(screen.getByRole("button", { name: "Load later messages" }));
    vi.stubGlobal("location", { href: location.href, assign: leave });
    await userEvent.click(await screen.findByRole("button", { name: "Download ledger.xlsx" }));
    expect(await screen.findByText("A large file: it is being prepared")).toBeInTheDocument();
    expect(leave).not.toHaveBeenCalled();
    ready = true;
    await waitFor(() => expect(leave).toHaveBeenCalledWith(`${ORIGIN}/favicon.svg`));
    expect(screen.queryByText("A large file: it is being prepared")).toBeNull();
    expect(asked.filter(({ url }) => url.includes("/attachments/F5/")).length).toBeGreaterThan(1);
  });

  it("shows hostile words as words", async () => {
    const { container } = await open();
    await userEvent.click(screen.getByRole("button", { name: "Load later messages" }));
    expect(await screen.findByText(HOSTILE.markup)).toBeInTheDocument();
    expect(container.querySelector("article img:not([data-picture]), article script, article b, article mark")).toBeNull();
    expect(container.textContent).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B]/);
    const long = messageWith(/^The quick brown fox/);
    expect(long.textContent).not.toContain(HOSTILE.long);
    await userEvent.click(within(long).getByRole("button", { name: /Show all/ }));
    expect(long.textContent).toContain(HOSTILE.long);
  });

  it("loads earlier messages up to the beginning", async () => {
    await open();
    const shown = () => screen.getAllByRole("article").length;
    for (let button; (button = screen.queryByRole("button", { name: "Load earlier messages" })); ) {
      const before = shown();
      await userEvent.click(button);
      await waitFor(() => expect(shown()).toBeGreaterThan(before));
    }
    expect(await screen.findByText(/beginning of what the archive holds/)).toBeInTheDocument();
  });

  it("opens the details of a message beside the page", async () => {
    const { router } = await open();
    const message = messageWith(/1,250,000 euros, value date Friday/);
    await userEvent.click(within(message).getByRole("button", { name: /Details/ }));
    expect(await screen.findByText(NOTABLE.edited.evidence?.segment ?? "")).toBeInTheDocument();
    expect(router.state.location.search).toContain(`details=${NOTABLE.edited.messageId}`);
    expect(router.state.location.search).toContain("around=");
  });

  it("says so when there is no such conversation", async () => {
    renderConsole("/conversations/none", await signedIn());
    expect(await screen.findByText("There is no such thing, or it is not yours.")).toBeInTheDocument();
  });
});
