import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import LiveRegion from "@cloudscape-design/components/live-region";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";

import { PartialBanner } from "@/components/PartialBanner";
import { ProblemAlert } from "@/components/ProblemAlert";
import type { useSearch } from "@/features/search/api/useSearch";
import { Order } from "@/features/search/components/Order";
import { QueryShown } from "@/features/search/components/QueryShown";
import { ResultItem } from "@/features/search/components/ResultItem";
import styles from "@/features/search/components/Search.module.css";
import { filterCount, NO_FILTERS, savedRequest, type SearchState } from "@/features/search/searchState";
import { SaveSearch } from "@/features/searches/components/SaveSearch";
import type { SearchAnswer } from "@/lib/api/types";

interface SearchResultsProps {
  state: SearchState;
  answer: ReturnType<typeof useSearch>;
  onChange: (change: Partial<SearchState>) => void;
}

/** What a search found, and how much of it; or why nothing. */
export function SearchResults({ state, answer, onChange }: SearchResultsProps) {
  if (answer.isPending) return <Waiting />;
  if (answer.isError && !answer.data) return <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />;
  const hits = answer.data.pages.flatMap((page) => page.hits);
  const first = answer.data.pages[0];
  const partial = first?.window ? <PartialBanner window={first.window} /> : null;
  if (hits.length === 0) {
    return (
      <SpaceBetween size="m">
        {partial}
        <Nothing state={state} first={first} onChange={onChange} />
      </SpaceBetween>
    );
  }
  return (
    <SpaceBetween size="m">
      {partial}
      <Header
        variant="h2"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <SaveSearch request={savedRequest(state)} />
            <Order state={state} onChange={onChange} />
          </SpaceBetween>
        }
      >
        {first ? totalText(first) : ""}
      </Header>
      {first && state.query !== "" ? <QueryShown query={first.query} /> : null}
      <LiveRegion hidden>{first ? `${totalText(first)} found` : ""}</LiveRegion>
      <ol className={styles.results} aria-busy={answer.isPlaceholderData}>
        {hits.map((hit) => (
          <ResultItem key={hit.messageId} hit={hit} />
        ))}
      </ol>
      {answer.isFetchNextPageError ? <ProblemAlert error={answer.error} /> : null}
      {answer.hasNextPage ? (
        <Box textAlign="center">
          <Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>
            Load more
          </Button>
        </Box>
      ) : (
        <Box textAlign="center" color="text-body-secondary" variant="small">
          {partial === null ? "These are all." : "These are all of that time."}
        </Box>
      )}
    </SpaceBetween>
  );
}

/** "1 message", "1,234 messages", "more than 10,000 messages". */
export function totalText({ total, totalRelation }: Pick<SearchAnswer, "total" | "totalRelation">): string {
  const count = total.toLocaleString();
  if (totalRelation === "gte") return `More than ${count} messages`;
  return total === 1 ? "1 message" : `${count} messages`;
}

function Waiting() {
  return (
    <Box textAlign="center" padding={{ vertical: "xxl" }}>
      <LiveRegion>
        <Spinner /> Searching
      </LiveRegion>
    </Box>
  );
}

interface NothingProps extends Omit<SearchResultsProps, "answer"> {
  first: SearchAnswer | undefined;
}

function Nothing({ state, first, onChange }: NothingProps) {
  const { query, suggestion } = first ?? {};
  return (
    <Box textAlign="center" padding={{ vertical: "xxl" }} color="text-body-secondary">
      <SpaceBetween size="s">
        <LiveRegion>
          <Box variant="h3" tagOverride="h2" color="inherit">
            No message matches
          </Box>
        </LiveRegion>
        {query && state.query !== "" ? <QueryShown query={query} /> : null}
        {suggestion ? (
          <div>
            Did you mean{" "}
            <Button variant="inline-link" onClick={() => onChange({ query: suggestion })}>
              {suggestion}
            </Button>
            ?
          </div>
        ) : null}
        <Box variant="p" color="inherit">
          Try fewer or other words, or look everywhere. A message written a moment ago can take up to a minute to appear.
        </Box>
        {filterCount(state) > 0 ? <Button onClick={() => onChange(NO_FILTERS)}>Clear the filters</Button> : null}
      </SpaceBetween>
    </Box>
  );
}
