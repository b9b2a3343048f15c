import { useQuery } from "@tanstack/react-query";

import { bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";

/** Every conversation the reader may see. */
export function useChannels() {
  const api = useApi();
  return useQuery({
    queryKey: ["channels"],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/v1/channels", { signal })),
    staleTime: 60_000,
  });
}
