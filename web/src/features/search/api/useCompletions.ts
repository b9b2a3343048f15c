import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";

import { useMay } from "@/components/useMay";
import { kindOf, type Typing } from "@/features/search/completing";
import { type ApiClient, bodyOf } from "@/lib/api/client";
import { useApi } from "@/lib/api/context";
import type { Completion } from "@/lib/api/types";

interface Ask {
  prefix: string;
  kind?: Completion["kind"];
}

const EACH = 5;
/** Longer beginnings are refused by the API, and are nobody's name. */
const LONGEST = 100;

/** Names that go where the caret stands, and past queries that begin like all of the text; nothing while `typing` is
 * `undefined`. The last ones stay until there are others. */
export function useCompletions(typing: Typing | undefined): { completions: Completion[]; failed: boolean } {
  const names = useAnswer("names", namesOf(typing));
  const queries = useAnswer("queries", queriesOf(typing));
  return { completions: [...names.data, ...queries.data], failed: names.failed || queries.failed };
}

function useAnswer(of: "names" | "queries", ask: Ask | undefined): { data: Completion[]; failed: boolean } {
  const api = useApi();
  const may = useMay("CompleteQuery");
  const { data, isError } = useQuery({
    queryKey: ["complete", of, ask],
    queryFn: ask && may ? ({ signal }) => complete(api, ask, signal) : skipToken,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return { data: (ask && data) ?? [], failed: isError };
}

function namesOf(typing: Typing | undefined): Ask | undefined {
  if (!typing?.prefix.trim() || typing.prefix.length > LONGEST) return undefined;
  const kind = kindOf(typing);
  return { prefix: typing.prefix, ...(kind && { kind }) };
}

function queriesOf(typing: Typing | undefined): Ask | undefined {
  return typing && typing.text.length <= LONGEST ? { prefix: typing.text, kind: "query" } : undefined;
}

async function complete(api: ApiClient, ask: Ask, signal: AbortSignal): Promise<Completion[]> {
  const query = { ...ask, limit: EACH };
  const { completions } = bodyOf(await api.GET("/v1/search/complete", { params: { query }, signal }));
  // Without a kind the API adds past queries that begin with this one word, which is not all of the text.
  return ask.kind === "query" ? completions : completions.filter(({ kind }) => kind !== "query");
}
