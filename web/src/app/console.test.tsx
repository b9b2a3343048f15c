import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { Session } from "@/features/session/session";
import { answer, problem } from "@/testing/fixtureApi";
import { fixtureConfig } from "@/testing/fixtureLogin";
import { ORIGIN, renderConsole, signedIn, stubApi } from "@/testing/renderConsole";

function onSearch(respond: (request: Request) => Response | Promise<Response>) {
  return (request: Request) =>
    new URL(request.url).pathname === "/v1/search" ? Promise.resolve(respond(request)) : answer(request);
}

describe("sign-in page", () => {
  it("keeps the address and leaves for the hosted login", async () => {
    const session = new Session(fixtureConfig(ORIGIN));
    const begin = vi.spyOn(session, "begin").mockResolvedValue();
    renderConsole("/search?q=wire", session);
    await userEvent.click(await screen.findByRole("button", { name: "Sign in" }));
    expect(begin).toHaveBeenCalledWith("/search?q=wire");
  });

  it("says why a sign-in did not come about", async () => {
    renderConsole("/signed-in?error=access_denied&state=x", new Session(fixtureConfig(ORIGIN)));
    expect(await screen.findByText("You are not signed in")).toBeInTheDocument();
    expect(screen.getByText(/No sign-in was under way/)).toBeInTheDocument();
  });
});

describe("search page", () => {
  it("shows hits with what was found marked, and asks the API for what the address says", async () => {
    const asked = stubApi();
    renderConsole("/search?q=settlement&sender=priya", await signedIn());
    const results = await screen.findAllByRole("article");
    expect(within(results[0] as HTMLElement).getAllByText("settlement", { selector: "mark" })).toHaveLength(1);
    expect(screen.getByRole("heading", { name: "12 messages" })).toBeInTheDocument();
    const request = asked.find(({ url }) => url.endsWith("/v1/search"));
    expect(request?.headers.get("authorization")).toBe("Bearer fixture");
    expect(await request?.json()).toMatchObject({ query: "settlement", filters: { userId: ["priya"] } });
  });

  it("puts a new query into the address, and comes back", async () => {
    stubApi();
    const { router } = renderConsole("/search?q=settlement", await signedIn());
    const box = await screen.findByRole("combobox", { name: "Search messages" });
    await userEvent.clear(box);
    await userEvent.type(box, "ledger{Enter}");
    await waitFor(() => expect(router.state.location.search).toBe("?q=ledger"));
    expect(await screen.findAllByText("ledger", { selector: "mark" })).not.toHaveLength(0);
    await router.navigate(-1);
    await waitFor(() => expect(screen.getByRole("combobox", { name: "Search messages" })).toHaveValue("settlement"));
  });

  it("loads more by the cursor until these are all", async () => {
    stubApi();
    renderConsole("/search?sender=tom", await signedIn());
    expect(await screen.findAllByRole("article")).toHaveLength(20);
    await userEvent.click(screen.getByRole("button", { name: "Load more" }));
    expect(await screen.findByText("These are all.")).toBeInTheDocument();
    expect(screen.getAllByRole("article").length).toBeGreaterThan(20);
  });

  it("says in which file it was found", async () => {
    stubApi();
    renderConsole("/search?q=papers", await signedIn());
    expect(await screen.findByText(/Found in the file/)).toHaveTextContent("ledger.xlsx");
  });

  it("shows hostile words as words", async () => {
    stubApi();
    const { container } = renderConsole("/search?q=onerror", await signedIn());
    expect(await screen.findByText("onerror", { selector: "mark" })).toBeInTheDocument();
    expect(container.querySelector("article img, article script, article b")).toBeNull();
    expect(screen.getByRole("article")).toHaveTextContent("<img src=x onerror=");
  });

  it("helps when nothing matches", async () => {
    stubApi();
    renderConsole("/search?q=zebra", await signedIn());
    expect(await screen.findByText("No message matches")).toBeInTheDocument();
  });

  it("shows a problem in the API's own words", async () => {
    stubApi(onSearch(() => problem(400, "malformed", "at most 40 words and phrases")));
    renderConsole("/search?q=settlement", await signedIn());
    expect(await screen.findByText("At most 40 words and phrases")).toBeInTheDocument();
    expect(screen.getByText("urn:quire:problem:malformed")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });

  it("tries again what may pass", async () => {
    let tries = 0;
    stubApi(
      onSearch((request) => {
        tries += 1;
        return tries === 1 ? problem(503, "unavailable", "something we depend on did not answer") : answer(request);
      }),
    );
    renderConsole("/search?q=settlement", await signedIn());
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("heading", { name: "12 messages" })).toBeInTheDocument();
  });

  it("says when nothing answers", async () => {
    stubApi(onSearch(() => Promise.reject(new TypeError("Failed to fetch"))));
    renderConsole("/search?q=settlement", await signedIn());
    expect(await screen.findByText("The archive could not be reached")).toBeInTheDocument();
  });

  it("asks to sign in again, here, when the token is no longer taken", async () => {
    stubApi(onSearch(() => problem(401, "unauthenticated")));
    const session = await signedIn();
    const begin = vi.spyOn(session, "begin").mockResolvedValue();
    renderConsole("/search?q=settlement", session);
    await userEvent.click(await screen.findByRole("button", { name: "Sign in again" }));
    expect(begin).toHaveBeenCalledWith("/search?q=settlement");
  });
});

it("an unknown address says so", async () => {
  stubApi();
  renderConsole("/nowhere", await signedIn());
  expect(await screen.findByRole("heading", { name: "There is nothing at this address" })).toBeInTheDocument();
});

it("the channels page lists and finds channels", async () => {
  stubApi();
  renderConsole("/channels", await signedIn());
  expect(await screen.findByRole("link", { name: "#deal-aurora" })).toHaveAttribute(
    "href",
    "/conversations/22222222-2222-8222-8222-222222222222",
  );
  await userEvent.type(screen.getByRole("searchbox"), "treasury");
  expect(screen.queryByRole("link", { name: "#deal-aurora" })).toBeNull();
  expect(screen.getByRole("link", { name: "Treasury operations" })).toBeInTheDocument();
});
