import { describe, expect, it } from "vitest";

import { totalText } from "@/features/search/components/SearchResults";
import {
  asksAnything,
  filterCount,
  readSearch,
  savedRequest,
  searchRequest,
  stateOf,
  writeSearch,
} from "@/features/search/searchState";
import { zoneName } from "@/lib/time";

const WHOLE = {
  query: "wire & <transfer>",
  platform: ["slack", "teams"],
  channelId: ["c-1"],
  userId: ["u-1"],
  type: ["direct"],
  flag: ["deleted"],
  fileType: ["pdf"],
  language: ["de"],
  from: "2026-01-05T00:00:00.000Z",
  to: "2026-01-06T00:00:00.000Z",
  sort: "oldest" as const,
};

describe("a search and its address", () => {
  it("say the same", () => {
    expect(readSearch(new URLSearchParams(writeSearch(WHOLE).toString()))).toEqual(WHOLE);
  });

  it("are empty together", () => {
    const empty = readSearch(new URLSearchParams("q=%20&other=1&sort=sideways&flag=purple&channel="));
    expect(asksAnything(empty)).toBe(false);
    expect(writeSearch(empty).toString()).toBe("");
    expect(filterCount(empty)).toBe(0);
  });

  it("become a request that says no more than was asked", () => {
    expect(searchRequest(WHOLE, "next")).toEqual({
      query: WHOLE.query,
      filters: {
        platform: ["slack", "teams"],
        channelId: ["c-1"],
        userId: ["u-1"],
        type: ["direct"],
        flag: ["deleted"],
        fileType: ["pdf"],
        language: ["de"],
      },
      from: WHOLE.from,
      to: WHOLE.to,
      sort: "oldest",
      cursor: "next",
      limit: 25,
      explain: true,
      suggest: false,
      zone: zoneName(),
    });
    expect(searchRequest(readSearch(new URLSearchParams("q=x")), null)).toEqual({
      query: "x",
      filters: {},
      facets: ["platform", "channel", "sender", "type", "flag", "fileType", "language", "month"],
      limit: 25,
      explain: true,
      suggest: true,
      zone: zoneName(),
    });
    expect(searchRequest(WHOLE, null).facets).toContain("day");
    expect(filterCount(WHOLE)).toBe(8);
    expect(stateOf(savedRequest(WHOLE))).toEqual(WHOLE);
  });
});

describe("totalText", () => {
  it("says how many, and when it is more", () => {
    expect(totalText({ total: 1, totalRelation: "eq" })).toBe("1 message");
    expect(totalText({ total: 1234, totalRelation: "eq" })).toBe(`${(1234).toLocaleString()} messages`);
    expect(totalText({ total: 10000, totalRelation: "gte" })).toBe(`More than ${(10_000).toLocaleString()} messages`);
  });
});
