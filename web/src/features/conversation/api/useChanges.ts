import { useInfiniteQuery } from "@tanstack/react-query";

import { bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";

/** What became of a conversation between two moments, page by page. */
export function useChanges(channelId: string, from: string, to: string) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ["changes", channelId, from, to],
    enabled: from !== "" && to !== "",
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      bodyOf(
        await api.GET("/v1/conversations/{channelId}/diff", {
          params: { path: { channelId }, query: { from, to, ...(pageParam !== null && { cursor: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.nextCursor,
  });
}
