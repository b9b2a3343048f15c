import * as oauth from "oauth4webapi";

import type { Config } from "@/lib/config";

/** What the hosted login gave: kept in memory only. */
export interface Tokens {
  accessToken: string;
  idToken: string;
}

/** A sign-in that came back: the tokens, and the address the person was on their way to. */
export interface SignedIn {
  tokens: Tokens;
  returnTo: string;
}

/** The sign-in did not come about; the message is fit to show. */
export class SignInError extends Error {
  override name = "SignInError";
}

/** What has to survive the redirect to the hosted login, and nothing longer. */
interface Pending {
  verifier: string;
  state: string;
  nonce: string;
  returnTo: string;
}

const PENDING = "quire.sign-in";
const CALLBACK_PATH = "/signed-in";

/** Prepares an authorization code request with PKCE (RFC 7636) and returns the address of the hosted login. */
export async function startSignIn(config: Config, returnTo: string): Promise<URL> {
  const pending: Pending = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    returnTo,
  };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const address = new URL(`${config.loginUrl}/oauth2/authorize`);
  address.search = new URLSearchParams({
    response_type: "code",
    client_id: config.clientId,
    redirect_uri: redirectUri(),
    scope: config.scopes.join(" "),
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
  }).toString();
  return address;
}

/**
 * Takes the address the hosted login came back to and exchanges its code for tokens.
 *
 * @throws SignInError when the login was declined, forged, repeated, or its answer does not hold.
 */
export async function completeSignIn(config: Config, address: URL): Promise<SignedIn> {
  const pending = takePending();
  const server: oauth.AuthorizationServer = {
    issuer: config.issuer,
    authorization_endpoint: `${config.loginUrl}/oauth2/authorize`,
    token_endpoint: `${config.loginUrl}/oauth2/token`,
  };
  const client: oauth.Client = { client_id: config.clientId };
  try {
    const parameters = oauth.validateAuthResponse(server, client, address, pending.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      redirectUri(),
      pending.verifier,
      // Marked deprecated by its authors only to make it stand out.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      { [oauth.allowInsecureRequests]: onThisMachine(config.loginUrl) },
    );
    const answer = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: pending.nonce,
      requireIdToken: true,
    });
    return {
      tokens: { accessToken: answer.access_token, idToken: answer.id_token ?? "" },
      returnTo: pending.returnTo,
    };
  } catch (cause) {
    throw new SignInError(explain(cause), { cause });
  }
}

/** The address that ends the hosted login's own session and comes back here. */
export function signOutAddress(config: Config): URL {
  const address = new URL(`${config.loginUrl}/logout`);
  address.search = new URLSearchParams({ client_id: config.clientId, logout_uri: `${location.origin}/` }).toString();
  return address;
}

/** `path` if it leads into this console, else the start page: an address from outside must not lead away. */
export function localPath(path: string): string {
  if (!path.startsWith("/") || !URL.canParse(path, location.origin)) return "/";
  const address = new URL(path, location.origin);
  const callback = address.pathname === CALLBACK_PATH;
  return address.origin === location.origin && !callback ? address.pathname + address.search + address.hash : "/";
}

/** A login served on this very machine may do without TLS; any other must not. */
function onThisMachine(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname.endsWith(".localhost");
}

function redirectUri(): string {
  return location.origin + CALLBACK_PATH;
}

function takePending(): Pending {
  const stored = sessionStorage.getItem(PENDING);
  sessionStorage.removeItem(PENDING);
  if (stored === null) throw new SignInError("No sign-in was under way in this tab, or its answer was used already.");
  const pending = JSON.parse(stored) as Pending;
  return { ...pending, returnTo: localPath(pending.returnTo) };
}

function explain(cause: unknown): string {
  if (cause instanceof oauth.AuthorizationResponseError) {
    return cause.error_description ?? `The login page answered “${cause.error}”.`;
  }
  if (cause instanceof oauth.ResponseBodyError) {
    return cause.error_description ?? `The login service answered “${cause.error}”.`;
  }
  if (cause instanceof oauth.OperationProcessingError) return "The login service's answer did not match this sign-in.";
  if (cause instanceof TypeError) return "The login service could not be reached.";
  return "The sign-in did not work.";
}
