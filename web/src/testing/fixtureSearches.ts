import type { AlertList, NewSearch, SavedSearch, SearchChange } from "@/lib/api/types";

const DEAL: SavedSearch = {
  searchId: "01K0SAVED00000000000000001",
  name: "Settlement talk",
  request: { query: "settlement", filters: { platform: ["slack"] }, zone: "UTC" },
  words: "messages with “settlement” in any form",
  shared: true,
  mine: true,
  ownerId: "s-1",
  alerts: true,
  checkedUntil: "2026-01-07T17:00:00Z",
  createdAt: "2026-01-05T09:00:00Z",
  changedAt: "2026-01-05T09:00:00Z",
};
const ALERTS: AlertList["alerts"] = [
  { since: "2026-01-07T16:55:00Z", until: "2026-01-07T17:00:00Z", count: 3, atLeast: false, messageIds: [], told: true },
];
let kept: SavedSearch[] = [DEAL];

/** Forgets what tests saved. */
export function resetSearches(): void {
  kept = [DEAL];
}

/** Answers what is asked about saved searches. */
export async function searches(request: Request): Promise<Response> {
  const [, , , id, part] = new URL(request.url).pathname.split("/");
  if (part === "alerts") return Response.json({ alerts: id === DEAL.searchId ? ALERTS : [] });
  if (request.method === "POST") {
    const { name, request: asked, shared, alerts } = (await request.json()) as NewSearch;
    const made = { ...DEAL, searchId: `new-${String(kept.length)}`, name, request: asked, shared, alerts };
    kept = [...kept, made];
    return Response.json(made, { status: 201 });
  }
  if (request.method === "PATCH") {
    const change = (await request.json()) as SearchChange;
    kept = kept.map((each) => (each.searchId === id ? ({ ...each, ...change } as SavedSearch) : each));
    return Response.json(kept.find((each) => each.searchId === id));
  }
  if (request.method === "DELETE") {
    kept = kept.filter((each) => each.searchId !== id);
    return Response.json({ searchId: id });
  }
  return Response.json({ searches: kept });
}
