import type {
  ChannelList,
  Conversation,
  Explanation,
  Facet,
  Hit,
  Me,
  Message,
  MessageEvidence,
  SearchAnswer,
  SearchRequest,
} from "@/lib/api/types";
import { completions } from "./fixtureCompletions.ts";
import { connections, people, platforms } from "./fixtureDesk.ts";
import { EVIDENCE } from "./evidence.ts";
import { day, difference, members, seenAt } from "./fixtureMoments.ts";
import { searches } from "./fixtureSearches.ts";
import { CHANNELS, WEEK } from "./week.ts";

const PAGE = 20;
const ME: Me = {
  tenantId: "harbour-lane",
  tenantName: "Harbour Lane",
  userId: "s-1",
  email: "cleo@harbour-lane.example",
  role: "administrator",
  permissions: ["ListSearches", "SaveSearch", "ChangeSearch", "ListConnections", "AddConnection", "ChangeConnection", "JoinAccounts", "ReadEvidence", "ReadDay", "CompleteQuery"],
};

/** Answers an API request out of the made-up week, the way the real one does. */
export async function answer(request: Request): Promise<Response> {
  if (!request.headers.get("authorization")?.startsWith("Bearer ")) return problem(401, "unauthenticated");
  const { pathname, searchParams } = new URL(request.url);
  const [, , resource, id, part] = pathname.split("/").map(decodeURIComponent);
  if (resource === "me") {
    return Response.json(ME);
  }
  if (resource === "search" && id === "complete") return Response.json(completions(searchParams));
  if (resource === "search") {
    const answer = search((await request.json()) as SearchRequest);
    return answer instanceof Response ? answer : Response.json(answer);
  }
  if (resource === "searches") return searches(request);
  if (resource === "channels") return Response.json(channels(searchParams.get("cursor")));
  if (resource === "platforms") return Response.json(platforms());
  if (resource === "connections" || resource === "installs") return connections(request);
  if (resource === "people" && part === "day") return Response.json(day(id ?? "", searchParams));
  if (resource === "people") return people(request);
  if (resource === "messages" && part === "attachments") {
    return Response.json({ status: "ready", url: new URL("/favicon.svg", request.url).href, expiresAt: "2026-01-07T17:00:00Z" });
  }
  if (resource === "messages" && part === "evidence") return found(evidence(id ?? ""));
  if (resource === "messages") return found(WEEK.find((message) => message.messageId === id));
  if (resource === "conversations" && part === "members") return Response.json(members(searchParams.get("asOf")));
  if (resource === "conversations" && part === "diff") return found(difference(id ?? "", searchParams));
  if (resource === "conversations") return found(conversation(id ?? "", searchParams));
  return problem(404, "not-found");
}

/** A problem document as the API writes it. */
export function problem(status: number, slug: string, detail = `This is ${slug}.`, more: object = {}): Response {
  return Response.json(
    { type: `urn:quire:problem:${slug}`, title: slug, status, detail, ...more },
    { status, headers: { "content-type": "application/problem+json" } },
  );
}

/** Marks `words` the way the search engine does: the text escaped, the hits in `<mark>`. */
export function highlight(text: string, words: string[]): string {
  const pattern = new RegExp(`(${words.join("|")})`, "gi");
  return text
    .split(pattern)
    .map((part, index) => (index % 2 === 1 ? `<mark>${escaped(part)}</mark>` : escaped(part)))
    .join("");
}

function found(value: object | undefined): Response {
  return value === undefined ? problem(404, "not-found", "There is no such thing, or it is not yours.") : Response.json(value);
}

/** One message is proven, the others wait to be sealed. */
function evidence(messageId: string): MessageEvidence | undefined {
  const { stamped, captured } = EVIDENCE;
  if (messageId === stamped.messageId) return stamped;
  return WEEK.some((message) => message.messageId === messageId) ? { ...captured, messageId } : undefined;
}

function channels(cursor: string | null): ChannelList {
  const from = Number(cursor ?? 0);
  const next = from + 3 < CHANNELS.length ? String(from + 3) : null;
  return { channels: CHANNELS.slice(from, from + 3), nextCursor: next };
}

