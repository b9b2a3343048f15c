import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { fieldsOf, initialEntries, missing, valuesOf } from "@/features/connections/fields";
import { answer, problem } from "@/testing/fixtureApi";
import { platforms } from "@/testing/fixtureDesk";
import { renderConsole, signedIn, stubApi } from "@/testing/renderConsole";

const [SLACK, TEAMS] = platforms().platforms;

async function bodyOf(asked: Request[], method: string, path: string): Promise<unknown> {
  const request = asked.find((each) => each.method === method && new URL(each.url).pathname === path);
  return request?.json();
}

describe("fields of a schema", () => {
  it("come in their order, without what Quire keeps itself", () => {
    expect(fieldsOf(SLACK?.secrets ?? {}).map(({ name, secret, required }) => [name, secret, required])).toEqual([
      ["signingSecret", true, true],
      ["clientId", true, false],
    ]);
    expect(fieldsOf(TEAMS?.configuration ?? {}).map(({ name, kind }) => [name, kind])).toEqual([
      ["issuer", "line"],
      ["hosts", "lines"],
    ]);
    expect(fieldsOf(TEAMS?.secrets ?? {})[0]?.kind).toBe("pairs");
  });

  it("start with what is set, and give back what was entered", () => {
    const fields = fieldsOf(TEAMS?.configuration ?? {}, { issuer: "https://a/", hosts: ["x", "y"] });
    expect(initialEntries(fields)).toEqual({ issuer: "https://a/", hosts: "x\ny" });
    expect(valuesOf(fields, { issuer: " https://b/ ", hosts: "x\n\n z," })).toEqual({ issuer: "https://b/", hosts: ["x", "z"] });
    expect(valuesOf(fields, { issuer: "", hosts: "" })).toEqual({});
    expect(missing(fields, { issuer: " " }).map(({ name }) => name)).toEqual(["issuer"]);
  });

  it("survive a schema of no shape", () => {
    expect(fieldsOf({ properties: { a: null, b: 5 }, required: "a" }).map(({ title }) => title)).toEqual(["a", "b"]);
    expect(fieldsOf({})).toEqual([]);
  });
});

