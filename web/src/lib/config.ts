/** What the deployment tells the console, read once from `/config.json`. */
export interface Config {
  stage: string;
  region: string;
  /** Base address of the REST API, without a trailing slash. */
  apiUrl: string;
  /** Base address of the hosted login (`/oauth2/authorize`, `/oauth2/token`, `/logout`), without a trailing slash. */
  loginUrl: string;
  clientId: string;
  scopes: string[];
  /** The `iss` of the identity tokens. */
  issuer: string;
}

/** The console was served without a usable `/config.json`. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/**
 * Checks what `/config.json` holds.
 *
 * @throws ConfigError naming the first field that is missing or of the wrong shape.
 */
export function parseConfig(value: unknown): Config {
  if (typeof value !== "object" || value === null) throw new ConfigError("config.json is not an object.");
  const fields = value as Record<string, unknown>;
  const scopes = fields.scopes;
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === "string")) {
    throw new ConfigError("config.json has no list of scopes.");
  }
  return {
    stage: text(fields, "stage"),
    region: text(fields, "region"),
    apiUrl: address(fields, "apiUrl"),
    loginUrl: address(fields, "loginUrl"),
    clientId: text(fields, "clientId"),
    scopes,
    issuer: address(fields, "issuer"),
  };
}

/**
 * Fetches the configuration of this deployment.
 *
 * @throws ConfigError when there is none.
 */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("/config.json", { cache: "no-store" });
  if (!response.ok) throw new ConfigError(`config.json could not be read (status ${response.status}).`);
  let value: unknown;
  try {
    value = await response.json();
  } catch (cause) {
    throw new ConfigError("config.json is not JSON.", { cause });
  }
  return parseConfig(value);
}

function text(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value !== "string" || value === "") throw new ConfigError(`config.json has no ${name}.`);
  return value;
}

function address(fields: Record<string, unknown>, name: string): string {
  const value = text(fields, name);
  if (!URL.canParse(value)) throw new ConfigError(`${name} in config.json is not an address.`);
  return value.replace(/\/+$/, "");
}
