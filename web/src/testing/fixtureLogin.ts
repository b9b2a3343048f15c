import type { Config } from "@/lib/config";

/** The configuration of a console whose login and API are fixtures at `origin`. */
export function fixtureConfig(origin: string): Config {
  return {
    stage: "fixture",
    region: "us-east-1",
    apiUrl: origin,
    loginUrl: origin,
    clientId: "console",
    scopes: ["openid", "email", "quire/api"],
    issuer: `${origin}/issuer`,
  };
}

/** The answer of a token endpoint; `claims` replace those of the identity token. */
export function tokenAnswer(origin: string, claims: Record<string, unknown>): Response {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: `${origin}/issuer`, aud: "console", sub: "s-1", iat: now, exp: now + 3600, ...claims };
  return Response.json({
    access_token: "fixture",
    token_type: "Bearer",
    expires_in: 3600,
    id_token: `${encoded({ alg: "RS256" })}.${encoded(all)}.c2lnbmF0dXJl`,
  });
}

function encoded(part: object): string {
  return btoa(JSON.stringify(part)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
