import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";

import { asksAnything, searchRequest, type SearchState } from "@/features/search/searchState";
import { bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";

/** The answers to a search, page by page; nothing is asked while the search is empty. */
export function useSearch(state: SearchState) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ["search", state],
    queryFn: async ({ pageParam, signal }) =>
      bodyOf(await api.POST("/v1/search", { body: searchRequest(state, pageParam), signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    enabled: asksAnything(state),
    placeholderData: keepPreviousData,
  });
}
