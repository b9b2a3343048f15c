import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";

import { ProblemAlert } from "@/components/ProblemAlert";
import { RouterLink } from "@/components/RouterLink";
import { SafeText } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import { useMay } from "@/components/useMay";
import { filterCount, stateOf, writeSearch } from "@/features/search/searchState";
import { useAlerts, useChangeSearch, useDeleteSearch } from "@/features/searches/api/useSearches";
import type { SavedSearch } from "@/lib/api/types";

/** One saved search: what it looks for, whether it alerts, and what alerts found. */
export function SavedItem({ search, open }: { search: SavedSearch; open: boolean }) {
  const mayChange = useMay("ChangeSearch") && search.mine;
  const change = useChangeSearch();
  const remove = useDeleteSearch();
  const [shown, setShown] = useState(open);
  const state = stateOf(search.request);
  const filters = filterCount(state);
  const set = (changed: { shared?: boolean; alerts?: boolean }) =>
    change.mutate({ searchId: search.searchId, change: changed });
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            mayChange ? (
              <Button
                iconName="remove"
                loading={remove.isPending}
                ariaLabel={`Delete ${search.name}`}
                onClick={() => remove.mutate(search.searchId)}
              >
                Delete
              </Button>
            ) : undefined
          }
        >
          <RouterLink to={`/search?${writeSearch(state).toString()}`} fontSize="heading-m">
            <SafeText text={search.name} />
          </RouterLink>
        </Header>
      }
    >
      <SpaceBetween size="s">
        <Box color="text-body-secondary">
          Looks for <SafeText text={search.words} />
          {filters > 0 ? `, narrowed by ${String(filters)} ${filters === 1 ? "filter" : "filters"}` : ""}.
          {search.mine ? "" : " Shared by somebody else."}
        </Box>
        <SpaceBetween direction="horizontal" size="l">
          <Toggle
            checked={search.alerts}
            disabled={!mayChange || change.isPending}
            onChange={({ detail }) => set({ alerts: detail.checked })}
          >
            Alert on new hits
          </Toggle>
          <Toggle
            checked={search.shared}
            disabled={!mayChange || change.isPending}
            onChange={({ detail }) => set({ shared: detail.checked })}
          >
            Shared
          </Toggle>
        </SpaceBetween>
        {change.isError ? <ProblemAlert error={change.error} /> : null}
        {remove.isError ? <ProblemAlert error={remove.error} /> : null}
        <ExpandableSection
          headerText="What alerts found"
          expanded={shown}
          onChange={({ detail }) => setShown(detail.expanded)}
        >
          {shown ? <Alerts searchId={search.searchId} /> : null}
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}

function Alerts({ searchId }: { searchId: string }) {
  const alerts = useAlerts(searchId);
  if (alerts.isPending) return <Spinner />;
  if (alerts.isError) return <ProblemAlert error={alerts.error} onRetry={() => void alerts.refetch()} />;
  if (alerts.data.length === 0) return <Box color="text-body-secondary">Nothing so far.</Box>;
  return (
    <ul>
      {alerts.data.map(({ until, count, atLeast, told }) => (
        <li key={until}>
          <Timestamp at={until} />: {atLeast ? "at least " : ""}
          {count.toLocaleString()} new {count === 1 ? "message" : "messages"}
          {told ? "" : ", not told yet"}
        </li>
      ))}
    </ul>
  );
}