/** Reads words only; a parenthesis that is never closed is what it refuses. */
function search({ query, filters, cursor, facets }: SearchRequest): SearchAnswer | Response {
  const open = Array.from(query).indexOf("(");
  if (open >= 0 && !query.includes(")")) return unreadable(open + 1, "a closing parenthesis ) for this one");
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = WEEK.filter(
    (message) =>
      words.every((word) => message.content.toLowerCase().includes(word)) &&
      among(filters.userId, message.userId) &&
      among(filters.platform, message.platform) &&
      among(filters.channelId, message.channelId),
  ).reverse();
  const from = Number(cursor ?? 0);
  const hits = matches.slice(from, from + PAGE).map((message): Hit => ({
    ...message,
    explanation: explanation(words),
    highlights: words.length > 0 ? [highlight(message.content, words)] : [],
    foundIn: words.includes("papers") ? [{ attachmentId: "F5", name: "ledger.xlsx" }] : [],
  }));
  const next = from + PAGE < matches.length ? String(from + PAGE) : null;
  return {
    total: matches.length,
    totalRelation: "eq",
    hits,
    nextCursor: next,
    query: shown(words),
    ...(facets && { facets: [counted("platform", matches), counted("sender", matches), counted("month", matches)] }),
    ...(query === "setlement" && { suggestion: "settlement" }),
  };
}

function among(wanted: string | string[] | null | undefined, value: string | null | undefined): boolean {
  return !wanted || (typeof value === "string" && [wanted].flat().includes(value));
}

function counted(name: "platform" | "sender" | "month", matches: Message[]): Facet {
  const counts = new Map<string, { value: string; label: string; count: number }>();
  for (const { platform, userId = "", userName = userId, timestamp } of matches) {
    const [value, label] = { platform: [platform, platform], sender: [userId, userName], month: [timestamp.slice(0, 7), timestamp.slice(0, 7)] }[name] as [string, string];
    counts.set(value, { value, label, count: (counts.get(value)?.count ?? 0) + 1 });
  }
  return { name, values: [...counts.values()], more: false, exact: true };
}

function explanation(words: string[]): Explanation {
  return {
    reasons: words.map((word) => ({
      part: `with “${word}” in any form`,
      where: ["text"],
      exactly: true,
      words: `with “${word}” in any form: in the text as it reads now, exactly as typed`,
    })),
    steps: ["now"],
    rank: "All of it stands in the message as it reads now. Within a step the newest comes first.",
  };
}

function shown(words: string[]): SearchAnswer["query"] {
  const clauses = words.map((word) => `with “${word}” in any form`);
  return {
    text: words.join(" AND "),
    words: words.length > 0 ? `messages ${clauses.join(", and ")}` : "every message",
    json: { and: words.map((word) => ({ word })) },
    notes: words.includes("nobody") ? ["from:nobody finds nothing: nobody who was ever captured is called that"] : [],
  };
}

function unreadable(column: number, expected: string): Response {
  const detail = `the query, column ${String(column)}: expected ${expected}`;
  const more = { column, length: 1, expected };
  return problem(400, "query-malformed", detail, more);
}

function conversation(channelId: string, parameters: URLSearchParams): Conversation | undefined {
  const channel = CHANNELS.find((one) => one.channelId === channelId);
  if (channel === undefined) return undefined;
  const asOf = parameters.get("asOf");
  const all = seenAt(WEEK.filter((message) => message.channelId === channelId), asOf);
  const [start, end] = stretch(all, parameters);
  return {
    channel,
    ...(asOf !== null && { asOf }),
    messages: all.slice(start, end),
    before: start > 0 ? String(start) : null,
    after: end < all.length ? String(end) : null,
  };
}

function stretch(all: Message[], parameters: URLSearchParams): [number, number] {
  const before = parameters.get("before");
  if (before !== null) return [Math.max(0, Number(before) - PAGE), Number(before)];
  const after = parameters.get("after");
  if (after !== null) return [Number(after), Math.min(all.length, Number(after) + PAGE)];
  const around = all.findIndex((message) => message.messageId === parameters.get("around"));
  const start = Math.max(0, (around < 0 ? all.length : around) - PAGE / 2);
  return [start, Math.min(all.length, start + PAGE)];
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
