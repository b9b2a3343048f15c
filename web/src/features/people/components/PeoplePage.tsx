import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import LiveRegion from "@cloudscape-design/components/live-region";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useDeferredValue, useState } from "react";

import { PlatformBadge } from "@/components/PlatformBadge";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RouterLink } from "@/components/RouterLink";
import { SafeText } from "@/components/SafeText";
import { usePeople } from "@/features/people/api/usePeople";
import styles from "@/features/people/components/People.module.css";
import { personName } from "@/features/people/names";
import type { Person } from "@/lib/api/types";

/** Everybody the archive names, each once however many accounts they have. */
export function PeoplePage() {
  const [filter, setFilter] = useState("");
  const people = usePeople(useDeferredValue(filter.trim()));
  const found = people.data?.pages.flatMap((page) => page.people) ?? [];
  return (
    <SpaceBetween size="l">
      <title>People · Quire</title>
      <Header
        variant="h1"
        description="One person, however many accounts: joined by an address their platforms vouch for, or by hand."
      >
        People
      </Header>
      <TextFilter
        filteringText={filter}
        filteringPlaceholder="Find by name, address or id"
        filteringAriaLabel="Find a person"
        filteringClearAriaLabel="Clear"
        onChange={({ detail }) => setFilter(detail.filteringText)}
      />
      {people.isPending ? (
        <Box textAlign="center" padding={{ vertical: "xxl" }}>
          <LiveRegion>
            <Spinner /> Loading the people
          </LiveRegion>
        </Box>
      ) : null}
      {people.isError ? <ProblemAlert error={people.error} onRetry={() => void people.refetch()} /> : null}
      {people.data ? <List people={found} /> : null}
      {people.hasNextPage ? (
        <Box textAlign="center">
          <Button loading={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}>
            Load more
          </Button>
        </Box>
      ) : null}
    </SpaceBetween>
  );
}

function List({ people }: { people: Person[] }) {
  if (people.length === 0) {
    return (
      <Box textAlign="center" padding={{ vertical: "xl" }} color="text-body-secondary">
        Nobody is called that.
      </Box>
    );
  }
  return (
    <ul className={styles.list}>
      {people.map((person) => (
        <li key={person.personId} className={styles.row}>
          <div className={styles.name}>
            <RouterLink to={`/people/${encodeURIComponent(person.personId)}`}>
              <SafeText text={personName(person)} />
            </RouterLink>
            {person.emails.length > 0 ? (
              <div className={styles.note}>
                <SafeText text={person.emails.join(", ")} />
              </div>
            ) : null}
          </div>
          <span className={styles.badges}>
            {person.accounts.map((account) => (
              <PlatformBadge key={account.userId} platform={account.platform} />
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}
