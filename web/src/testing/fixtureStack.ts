import { Readable } from "node:stream";
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Connect, Plugin } from "vite";

import { fixtureConfig, tokenAnswer } from "./fixtureLogin.ts";

/** The policy under which the console is served. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

type Nonces = Map<string, string>;

/** Serves the console with a login and an API of fixtures behind it (`npm run fixture`): no stack is needed to look. */
export function fixtureStack(): Plugin {
  const nonces: Nonces = new Map();
  const middleware: Connect.NextHandleFunction = (request, response, next) => {
    response.setHeader("content-security-policy", CONTENT_SECURITY_POLICY);
    handle(request, nonces).then(
      (answer) => (answer === null ? next() : send(answer, response)),
      (error: unknown) => next(error),
    );
  };
  return {
    name: "quire-fixture-stack",
    configurePreviewServer: (server) => {
      server.middlewares.use(middleware);
    },
  };
}

async function handle(incoming: IncomingMessage, nonces: Nonces): Promise<Response | null> {
  const origin = `http://${incoming.headers.host ?? "127.0.0.1"}`;
  const address = new URL(incoming.url ?? "/", origin);
  if (address.pathname === "/config.json") return Response.json(fixtureConfig(origin));
  if (address.pathname === "/oauth2/authorize") return authorize(address.searchParams, nonces);
  if (address.pathname === "/logout") return redirect(address.searchParams.get("logout_uri") ?? "/");
  if (address.pathname === "/oauth2/token") return token(await request(incoming, address).text(), origin, nonces);
  if (!address.pathname.startsWith("/v1/")) return null;
  // Loaded late, so that the build's configuration does not depend on the fixtures.
  const { answer } = await import("./fixtureApi.ts");
  return answer(request(incoming, address));
}

function authorize(parameters: URLSearchParams, nonces: Nonces): Response {
  const code = crypto.randomUUID();
  nonces.set(code, parameters.get("nonce") ?? "");
  const back = new URL(parameters.get("redirect_uri") ?? "");
  back.search = new URLSearchParams({ code, state: parameters.get("state") ?? "" }).toString();
  return redirect(back.href);
}

function token(form: string, origin: string, nonces: Nonces): Response {
  const code = new URLSearchParams(form).get("code") ?? "";
  return tokenAnswer(origin, { nonce: nonces.get(code) });
}

function redirect(to: string): Response {
  return new Response(null, { status: 302, headers: { location: to } });
}

function request(incoming: IncomingMessage, address: URL): Request {
  const { method = "GET" } = incoming;
  const headers = new Headers(Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]));
  if (method === "GET" || method === "HEAD") return new Request(address, { method, headers });
  const body = Readable.toWeb(incoming) as BodyInit;
  return new Request(address, { method, headers, body, duplex: "half" } as RequestInit);
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
}
