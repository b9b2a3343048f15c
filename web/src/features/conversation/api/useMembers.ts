import { useInfiniteQuery } from "@tanstack/react-query";

import { bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";

/** Who was ever in a conversation, or who was at a moment, page by page; asked for once it is wanted. */
export function useMembers(channelId: string, asOf: string | null, wanted: boolean) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ["members", channelId, asOf],
    enabled: wanted,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      bodyOf(
        await api.GET("/v1/conversations/{channelId}/members", {
          params: {
            path: { channelId },
            query: { ...(asOf !== null && { asOf }), ...(pageParam !== null && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.nextCursor,
  });
}
