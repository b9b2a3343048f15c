import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useParams } from "react-router";

import { PlatformBadge } from "@/components/PlatformBadge";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RouterLink } from "@/components/RouterLink";
import { SafeText } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import { useMay } from "@/components/useMay";
import { usePerson, useSeparate } from "@/features/people/api/usePeople";
import { JoinAccount } from "@/features/people/components/JoinAccount";
import styles from "@/features/people/components/People.module.css";
import { accountName, personName } from "@/features/people/names";
import type { Account, Person } from "@/lib/api/types";

/** One person: their accounts, what joins them, and a way to say otherwise. */
export function PersonPage() {
  const { personId = "" } = useParams();
  const person = usePerson(personId);
  if (person.isPending) return <Spinner />;
  if (person.isError) {
    return (
      <SpaceBetween size="m">
        <ProblemAlert error={person.error} onRetry={() => void person.refetch()} />
        <RouterLink to="/people">Go to the people</RouterLink>
      </SpaceBetween>
    );
  }
  return <Shown key={person.data.personId} person={person.data} />;
}

function Shown({ person }: { person: Person }) {
  const mayJoin = useMay("JoinAccounts");
  const mayRead = useMay("ReadDay");
  const separating = useSeparate(person.personId);
  const alone = person.accounts.length === 1;
  return (
    <SpaceBetween size="l">
      <title>{`${personName(person)} · Quire`}</title>
      <Header
        variant="h1"
        description={person.emails.length > 0 ? <SafeText text={person.emails.join(", ")} /> : undefined}
        actions={
          mayRead ? <RouterLink to={`/people/${encodeURIComponent(person.personId)}/day`}>A day of theirs</RouterLink> : undefined
        }
      >
        <SafeText text={personName(person)} />
      </Header>
      {separating.isError ? <ProblemAlert error={separating.error} /> : null}
      <Container disableContentPaddings header={<Header variant="h2">Accounts</Header>}>
        {person.accounts.map((account) => (
          <div key={account.userId} className={styles.account}>
            <AccountFacts account={account} alone={alone} />
            {mayJoin && !alone ? (
              <Button
                ariaLabel={`Not this person: ${accountName(account)}`}
                loading={separating.isPending && separating.variables === account.userId}
                onClick={() => separating.mutate(account.userId)}
              >
                Not this person
              </Button>
            ) : null}
          </div>
        ))}
      </Container>
      {mayJoin ? <JoinAccount person={person} /> : null}
    </SpaceBetween>
  );
}

function AccountFacts({ account, alone }: { account: Account; alone: boolean }) {
  return (
    <div className={styles.name}>
      <div className={styles.badges}>
        <PlatformBadge platform={account.platform} />
        <SafeText text={accountName(account)} />
        {account.type && account.type !== "user" ? <Badge>{account.type}</Badge> : null}
      </div>
      {account.email ? (
        <div className={styles.note}>
          <SafeText text={account.email} />
          {account.emailVerified ? ", vouched for by the platform" : ", as the sender says"}
        </div>
      ) : null}
      <div className={styles.note}>
        <SafeText text={account.platformId} />
        {account.workspaceId ? (
          <>
            {" in "}
            <SafeText text={account.workspaceId} />
          </>
        ) : null}
        {", last seen "}
        <Timestamp at={account.seenAt} />
      </div>
      {account.placedAt ? (
        <div className={styles.note}>
          {alone ? "Set apart by hand" : "Put here by hand"}, <Timestamp at={account.placedAt} />
        </div>
      ) : null}
    </div>
  );
}
