import { type UseMutationResult, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { type ApiClient, bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";
import type { Person } from "@/lib/api/types";

const PEOPLE = "people";

/** Persons in whose names, addresses or ids `query` occurs, page by page; everybody when it is empty. */
export function usePeople(query: string) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [PEOPLE, "list", query],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      bodyOf(
        await api.GET("/v1/people", {
          params: { query: { query, ...(pageParam !== null && { cursor: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** One person with their accounts. */
export function usePerson(personId: string) {
  const api = useApi();
  return useQuery({
    queryKey: [PEOPLE, "one", personId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET("/v1/people/{personId}", { params: { path: { personId } }, signal })),
  });
}

/** Says that an account is this person's. */
export function useJoin(personId: string) {
  return useDecision(async (api, userId) =>
    bodyOf(await api.POST("/v1/people/{personId}/accounts", { params: { path: { personId } }, body: { userId } })),
  );
}

/** Says that an account is not this person's. */
export function useSeparate(personId: string) {
  return useDecision(async (api, userId) =>
    bodyOf(await api.DELETE("/v1/people/{personId}/accounts/{userId}", { params: { path: { personId, userId } } })),
  );
}

function useDecision(
  decide: (api: ApiClient, userId: string) => Promise<Person>,
): UseMutationResult<Person, Error, string> {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (userId: string) => decide(api, userId),
    onSuccess: () => queries.invalidateQueries({ queryKey: [PEOPLE] }),
  });
}
