import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useParams } from "react-router";

import { ProblemAlert } from "@/components/ProblemAlert";
import { useSearches } from "@/features/searches/api/useSearches";
import { SavedItem } from "@/features/searches/components/SavedItem";

/** Saved searches: one's own and those that are shared. With an id in the address, that one's alerts are open. */
export function SearchesPage() {
  const { searchId } = useParams();
  const searches = useSearches();
  return (
    <SpaceBetween size="l">
      <title>Saved searches · Quire</title>
      <Header variant="h1" description="Your own, and those that others share.">
        Saved searches
      </Header>
      {searches.isPending ? <Spinner /> : null}
      {searches.isError ? <ProblemAlert error={searches.error} onRetry={() => void searches.refetch()} /> : null}
      {searches.data?.length === 0 ? (
        <Box color="text-body-secondary">None yet. Search for something, then save the search.</Box>
      ) : null}
      {searches.data && searchId !== undefined && !searches.data.some((each) => each.searchId === searchId) ? (
        <Box color="text-body-secondary">The saved search you came for is gone, or is not shared with you.</Box>
      ) : null}
      {searches.data?.map((each) => (
        <SavedItem key={each.searchId} search={each} open={each.searchId === searchId} />
      ))}
    </SpaceBetween>
  );
}
