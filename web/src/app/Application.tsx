import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { DataRouter } from "react-router";
import { RouterProvider } from "react-router/dom";

import { SessionContext } from "@/features/session/context";
import type { Session } from "@/features/session/session";
import type { ApiClient } from "@/lib/api/client";
import { ApiContext } from "@/lib/api/context";

interface ApplicationProps {
  session: Session;
  api: ApiClient;
  queries: QueryClient;
  router: DataRouter;
}

/** The console with what it stands on. */
export function Application({ session, api, queries, router }: ApplicationProps) {
  return (
    <SessionContext value={session}>
      <ApiContext value={api}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </ApiContext>
    </SessionContext>
  );
}
