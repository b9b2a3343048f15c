import { useQuery } from "@tanstack/react-query";

import { bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";

/** Who is signed in, as the API sees them. */
export function useMe() {
  const api = useApi();
  return useQuery({
    queryKey: ["me"],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/v1/me", { signal })),
    staleTime: Infinity,
  });
}
