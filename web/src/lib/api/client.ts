import createClient, { type Client, type Middleware } from "openapi-fetch";

import { ProblemError, problemOf } from "@/lib/api/problem";
import type { paths } from "@/lib/api/schema";

export type ApiClient = Client<paths>;

/** Who is asking: the bearer token of now, and whom to tell when the API no longer takes it. */
export interface Bearer {
  accessToken: () => string | null;
  refused: () => void;
}

/**
 * The typed client of the REST API at `baseUrl`.
 *
 * Every answer that is not a success is thrown as a {@link ProblemError}; a 401 is told to `bearer` first.
 */
export function createApiClient(baseUrl: string, bearer: Bearer): ApiClient {
  // Looked up at each call, so that tests may put their own in its place.
  const client = createClient<paths>({ baseUrl, fetch: (request) => globalThis.fetch(request) });
  client.use(authorised(bearer));
  return client;
}

function authorised(bearer: Bearer): Middleware {
  return {
    onRequest({ request }) {
      const token = bearer.accessToken();
      if (token !== null) request.headers.set("authorization", `Bearer ${token}`);
      return request;
    },
    async onResponse({ response }) {
      if (response.ok) return undefined;
      if (response.status === 401) bearer.refused();
      throw new ProblemError(await problemOf(response));
    },
  };
}

/**
 * The data of an answer; a success without a body is a fault of the API and thrown as one.
 */
export function bodyOf<Body>(answer: { data?: Body; response: Response }): Body {
  if (answer.data === undefined) {
    throw new ProblemError({
      type: "about:blank",
      title: "Unexpected answer",
      status: answer.response.status,
      detail: "The archive's answer was empty.",
      errors: [],
    });
  }
  return answer.data;
}
