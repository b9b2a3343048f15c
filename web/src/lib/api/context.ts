import { createContext, useContext } from "react";

import type { ApiClient } from "@/lib/api/client";

/** The API client of this session, provided by the application. */
export const ApiContext = createContext<ApiClient | null>(null);

/** The API client of this session. */
export function useApi(): ApiClient {
  const client = useContext(ApiContext);
  if (client === null) throw new Error("useApi needs an ApiContext above it");
  return client;
}
