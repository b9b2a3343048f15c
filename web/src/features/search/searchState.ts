import type { FacetName, SavedRequest, SearchRequest, Sort } from "@/lib/api/types";
import { zoneName } from "@/lib/time";

/** A search as its address tells it. Empty text, and an empty list, mean "any". */
export interface SearchState extends Record<FilterName, string[]> {
  query: string;
  /** RFC 3339, inclusive. */
  from: string;
  /** RFC 3339. */
  to: string;
  /** "" ranks words by relevance, and brings everything else newest first. */
  sort: Sort | "";
}

/** What a search can be narrowed to, several of each: any of them will do. */
export type FilterName = "platform" | "channelId" | "userId" | "type" | "flag" | "fileType" | "language";

type Plain = Exclude<keyof SearchState, FilterName>;

const FILTERS: Record<FilterName, string> = {
  platform: "platform",
  channelId: "channel",
  userId: "sender",
  type: "type",
  flag: "flag",
  fileType: "file",
  language: "lang",
};
const PARAMETERS: Record<Plain, string> = { query: "q", from: "from", to: "to", sort: "sort" };

export const FLAGS = ["edited", "deleted", "external", "flagged", "files"] as const;
type Flag = (typeof FLAGS)[number];

const SORTS: Sort[] = ["relevance", "newest", "oldest"];
const FILTER_NAMES = Object.keys(FILTERS) as FilterName[];
const PLAIN_NAMES = Object.keys(PARAMETERS) as Plain[];
const MONTHS_FROM_DAYS = 92;
const DAY = 86_400_000;

/** A search without any filter. */
export const NO_FILTERS: Record<FilterName, string[]> & Pick<SearchState, "from" | "to"> = {
  platform: [],
  channelId: [],
  userId: [],
  type: [],
  flag: [],
  fileType: [],
  language: [],
  from: "",
  to: "",
};

/** Reads a search from an address. */
export function readSearch(parameters: URLSearchParams): SearchState {
  const value = (name: Plain) => parameters.get(PARAMETERS[name])?.trim() ?? "";
  const state: SearchState = {
    ...NO_FILTERS,
    query: value("query"),
    from: value("from"),
    to: value("to"),
    sort: SORTS.find((sort) => sort === value("sort")) ?? "",
  };
  for (const name of FILTER_NAMES) {
    state[name] = [...new Set(parameters.getAll(FILTERS[name]).map((text) => text.trim()))].filter(Boolean);
  }
  state.flag = state.flag.filter((flag) => FLAGS.some((known) => known === flag));
  return state;
}

/** Writes a search into an address: only what is asked for, so that equal searches have equal addresses. */
export function writeSearch(state: SearchState): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const name of PLAIN_NAMES) if (state[name] !== "") parameters.set(PARAMETERS[name], state[name]);
  for (const name of FILTER_NAMES) for (const each of [...state[name]].sort()) parameters.append(FILTERS[name], each);
  return parameters;
}

/** Whether anything is asked for at all. */
export function asksAnything(state: SearchState): boolean {
  return state.query !== "" || filterCount(state) > 0;
}

/** How many filters narrow the search. */
export function filterCount(state: SearchState): number {
  return FILTER_NAMES.filter((name) => state[name].length > 0).length + (state.from || state.to ? 1 : 0);
}

/** The part of a search that can be saved; days named in the query begin in the reader's time zone. */
export function savedRequest(state: SearchState): SavedRequest {
  const { query, from, to, sort } = state;
  const filters: SavedRequest["filters"] = {};
  for (const name of FILTER_NAMES) if (state[name].length > 0 && name !== "flag") filters[name] = state[name];
  if (state.flag.length > 0) filters.flag = state.flag as Flag[];
  return {
    query,
    filters,
    ...(from && { from }),
    ...(to && { to }),
    ...(sort && { sort }),
    zone: zoneName(),
  };
}

/** A saved search as the search page shows it. */
export function stateOf({ query, filters, from, to, sort }: SavedRequest): SearchState {
  const state: SearchState = { ...NO_FILTERS, query, from: from ?? "", to: to ?? "", sort: sort ?? "" };
  for (const name of FILTER_NAMES) {
    const value = filters[name];
    state[name] = value === null || value === undefined ? [] : typeof value === "string" ? [value] : [...value];
  }
  return state;
}

/** The request of one page of answers. */
export function searchRequest(state: SearchState, cursor: string | null): SearchRequest {
  return {
    ...savedRequest(state),
    ...(cursor === null ? { facets: facetsOf(state) } : { cursor }),
    limit: 25,
    explain: true,
    suggest: cursor === null,
  };
}

/** What is counted beside the hits: days where they are few, months where they are many or nobody knows. */
function facetsOf({ from, to }: SearchState): FacetName[] {
  const days = from && to ? (Date.parse(to) - Date.parse(from)) / DAY : Infinity;
  const span: FacetName = days <= MONTHS_FROM_DAYS ? "day" : "month";
  return ["platform", "channel", "sender", "type", "flag", "fileType", "language", span];
}
