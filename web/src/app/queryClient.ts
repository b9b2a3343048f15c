import { QueryClient } from "@tanstack/react-query";

import { ProblemError } from "@/lib/api/problem";

const TRIES = 2;

/** The cache of answers. What the API declined is not asked again by itself; what did not answer is, twice. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) => failures < TRIES && mayPass(error),
      },
    },
  });
}

function mayPass(error: Error): boolean {
  return !(error instanceof ProblemError) || error.problem.status >= 500;
}
