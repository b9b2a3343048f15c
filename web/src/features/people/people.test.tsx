import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { answer } from "@/testing/fixtureApi";
import { renderConsole, signedIn, stubApi } from "@/testing/renderConsole";

describe("people page", () => {
  it("lists everybody once, and asks the archive for those who match", async () => {
    const asked = stubApi();
    const { container } = renderConsole("/people", await signedIn());
    const link = await screen.findByRole("link", { name: "Priya Nair" });
    expect(link).toHaveAttribute("href", "/people/p-priya");
    expect(within(link.closest("li") as HTMLElement).getByText("Microsoft Teams")).toBeInTheDocument();
    expect(container.querySelector("li b")).toBeNull();
    await userEvent.type(screen.getByRole("searchbox"), "telegram");
    await waitFor(() => expect(screen.queryByRole("link", { name: "Priya Nair" })).toBeNull());
    expect(asked.some(({ url }) => url.includes("/v1/people?query=telegram"))).toBe(true);
  });

  it("says when nobody matches", async () => {
    stubApi();
    renderConsole("/people", await signedIn());
    await userEvent.type(await screen.findByRole("searchbox"), "zebra");
    expect(await screen.findByText("Nobody is called that.")).toBeInTheDocument();
  });
});

describe("person page", () => {
  it("shows the accounts and what joins them, and takes one out", async () => {
    const asked = stubApi();
    renderConsole("/people/p-priya", await signedIn());
    expect(await screen.findByRole("heading", { level: 1, name: "Priya Nair" })).toBeInTheDocument();
    expect(screen.getAllByText(/vouched for by the platform/)).toHaveLength(2);
    await userEvent.click(screen.getByRole("button", { name: "Not this person: Nair, Priya" }));
    await waitFor(() =>
      expect(asked.find(({ method }) => method === "DELETE")?.url).toMatch(/\/v1\/people\/p-priya\/accounts\/u-2$/),
    );
  });

  it("finds an account and joins it", async () => {
    const asked = stubApi();
    renderConsole("/people/p-priya", await signedIn());
    await userEvent.type(await screen.findByRole("searchbox", { name: "Find an account to join" }), "priya");
    await userEvent.click(await screen.findByRole("button", { name: "This person: priya_n" }));
    await waitFor(() => expect(asked.some(({ method }) => method === "POST")).toBe(true));
    expect(await asked.find(({ method }) => method === "POST")?.json()).toEqual({ userId: "u-3" });
  });

  it("offers nothing to whom it is not allowed", async () => {
    stubApi(async (request) =>
      new URL(request.url).pathname === "/v1/me"
        ? Response.json({ ...((await (await answer(request)).json()) as object), permissions: [] })
        : answer(request),
    );
    renderConsole("/people/p-priya", await signedIn());
    expect(await screen.findByRole("heading", { level: 1, name: "Priya Nair" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /Not this person/ })).toBeNull();
    expect(screen.queryByText("Join another account")).toBeNull();
    expect(screen.queryByRole("link", { name: "Connections" })).toBeNull();
  });
});
