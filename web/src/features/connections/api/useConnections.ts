import { type UseMutationResult, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { type ApiClient, bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";
import type { Connection, ConnectionChange, NewConnection, Platform } from "@/lib/api/types";

const CONNECTIONS = "connections";

/** Every connection that was not removed, with its health. */
export function useConnections() {
  const api = useApi();
  return useQuery({
    queryKey: [CONNECTIONS],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/v1/connections", { signal })).connections,
  });
}

/** One connection, with the names of its secrets. */
export function useConnection(connectionId: string) {
  const api = useApi();
  return useQuery({
    queryKey: [CONNECTIONS, connectionId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET("/v1/connections/{connectionId}", { params: { path: { connectionId } }, signal })),
  });
}

/** Every platform that can be connected. */
export function usePlatforms() {
  const api = useApi();
  return useQuery({
    queryKey: ["platforms"],
    queryFn: async ({ signal }): Promise<Platform[]> => bodyOf(await api.GET("/v1/platforms", { signal })).platforms,
    staleTime: Infinity,
  });
}

export function useAddConnection() {
  return useChange<NewConnection, Connection>(async (api, body) => bodyOf(await api.POST("/v1/connections", { body })));
}

export function useChangeConnection(connectionId: string) {
  return useChange<ConnectionChange, Connection>(async (api, body) =>
    bodyOf(await api.PATCH("/v1/connections/{connectionId}", { params: { path: { connectionId } }, body })),
  );
}

export function useRemoveConnection(connectionId: string) {
  return useChange<null, Connection>(async (api) =>
    bodyOf(await api.DELETE("/v1/connections/{connectionId}", { params: { path: { connectionId } } })),
    true,
  );
}

export function useSetSecrets(connectionId: string) {
  return useChange<Record<string, unknown>, { secretsSet: string[] }>(async (api, secrets) =>
    bodyOf(
      await api.POST("/v1/connections/{connectionId}/secrets", {
        params: { path: { connectionId } },
        body: { secrets },
      }),
    ),
  );
}

/** The platform's page where a person lets the app in. */
export function useBeginInstall(connectionId: string) {
  return useChange<null, { authorizeUrl: string }>(async (api) =>
    bodyOf(await api.POST("/v1/connections/{connectionId}/install", { params: { path: { connectionId } } })),
  );
}

export function useFinishInstall() {
  return useChange<{ code: string; state: string }, Connection>(async (api, body) =>
    bodyOf(await api.POST("/v1/installs", { body })),
  );
}

/** A change to connections, after which they are read anew: with `listOnly` the list, because the one is no more. */
function useChange<Given, Told>(
  change: (api: ApiClient, given: Given) => Promise<Told>,
  listOnly = false,
): UseMutationResult<Told, Error, Given> {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (given: Given) => change(api, given),
    onSuccess: () => queries.invalidateQueries({ queryKey: [CONNECTIONS], exact: listOnly }),
  });
}
