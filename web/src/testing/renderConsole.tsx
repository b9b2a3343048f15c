import { render } from "@testing-library/react";
import { QueryClient } from "@tanstack/react-query";
import { createMemoryRouter } from "react-router";
import { vi } from "vitest";

import { Application } from "@/app/Application";
import { routes } from "@/app/routes";
import { startSignIn } from "@/features/session/api/signIn";
import { Session } from "@/features/session/session";
import { createApiClient } from "@/lib/api/client";
import { answer } from "@/testing/fixtureApi";
import { fixtureConfig, tokenAnswer } from "@/testing/fixtureLogin";

export const ORIGIN = "http://localhost:3000";

/** Puts `api` in the place of the network; whatever is asked is kept. */
export function stubApi(api: (request: Request) => Promise<Response> = answer): Request[] {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", async (input: Request) => {
    asked.push(input.clone());
    return api(input);
  });
  return asked;
}

/** A session that has come back from the login. */
export async function signedIn(): Promise<Session> {
  const session = new Session(fixtureConfig(ORIGIN));
  const login = (await startSignIn(fixtureConfig(ORIGIN), "/search")).searchParams;
  const before = globalThis.fetch;
  vi.stubGlobal("fetch", () => Promise.resolve(tokenAnswer(ORIGIN, { nonce: login.get("nonce") })));
  await session.complete(new URL(`/signed-in?code=c&state=${login.get("state") ?? ""}`, ORIGIN));
  vi.stubGlobal("fetch", before);
  return session;
}

/** The console at `address`, for `session`. */
export function renderConsole(address: string, session: Session) {
  const router = createMemoryRouter(routes(session), { initialEntries: [address] });
  const api = createApiClient(ORIGIN, { accessToken: session.accessToken, refused: session.expire });
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return { router, ...render(<Application session={session} api={api} queries={queries} router={router} />) };
}