describe("connections page", () => {
  it("lists connections with what is wrong with them", async () => {
    stubApi();
    renderConsole("/connections", await signedIn());
    expect(await screen.findByRole("link", { name: "Head office" })).toHaveAttribute("href", "/connections/c-slack");
    expect(screen.getByText("Needs somebody: messages may be missed")).toBeInTheDocument();
    expect(screen.getByText("Grant lost")).toBeInTheDocument();
    expect(screen.getByText("the application's consent was withdrawn")).toBeInTheDocument();
    expect(screen.getAllByText("Nothing captured yet")).toHaveLength(2);
  });

  it("offers no change to whom it is not allowed", async () => {
    stubApi(async (request) =>
      new URL(request.url).pathname === "/v1/me"
        ? Response.json({ ...(await (await answer(request)).json() as object), permissions: ["ListConnections"] })
        : answer(request),
    );
    renderConsole("/connections/c-slack", await signedIn());
    expect(await screen.findByText("An administrator can change this connection.")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Remove" })).toBeNull();
    expect(screen.queryByLabelText(/Signing secret/)).toBeNull();
  });
});

describe("connecting a platform", () => {
  it("asks for what the manifest names, and sends it", async () => {
    const asked = stubApi();
    const { router } = renderConsole("/connections/new?platform=slack", await signedIn());
    const secret = await screen.findByLabelText("Signing secret");
    expect(secret).toHaveAttribute("type", "password");
    expect(screen.queryByLabelText(/End of the bot token/)).toBeNull();
    expect(screen.getByText("what is said in huddles")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Connect" }));
    expect(await screen.findByText("Signing secret is needed.")).toBeInTheDocument();
    await userEvent.type(secret, "shh");
    await userEvent.click(screen.getByRole("button", { name: "Connect" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/connections/c-new"));
    expect(await bodyOf(asked, "POST", "/v1/connections")).toEqual({
      platform: "slack",
      name: "Slack",
      configuration: {},
      secrets: { signingSecret: "shh" },
    });
  });

  it("shows at the field what the archive does not take", async () => {
    stubApi();
    renderConsole("/connections/new?platform=slack", await signedIn());
    await userEvent.type(await screen.findByLabelText("Signing secret"), "wrong");
    await userEvent.click(screen.getByRole("button", { name: "Connect" }));
    expect(await screen.findByText("Does not have the expected form.")).toBeInTheDocument();
  });

  it("takes names with a text each", async () => {
    const asked = stubApi();
    renderConsole("/connections/new?platform=teams", await signedIn());
    await userEvent.type(await screen.findByLabelText("Token issuer"), "https://i/");
    await userEvent.click(screen.getByRole("button", { name: "Add one" }));
    await userEvent.type(screen.getByLabelText("Decryption keys: name 1"), "one");
    await userEvent.type(screen.getByLabelText("Decryption keys: value 1"), "PEM");
    await userEvent.click(screen.getByRole("button", { name: "Connect" }));
    await waitFor(async () =>
      expect(await bodyOf(asked, "POST", "/v1/connections")).toMatchObject({
        configuration: { issuer: "https://i/" },
        secrets: { certificates: { one: "PEM" } },
      }),
    );
  });
});

describe("connection page", () => {
  it("shows the webhook address and which secrets are set, never what they are", async () => {
    const asked = stubApi();
    renderConsole("/connections/c-slack", await signedIn());
    expect(await screen.findByText("https://hooks.harbour-lane.example/hooks/slack/c-slack")).toBeInTheDocument();
    const secret = screen.getByLabelText(/Signing secret/);
    expect(secret).toHaveValue("");
    expect(screen.getByText("Set. Leave it empty to keep it; it is never shown.")).toBeInTheDocument();
    await userEvent.type(secret, "new");
    await userEvent.click(screen.getByRole("button", { name: "Set secrets" }));
    expect(await screen.findByText("Set")).toBeInTheDocument();
    expect(screen.getByLabelText(/Signing secret/)).toHaveValue("");
    expect(await bodyOf(asked, "POST", "/v1/connections/c-slack/secrets")).toEqual({ secrets: { signingSecret: "new" } });
  });

  it("leaves for the platform's install page", async () => {
    stubApi();
    const leave = vi.fn();
    vi.stubGlobal("location", { href: location.href, assign: leave });
    renderConsole("/connections/c-slack", await signedIn());
    await userEvent.click(await screen.findByRole("button", { name: "Install in Slack" }));
    await waitFor(() => expect(leave).toHaveBeenCalledWith("https://slack.com/oauth/v2/authorize?state=s"));
  });

  it("pauses, and removes when asked twice", async () => {
    const asked = stubApi();
    const { router } = renderConsole("/connections/c-slack", await signedIn());
    await userEvent.click(await screen.findByRole("button", { name: "Pause" }));
    await waitFor(async () => expect(await bodyOf(asked, "PATCH", "/v1/connections/c-slack")).toEqual({ status: "paused" }));
    await userEvent.click(screen.getByRole("button", { name: "Remove" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.click(within(dialog).getByRole("button", { name: "Remove" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/connections"));
    expect(asked.some(({ method }) => method === "DELETE")).toBe(true);
  });

  it("saves its settings", async () => {
    const asked = stubApi();
    renderConsole("/connections/c-teams", await signedIn());
    const hosts = await screen.findByLabelText(/File hosts/);
    expect(hosts).toHaveValue("files.example");
    await userEvent.type(hosts, "{Enter}more.example");
    await userEvent.click(screen.getByRole("button", { name: "Save settings" }));
    expect(await screen.findByText("Saved")).toBeInTheDocument();
    expect(await bodyOf(asked, "PATCH", "/v1/connections/c-teams")).toEqual({
      name: "Treasury",
      configuration: { issuer: "https://sts.example/", hosts: ["files.example", "more.example"] },
    });
  });
});

describe("coming back from an install", () => {
  it("hands the code over once, and leaves no code in the address", async () => {
    const asked = stubApi();
    const { router } = renderConsole("/connections/installed?code=c&state=s", await signedIn());
    await waitFor(() => expect(router.state.location.pathname).toBe("/connections/c-slack"));
    const posts = asked.filter(({ url }) => url.endsWith("/v1/installs"));
    expect(posts).toHaveLength(1);
    expect(await posts[0]?.json()).toEqual({ code: "c", state: "s" });
  });

  it("says why it did not come about", async () => {
    stubApi((request) =>
      request.url.endsWith("/v1/installs")
        ? Promise.resolve(problem(403, "forbidden", "this install was not begun here"))
        : answer(request),
    );
    renderConsole("/connections/installed?code=c&state=s", await signedIn());
    expect(await screen.findByText("This install was not begun here")).toBeInTheDocument();
  });

  it("says when the person declined", async () => {
    stubApi();
    renderConsole("/connections/installed?error=access_denied", await signedIn());
    expect(await screen.findByText("access_denied")).toBeInTheDocument();
  });
});
