import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";

import { answer } from "@/testing/fixtureApi";
import { renderConsole, signedIn, stubApi } from "@/testing/renderConsole";

const CHANNEL = "22222222-2222-8222-8222-222222222222";
const HERE = `/conversations/${CHANNEL}`;

let asked: Request[];

beforeEach(() => {
  asked = stubApi();
});

function lastAsked(path: string): URL | undefined {
  return asked.map(({ url }) => new URL(url)).findLast(({ pathname }) => pathname.endsWith(path));
}

describe("a conversation at another moment", () => {
  it("shows what members saw then, and says so", async () => {
    const { router } = renderConsole(`${HERE}?asOf=2026-01-06T09:11:30Z`, await signedIn());
    expect(await screen.findByText(/1,520,000 euros, value date Thursday/)).toBeInTheDocument();
    expect(screen.queryByText(/1,250,000 euros/)).toBeNull();
    expect(screen.queryByText(/off the record/)).toBeNull();
    expect(screen.getByText(/As it stood at/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Back to now" }));
    await waitFor(() => expect(router.state.location.search).not.toContain("asOf"));
    expect(lastAsked(CHANNEL)?.searchParams.has("asOf")).toBe(false);
  });

  it("shows the place of what was deleted by then, without its words", async () => {
    renderConsole(`${HERE}?asOf=2026-01-06T10:00:00Z`, await signedIn());
    const places = await screen.findAllByText(/Deleted at the source by then/);
    expect(places.length).toBeGreaterThan(0);
    expect(screen.queryByText(/off the record/)).toBeNull();
  });

  it("goes to the moment that was picked", async () => {
    const { router } = renderConsole(HERE, await signedIn());
    const form = await screen.findByRole("form", { name: "Another moment" });
    expect(within(form).getByRole("button", { name: "Show" })).toBeDisabled();
    await userEvent.type(within(form).getByLabelText("As it stood on"), "2026/01/06");
    await userEvent.type(within(form).getByLabelText("at"), "10:00:00");
    await userEvent.click(within(form).getByRole("button", { name: "Show" }));
    const at = new Date("2026-01-06T10:00:00").toISOString();
    await waitFor(() => expect(new URLSearchParams(router.state.location.search).get("asOf")).toBe(at));
    await waitFor(() => expect(lastAsked(CHANNEL)?.searchParams.get("asOf")).toBe(at));
  });

  it("says when only what was captured lately is shown", async () => {
    stubApi(async (request) => {
      const given = await answer(request);
      if (!new URL(request.url).pathname.endsWith(CHANNEL)) return given;
      const window = { since: "2026-01-05T00:00:00Z", until: "2026-01-07T00:00:00Z" };
      return Response.json({ ...((await given.json()) as object), partial: true, reason: "index-unavailable", window });
    });
    renderConsole(HERE, await signedIn());
    expect(await screen.findByText("Only what was captured lately")).toBeInTheDocument();
    expect(screen.getByText(/The search index does not answer/)).toBeInTheDocument();
  });
});

describe("a search without the index", () => {
  it("says that older messages were not looked at", async () => {
    stubApi(async (request) => {
      const given = await answer(request);
      if (!new URL(request.url).pathname.endsWith("/search")) return given;
      const window = { since: "2026-01-05T00:00:00Z", until: "2026-01-07T00:00:00Z" };
      return Response.json({ ...((await given.json()) as object), partial: true, reason: "index-unavailable", window });
    });
    renderConsole("/search?q=aurora", await signedIn());
    expect(await screen.findByText("Only what was captured lately")).toBeInTheDocument();
  });
});

describe("members", () => {
  it("are asked for when they are wanted, with what is not known", async () => {
    renderConsole(`${HERE}?asOf=2026-01-06T08:00:00Z`, await signedIn());
    const opener = await screen.findByRole("button", { name: "Members then" });
    expect(lastAsked("/members")).toBeUndefined();
    await userEvent.click(opener);
    const list = await screen.findByRole("list", { name: "Members" });
    expect(await within(list).findByText("Tom Berg")).toBeInTheDocument();
    expect(within(list).getByText("May have been a member")).toBeInTheDocument();
    expect(list).toHaveTextContent(/Joined/);
    expect(list).toHaveTextContent(/since when is not known/);
    expect(lastAsked("/members")?.searchParams.get("asOf")).toBe("2026-01-06T08:00:00Z");
  });
});

describe("two moments compared", () => {
  it("shows what changed, word by word, and who came and went", async () => {
    const { container } = renderConsole(
      `${HERE}/compare?from=2026-01-06T08:00:00Z&to=2026-01-07T08:00:00Z`,
      await signedIn(),
    );
    const changes = await screen.findByRole("list", { name: "Changes" });
    await within(changes).findByText("Edited");
    const words = (tag: string) => [...changes.querySelectorAll(tag)].map((element) => element.textContent);
    expect(words("del")).toEqual(["1,520,000", "off the record"]);
    expect(words("ins")).toEqual(["1,250,000"]);
    expect(container.querySelector("article b")).toBeNull();
    const around = screen.getByRole("list", { name: "Members and names" });
    expect(around).toHaveTextContent(/renamed to deal-aurora/);
    expect(around).toHaveTextContent(/Tom Berg left/);
  });

  it("asks for two moments first, in order", async () => {
    renderConsole(`${HERE}/compare`, await signedIn());
    const form = await screen.findByRole("form", { name: "Two moments" });
    const compare = within(form).getByRole("button", { name: "Compare" });
    await userEvent.type(within(form).getByLabelText("From, day"), "2026/01/07");
    await userEvent.type(within(form).getByLabelText("To, day"), "2026/01/06");
    expect(compare).toBeDisabled();
    await userEvent.clear(within(form).getByLabelText("To, day"));
    await userEvent.type(within(form).getByLabelText("To, day"), "2026/01/08");
    expect(lastAsked("/diff")).toBeUndefined();
    await userEvent.click(compare);
    await waitFor(() => expect(lastAsked("/diff")?.searchParams.get("to")).toBe(new Date("2026-01-08T00:00:00").toISOString()));
  });
});

describe("a person's day", () => {
  it("shows what they did in order, each with a way into the conversation", async () => {
    renderConsole("/people/p-priya/day?date=2026-01-06&zone=Europe%2FLondon", await signedIn());
    expect(await screen.findByRole("heading", { level: 1, name: "A day of Priya Nair" })).toBeInTheDocument();
    const acts = within(await screen.findByRole("list", { name: "What they did" })).getAllByRole("article");
    expect(acts.length).toBeGreaterThan(1);
    expect(acts.at(-1)).toHaveTextContent(/reacted to/);
    const [link] = within(acts[0] as HTMLElement).getAllByRole("link");
    expect(link).toHaveAttribute("href", expect.stringContaining(`/conversations/${CHANNEL}?around=`));
    expect(lastAsked("/day")?.searchParams.get("zone")).toBe("Europe/London");
  });
});
