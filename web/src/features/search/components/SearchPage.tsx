import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSearchParams } from "react-router";

import { useSearch } from "@/features/search/api/useSearch";
import { SearchFilters } from "@/features/search/components/SearchFilters";
import { SearchForm } from "@/features/search/components/SearchForm";
import { SearchHints } from "@/features/search/components/SearchHints";
import { SearchResults } from "@/features/search/components/SearchResults";
import { asksAnything, readSearch, type SearchState, writeSearch } from "@/features/search/searchState";
import { ProblemError } from "@/lib/api/problem";
import { zoneName } from "@/lib/time";

/** Search over everything the reader may see. The address holds the whole search. */
export function SearchPage() {
  const [parameters, setParameters] = useSearchParams();
  const state = readSearch(parameters);
  const answer = useSearch(state);
  const fault = answer.error instanceof ProblemError ? answer.error.problem.place : undefined;
  const go = (change: Partial<SearchState>) => setParameters(writeSearch({ ...state, ...change }));
  return (
    <>
      <title>{state.query ? `${state.query} · Search · Quire` : "Search · Quire"}</title>
      <SpaceBetween size="l">
        <Header variant="h1" description={`Times are shown in your time zone, ${zoneName()}.`}>
          Search
        </Header>
        <SearchForm key={state.query} query={state.query} fault={fault} onSearch={(query) => go({ query })} />
        <SearchFilters state={state} facets={answer.data?.pages[0]?.facets ?? []} onChange={go} />
        {asksAnything(state) && !fault ? <SearchResults state={state} answer={answer} onChange={go} /> : null}
        {asksAnything(state) ? null : <SearchHints />}
      </SpaceBetween>
    </>
  );
}
