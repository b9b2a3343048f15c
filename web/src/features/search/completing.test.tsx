import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { completed, kindOf, typingAt } from "@/features/search/completing";
import { answer, problem } from "@/testing/fixtureApi";
import { renderConsole, signedIn, stubApi } from "@/testing/renderConsole";
import type { Completion } from "@/lib/api/types";

const ANNA: Completion = { kind: "person", value: '"Anna Berg"', label: "Anna Berg" };
const DEALS: Completion = { kind: "channel", value: "deals", label: "deals" };
const PAST: Completion = { kind: "query", value: "merger closes", label: "merger closes" };

const CODES = { Enter: 13, Escape: 27, ArrowDown: 40 };

/** `|` is the caret. */
function at(marked: string) {
  return typingAt(marked.replace("|", ""), marked.indexOf("|"));
}

describe("a chosen completion", () => {
  it.each([
    ["ann|", ANNA, 'from:"Anna Berg" '],
    ["merger ann|", ANNA, 'merger from:"Anna Berg" '],
    ["merger to:ann|", ANNA, 'merger to:"Anna Berg" '],
    ["merger -ann|", ANNA, 'merger -from:"Anna Berg" '],
    ["FROM:ann|", ANNA, 'FROM:"Anna Berg" '],
    ['"big deal" from:"anna b|', ANNA, '"big deal" from:"Anna Berg" '],
    ["from:“anna b|", ANNA, 'from:"Anna Berg" '],
    ['-from:"ann|" plans', ANNA, '-from:"Anna Berg" plans'],
    ["an|n plans", ANNA, 'from:"Anna Berg" plans'],
    ["(an|) plans", ANNA, '(from:"Anna Berg") plans'],
    ["from:(bob OR ann|) plans", ANNA, 'from:(bob OR "Anna Berg") plans'],
    ["from:(bob OR ann|", ANNA, 'from:(bob OR "Anna Berg"'],
    ["merger dea|", DEALS, "merger in:deals "],
    ["in:#dea|", DEALS, "in:deals "],
    ["plans mer|", PAST, "merger closes"],
  ])("goes where it was being written: %s", (marked, completion, whole) => {
    expect(completed(completion, at(marked))).toBe(whole);
  });

  it("is of the kind its field takes", () => {
    expect(["mention:a|", "in:a|", "a|", "has:a|"].map((each) => kindOf(at(each)))).toEqual(["person", "channel", undefined, undefined]);
  });

  it("is no name within a phrase, nor behind a space", () => {
    expect([at('"big de|'), at("merger |")].map(({ prefix }) => prefix)).toEqual(["", ""]);
  });
});

/** Presses a key with the code that Cloudscape reads, which user-event does not send. */
function press(box: HTMLElement, key: keyof typeof CODES) {
  fireEvent.keyDown(box, { key, keyCode: CODES[key] });
}

async function opened(address = "/search") {
  const shown = renderConsole(address, await signedIn());
  const box = await screen.findByRole("combobox", { name: "Search messages" });
  await userEvent.click(box);
  return { ...shown, box };
}

async function typed(text: string, address = "/search") {
  const shown = await opened(address);
  await userEvent.type(shown.box, text);
  return shown;
}

describe("the query box", () => {
  it("offers people, conversations and past queries, and writes what is chosen", async () => {
    stubApi();
    const { box, router } = await typed("pri");
    await screen.findByRole("option", { name: /Priya Raman/ });
    const offered = screen.getByRole("listbox");
    for (const group of ["People", "Conversations", "Your past queries"]) expect(offered).toHaveTextContent(group);
    press(box, "ArrowDown");
    press(box, "ArrowDown");
    press(box, "Enter");
    expect(box).toHaveValue('from:"Tom Pritchard" ');
    expect(router.state.location.search).toBe("");
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(new URLSearchParams(router.state.location.search).get("q")).toBe('from:"Tom Pritchard"'));
  });

  it("asks once for what was typed in one go", async () => {
    const asked = stubApi();
    const { box } = await opened();
    // Without giving way in between: on a busy machine, time for a question may pass between two keys.
    for (const value of ["p", "pr", "pri"]) fireEvent.change(box, { target: { value } });
    await screen.findByRole("option", { name: /Priya Raman/ });
    const names = asked.map(({ url }) => new URL(url)).filter((url) => url.pathname.endsWith("/complete") && !url.searchParams.has("kind"));
    expect(names.map((url) => url.searchParams.get("prefix"))).toEqual(["pri"]);
  });

  it("searches on Enter when nothing was chosen", async () => {
    stubApi();
    const { box, router } = await typed("price");
    await screen.findByRole("option", { name: /price ?settlement/ });
    press(box, "Enter");
    await waitFor(() => expect(router.state.location.search).toBe("?q=price"));
  });

  it("replaces all of the text by a past query", async () => {
    stubApi();
    const { box } = await typed("price set");
    await userEvent.click(await screen.findByRole("option", { name: /price ?settlement/ }));
    expect(box).toHaveValue("price settlement");
  });

  it("closes on Escape and keeps what was typed", async () => {
    stubApi();
    const { box } = await typed("in:treas");
    await screen.findByRole("option", { name: /Treasury operations/ });
    expect(box).toHaveAttribute("aria-expanded", "true");
    press(box, "Escape");
    expect(box).toHaveAttribute("aria-expanded", "false");
    expect(box).toHaveValue("in:treas");
  });

  it("says when suggestions cannot be had, and searches all the same", async () => {
    stubApi((request) =>
      request.url.includes("/complete") ? Promise.resolve(problem(503, "unavailable")) : answer(request),
    );
    const { router } = await typed("price");
    expect(await screen.findByText("Suggestions could not be loaded")).toBeInTheDocument();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(router.state.location.search).toBe("?q=price"));
  });
});
