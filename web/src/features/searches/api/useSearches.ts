import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";
import type { NewSearch, SearchChange } from "@/lib/api/types";

const KEY = ["searches"];

/** One's own saved searches and those that are shared. */
export function useSearches() {
  const api = useApi();
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => bodyOf(await api.GET("/v1/searches", { signal })).searches,
  });
}

/** What alerts of a saved search found, the latest first. */
export function useAlerts(searchId: string) {
  const api = useApi();
  return useQuery({
    queryKey: [...KEY, searchId, "alerts"],
    queryFn: async ({ signal }) =>
      bodyOf(
        await api.GET("/v1/searches/{searchId}/alerts", {
          params: { path: { searchId }, query: { limit: 25 } },
          signal,
        }),
      ).alerts,
  });
}

/** Saves a search. */
export function useSaveSearch() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: NewSearch) => {
      await api.POST("/v1/searches", { body });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

/** Changes one that the reader saved. */
export function useChangeSearch() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ searchId, change }: { searchId: string; change: SearchChange }) =>
      bodyOf(await api.PATCH("/v1/searches/{searchId}", { params: { path: { searchId } }, body: change })),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

/** Deletes one that the reader saved. */
export function useDeleteSearch() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (searchId: string) =>
      bodyOf(await api.DELETE("/v1/searches/{searchId}", { params: { path: { searchId } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
