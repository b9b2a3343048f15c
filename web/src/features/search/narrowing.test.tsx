import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";

import { spanOf } from "@/features/search/components/Histogram";
import { resetSearches } from "@/testing/fixtureSearches";
import { renderConsole, signedIn, stubApi } from "@/testing/renderConsole";

beforeEach(resetSearches);

describe("narrowing a search", () => {
  it("offers what was found with counts, several of a kind", async () => {
    stubApi();
    const { router } = renderConsole("/search?q=settlement", await signedIn());
    await screen.findAllByRole("article");
    await userEvent.click(screen.getByRole("button", { name: /Platform/ }));
    const options = await screen.findAllByRole("option");
    expect(options.length).toBeGreaterThan(0);
    expect(options[0]).toHaveTextContent(/\d/);
    await userEvent.click(options[0] as HTMLElement);
    await waitFor(() => expect(router.state.location.search).toMatch(/platform=/));
  });

  it("shows months as bars that narrow to theirs", async () => {
    stubApi();
    const { router } = renderConsole("/search?q=settlement", await signedIn());
    const bar = await screen.findByRole("button", { name: /January 2026: 12 messages/ });
    await userEvent.click(bar);
    await waitFor(() => expect(new URLSearchParams(router.state.location.search).get("from")).toBe(spanOf("2026-01").from));
  });

  it("begins and ends a day in the reader's zone", () => {
    const { from, to } = spanOf("2026-12-31");
    expect(new Date(from).getHours()).toBe(0);
    expect(new Date(to)).toEqual(new Date(2027, 0, 1));
  });
});

describe("a hit", () => {
  it("says why it is there", async () => {
    stubApi();
    renderConsole("/search?q=settlement", await signedIn());
    const [first] = await screen.findAllByRole("article");
    await userEvent.click(within(first as HTMLElement).getByRole("button", { name: "Why this is here" }));
    expect(within(first as HTMLElement).getByText(/in the text as it reads now, exactly as typed/)).toBeInTheDocument();
  });
});

describe("a search that finds nothing", () => {
  it("asks whether another was meant", async () => {
    stubApi();
    const { router } = renderConsole("/search?q=setlement", await signedIn());
    await userEvent.click(await screen.findByRole("button", { name: "settlement" }));
    await waitFor(() => expect(router.state.location.search).toBe("?q=settlement"));
  });
});

describe("saved searches", () => {
  it("are saved from a search, listed, and told to alert", async () => {
    const asked = stubApi();
    const { router } = renderConsole("/search?q=ledger", await signedIn());
    await userEvent.click(await screen.findByRole("button", { name: "Save this search" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.click(within(dialog).getByRole("checkbox", { name: "Alert on new hits" }));
    await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const saved = asked.find(({ method, url }) => method === "POST" && url.endsWith("/v1/searches"));
    expect(await saved?.json()).toMatchObject({ name: "ledger", request: { query: "ledger" }, alerts: true, shared: false });
    await router.navigate("/searches");
    expect(await screen.findByRole("link", { name: "ledger" })).toHaveAttribute("href", "/search?q=ledger");
    const [toggle] = screen.getAllByRole("checkbox", { name: "Alert on new hits" });
    await userEvent.click(toggle as HTMLElement);
    await waitFor(() => expect(asked.some(({ method }) => method === "PATCH")).toBe(true));
  });

  it("show what alerts found, and can be deleted", async () => {
    stubApi();
    renderConsole("/searches/01K0SAVED00000000000000001", await signedIn());
    expect(await screen.findByText(/3 new messages/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Delete Settlement talk" }));
    expect(await screen.findByText(/None yet/)).toBeInTheDocument();
  });
});
