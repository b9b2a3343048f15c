import { useInfiniteQuery } from "@tanstack/react-query";

import { bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";

interface Place {
  around?: string;
  before?: string;
  after?: string;
}

/** A conversation around a message or time, as it stands or as it stood. */
export interface Wanted {
  around: string | null;
  asOf: string | null;
}

function start(around: string | null): Place {
  return around === null ? {} : { around };
}

/**
 * A stretch of a conversation around a message or time (its end, when `around` is null), growing both ways; with `asOf`
 * as members saw it then.
 */
export function useConversation(channelId: string, { around, asOf }: Wanted) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ["conversation", channelId, around, asOf],
    queryFn: async ({ pageParam, signal }) =>
      bodyOf(
        await api.GET("/v1/conversations/{channelId}", {
          params: { path: { channelId }, query: { ...pageParam, ...(asOf !== null && { asOf }), limit: 50 } },
          signal,
        }),
      ),
    initialPageParam: start(around),
    getPreviousPageParam: (page): Place | null => (page.before ? { before: page.before } : null),
    getNextPageParam: (page): Place | null => (page.after ? { after: page.after } : null),
    refetchOnWindowFocus: false,
  });
}
