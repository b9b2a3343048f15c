import { useQuery } from "@tanstack/react-query";

import { type ApiClient, bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";
import type { Channel } from "@/lib/api/types";

const PAGE = 500;

/** Every conversation the reader may see. */
export function useChannels() {
  const api = useApi();
  return useQuery({
    queryKey: ["channels"],
    queryFn: ({ signal }) => allChannels(api, signal),
    staleTime: 60_000,
  });
}

async function allChannels(api: ApiClient, signal: AbortSignal): Promise<Channel[]> {
  const channels: Channel[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: PAGE, ...(cursor !== null && { cursor }) };
    const page = bodyOf(await api.GET("/v1/channels", { params: { query }, signal }));
    channels.push(...page.channels);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return channels;
}
