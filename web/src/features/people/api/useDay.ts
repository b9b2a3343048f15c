import { useInfiniteQuery } from "@tanstack/react-query";

import { bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";

/** What a person did on a day ("2026-03-04") of a zone, on all platforms, page by page. */
export function useDay(personId: string, date: string, zone: string) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ["day", personId, date, zone],
    enabled: date !== "",
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      bodyOf(
        await api.GET("/v1/people/{personId}/day", {
          params: { path: { personId }, query: { date, zone, ...(pageParam !== null && { cursor: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.nextCursor,
  });
}
