import { beforeEach, describe, expect, it, vi } from "vitest";

import { completeSignIn, localPath, SignInError, signOutAddress, startSignIn } from "@/features/session/api/signIn";
import { Session } from "@/features/session/session";
import { fixtureConfig, tokenAnswer } from "@/testing/fixtureLogin";
import { ORIGIN, signedIn } from "@/testing/renderConsole";

const config = fixtureConfig(ORIGIN);

/** Begins a sign-in and gives the answer of a login that is content. */
async function begun(returnTo = "/search?q=wire") {
  const login = (await startSignIn(config, returnTo)).searchParams;
  return { login, back: new URL(`/signed-in?code=abc&state=${login.get("state") ?? ""}`, ORIGIN) };
}

function stubToken(claims: Record<string, unknown>) {
  const calls: URLSearchParams[] = [];
  vi.stubGlobal("fetch", (_: string, options: RequestInit) => {
    calls.push(new URLSearchParams(options.body as URLSearchParams));
    return Promise.resolve(tokenAnswer(ORIGIN, claims));
  });
  return calls;
}

beforeEach(() => sessionStorage.clear());

describe("sign-in", () => {
  it("asks for a code with PKCE, state and nonce, and keeps no token in any store", async () => {
    const { login, back } = await begun();
    expect(Object.fromEntries(login)).toMatchObject({
      response_type: "code",
      client_id: "console",
      redirect_uri: `${location.origin}/signed-in`,
      scope: "openid email quire/api",
      code_challenge_method: "S256",
    });
    const calls = stubToken({ nonce: login.get("nonce") });
    const { tokens, returnTo } = await completeSignIn(config, back);
    expect(tokens.accessToken).toBe("fixture");
    expect(returnTo).toBe("/search?q=wire");
    expect(Object.fromEntries(calls[0] ?? [])).toMatchObject({ grant_type: "authorization_code", code: "abc" });
    const challenge = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(calls[0]?.get("code_verifier") ?? ""));
    expect(Buffer.from(challenge).toString("base64url")).toBe(login.get("code_challenge"));
    expect(sessionStorage).toHaveLength(0);
  });

  it("takes an answer once", async () => {
    const { login, back } = await begun();
    stubToken({ nonce: login.get("nonce") });
    await completeSignIn(config, back);
    await expect(completeSignIn(config, back)).rejects.toThrow(SignInError);
  });

  it.each([
    ["another state", { state: "forged" }, {}],
    ["no code", { code: null }, {}],
    ["a refusal", { code: null, error: "access_denied" }, {}],
    ["another nonce", {}, { nonce: "forged" }],
    ["another audience", {}, { aud: "someone-else" }],
    ["another issuer", {}, { iss: "https://elsewhere.example" }],
    ["an identity that has run out", {}, { exp: 1 }],
  ])("refuses %s", async (_, parameters: Record<string, string | null>, claims) => {
    const { login, back } = await begun();
    for (const [name, value] of Object.entries(parameters)) {
      if (value === null) back.searchParams.delete(name);
      else back.searchParams.set(name, value);
    }
    stubToken({ nonce: login.get("nonce"), ...claims });
    await expect(completeSignIn(config, back)).rejects.toThrow(SignInError);
  });

  it("says when the login service does not answer, or declines the code", async () => {
    const { back } = await begun();
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(completeSignIn(config, back)).rejects.toThrow("could not be reached");
    const again = await begun();
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ error: "invalid_grant" }, { status: 400 })));
    await expect(completeSignIn(config, again.back)).rejects.toThrow("invalid_grant");
  });

  it.each([
    ["/search?q=a#b", "/search?q=a#b"],
    ["//evil.example/x", "/"],
    ["/\\evil.example", "/"],
    ["https://evil.example", "/"],
    ["/signed-in?code=1", "/"],
    ["", "/"],
  ])("goes on within the console only: %s", (path, expected) => {
    expect(localPath(path)).toBe(expected);
  });

  it("signs out at the login too", () => {
    expect(signOutAddress(config).href).toBe(
      `${ORIGIN}/logout?client_id=console&logout_uri=${encodeURIComponent(`${location.origin}/`)}`,
    );
  });
});

describe("Session", () => {
  it("remembers over a reload that there was one, once, and not what it was", async () => {
    const session = await signedIn();
    expect(session.status()).toBe("signed-in");
    expect(JSON.stringify(Object.entries(sessionStorage))).not.toContain("fixture");
    const reloaded = new Session(config);
    expect(reloaded.takeResume()).toBe(true);
    expect(reloaded.takeResume()).toBe(false);
  });

  it("forgets a token that was refused, and does not sign in again by itself", async () => {
    const session = await signedIn();
    const heard = vi.fn();
    session.subscribe(heard);
    session.expire();
    session.expire();
    expect(session.accessToken()).toBeNull();
    expect(session.status()).toBe("ended");
    expect(heard).toHaveBeenCalledOnce();
    expect(session.takeResume()).toBe(false);
  });
});
