import type { SearchRequest, Sort } from "@/lib/api/types";
import { zoneName } from "@/lib/time";

/** A search as its address tells it. Empty text means "any". */
export interface SearchState {
  query: string;
  platform: string;
  channelId: string;
  userId: string;
  /** RFC 3339, inclusive. */
  from: string;
  /** RFC 3339. */
  to: string;
  /** "" ranks words by relevance, and brings everything else newest first. */
  sort: Sort | "";
}

const PARAMETERS: Record<keyof SearchState, string> = {
  query: "q",
  platform: "platform",
  channelId: "channel",
  userId: "sender",
  from: "from",
  to: "to",
  sort: "sort",
};

const SORTS: Sort[] = ["relevance", "newest", "oldest"];
const NAMES = Object.keys(PARAMETERS) as (keyof SearchState)[];

/** Reads a search from an address. */
export function readSearch(parameters: URLSearchParams): SearchState {
  const value = (name: keyof SearchState) => parameters.get(PARAMETERS[name])?.trim() ?? "";
  return {
    query: value("query"),
    platform: value("platform"),
    channelId: value("channelId"),
    userId: value("userId"),
    from: value("from"),
    to: value("to"),
    sort: SORTS.find((sort) => sort === value("sort")) ?? "",
  };
}

/** Writes a search into an address: only what is asked for, so that equal searches have equal addresses. */
export function writeSearch(state: SearchState): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const name of NAMES) if (state[name] !== "") parameters.set(PARAMETERS[name], state[name]);
  return parameters;
}

/** Whether anything is asked for at all. */
export function asksAnything(state: SearchState): boolean {
  return NAMES.some((name) => name !== "sort" && state[name] !== "");
}

/** How many filters narrow the search. */
export function filterCount({ platform, channelId, userId, from, to }: SearchState): number {
  return [platform, channelId, userId, from || to].filter(Boolean).length;
}

/** The request of one page of answers; days named in the query begin in the reader's time zone. */
export function searchRequest(state: SearchState, cursor: string | null): SearchRequest {
  const { query, platform, channelId, userId, from, to, sort } = state;
  return {
    query,
    filters: {
      ...(platform && { platform: [platform] }),
      ...(channelId && { channelId }),
      ...(userId && { userId }),
    },
    ...(from && { from }),
    ...(to && { to }),
    ...(sort && { sort }),
    ...(cursor !== null && { cursor }),
    limit: 25,
    zone: zoneName(),
  };
}
