import type { Account, ConnectionDetails, ConnectionChange, NewConnection, Person, Platform, PlatformList } from "@/lib/api/types";
import { HOSTILE } from "./messages.ts";

const text = (title: string, order: number, more: Record<string, unknown> = {}) => ({
  type: "string",
  title,
  description: `${title}, as the platform shows it.`,
  order,
  ...more,
});

const SLACK: Platform = {
  platform: "slack",
  title: "Slack",
  summary: "Events of your own Slack app as they happen.",
  captures: ["messages of people and apps", "edits with the text before them, deletions with the text they removed"],
  cannotCapture: ["conversations without the app", "what is said in huddles"],
  limits: [{ name: "answer_within_seconds", value: 3, text: "Slack waits 3 seconds for an answer" }],
  configuration: { type: "object", properties: {} },
  secrets: {
    type: "object",
    required: ["signingSecret"],
    properties: {
      signingSecret: text("Signing secret", 1, { writeOnly: true }),
      clientId: text("Client ID", 2, { writeOnly: true }),
      tokenExpiresAt: text("End of the bot token", 3, { writeOnly: true, managed: true }),
    },
  },
  grant: "oauth",
  installable: true,
  tasks: [{ name: "directory", summary: "people and conversations looked up", everySeconds: 21_600 }],
  setup: ["Make an app of your own.", "Copy the webhook address into its settings."],
  docs: "https://docs.slack.dev",
};

const TEAMS: Platform = {
  ...SLACK,
  platform: "teams",
  title: "Microsoft Teams",
  summary: "Every channel and chat of an organisation.",
  configuration: {
    type: "object",
    required: ["issuer"],
    properties: {
      hosts: { type: "array", title: "File hosts", description: "Where files are.", order: 2, items: { type: "string" } },
      issuer: text("Token issuer", 1, { examples: ["https://sts.windows.net/…/"] }),
    },
  },
  secrets: {
    type: "object",
    required: ["certificates"],
    properties: {
      certificates: {
        type: "object",
        title: "Decryption keys",
        description: "Certificate id to the PEM of its private key.",
        order: 1,
        writeOnly: true,
        additionalProperties: { type: "string" },
      },
    },
  },
  grant: "certificate",
  installable: false,
};

export function platforms(): PlatformList {
  return { platforms: [SLACK, TEAMS] };
}

const CONNECTIONS: ConnectionDetails[] = [
  connection("c-slack", "slack", "Head office", { secretsSet: ["signingSecret"], lastActivityAt: "2026-01-07T16:40:00Z" }),
  connection("c-teams", "teams", "Treasury", {
    status: "degraded",
    configuration: { issuer: "https://sts.example/", hosts: ["files.example"] },
    health: {
      lastTaskAt: "2026-01-07T16:00:00Z",
      troubles: [
        { source: "grant", code: "grant_lost", detail: "the application's consent was withdrawn", since: "2026-01-07T12:00:00Z", degraded: true },
      ],
    },
  }),
  connection("c-odd", "slack", HOSTILE.name, { status: "paused" }),
];

function connection(connectionId: string, platform: string, name: string, more: Partial<ConnectionDetails> = {}): ConnectionDetails {
  return {
    connectionId,
    platform,
    name,
    status: "active",
    workspaceId: "T0HARBOUR",
    configuration: {},
    webhookUrl: `https://hooks.harbour-lane.example/hooks/${platform}/${connectionId}`,
    createdAt: "2026-01-01T00:00:00Z",
    health: { troubles: [] },
    secretsSet: [],
    ...more,
  };
}

/** Answers requests for connections; changes are answered and forgotten. */
export async function connections(request: Request): Promise<Response> {
  const [, , resource, id, part] = new URL(request.url).pathname.split("/").map(decodeURIComponent);
  if (resource === "installs") return Response.json(CONNECTIONS[0]);
  if (id === undefined) return request.method === "POST" ? add((await request.json()) as NewConnection) : Response.json({ connections: CONNECTIONS });
  const known = CONNECTIONS.find(({ connectionId }) => connectionId === id) ?? connection(id, "slack", "New");
  if (part === "secrets") {
    const { secrets } = (await request.json()) as { secrets: Record<string, unknown> };
    return Response.json({ secretsSet: [...known.secretsSet, ...Object.keys(secrets)] });
  }
  if (part === "install") return Response.json({ authorizeUrl: "https://slack.com/oauth/v2/authorize?state=s", state: "s" });
  if (request.method === "PATCH") return Response.json({ ...known, ...((await request.json()) as ConnectionChange) });
  return Response.json(request.method === "DELETE" ? { ...known, status: "removed" } : known);
}

function add({ platform, name, secrets }: NewConnection): Response {
  if (!secrets || Object.values(secrets).includes("wrong")) {
    const errors = Object.keys(secrets ?? {}).map((field) => ({ field: `secrets.${field}`, problem: "does not have the expected form" }));
    return Response.json(
      { type: "urn:quire:problem:malformed", title: "The request is not what it should be", status: 400, detail: "some fields", errors },
      { status: 400, headers: { "content-type": "application/problem+json" } },
    );
  }
  return Response.json(connection("c-new", platform, name), { status: 201 });
}

function account(userId: string, platform: string, name: string, more: Partial<Account> = {}): Account {
  return { userId, platform, platformId: `U-${userId}`, workspaceId: "T0HARBOUR", name, emailVerified: false, seenAt: "2026-01-07T16:40:00Z", ...more };
}

const EMAIL = "priya.nair@harbour-lane.example";
const PERSONS: Person[] = [
  {
    personId: "p-priya",
    name: "Priya Nair",
    emails: [EMAIL],
    accounts: [
      account("u-1", "slack", "Priya Nair", { email: EMAIL, emailVerified: true }),
      account("u-2", "teams", "Nair, Priya", { email: EMAIL, emailVerified: true }),
    ],
  },
  { personId: "p-telegram", name: "priya_n", emails: [], accounts: [account("u-3", "telegram", "priya_n")] },
  { personId: "p-eve", name: HOSTILE.name, emails: [], accounts: [account("u-4", "discord", HOSTILE.name, { type: "bot" })] },
];

/** Answers requests for people; a decision is answered and forgotten. */
export async function people(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const [, , , id, , userId] = pathname.split("/").map(decodeURIComponent);
  const query = (searchParams.get("query") ?? "").toLowerCase();
  if (id === undefined) {
    const found = PERSONS.filter((person) => JSON.stringify(person).toLowerCase().includes(query));
    return Response.json({ people: found, nextCursor: null });
  }
  const person = PERSONS.find(({ personId }) => personId === id);
  if (person === undefined) return Response.json({ status: 404 }, { status: 404 });
  if (request.method === "DELETE") return Response.json({ ...person, accounts: person.accounts.filter((each) => each.userId !== userId) });
  if (request.method === "POST") await request.json();
  return Response.json(person);
}
