import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useDeferredValue, useState } from "react";

import { PlatformBadge } from "@/components/PlatformBadge";
import { ProblemAlert } from "@/components/ProblemAlert";
import { SafeText } from "@/components/SafeText";
import { useJoin, usePeople } from "@/features/people/api/usePeople";
import styles from "@/features/people/components/People.module.css";
import { accountName, personName } from "@/features/people/names";
import type { Person } from "@/lib/api/types";

/** Finds an account of somebody else's, and puts it with this person's. */
export function JoinAccount({ person }: { person: Person }) {
  const [text, setText] = useState("");
  const joining = useJoin(person.personId);
  return (
    <Container
      header={
        <Header variant="h2" description="Undone at any time; an account taken out again does not come back by itself.">
          Join another account
        </Header>
      }
    >
      <SpaceBetween size="m">
        <TextFilter
          filteringText={text}
          filteringPlaceholder="Name, address or id"
          filteringAriaLabel="Find an account to join"
          filteringClearAriaLabel="Clear"
          onChange={({ detail }) => setText(detail.filteringText)}
        />
        {joining.isError ? <ProblemAlert error={joining.error} /> : null}
        {text.trim() === "" ? null : (
          <Found
            text={text.trim()}
            person={person}
            pending={joining.isPending ? joining.variables : null}
            onJoin={(userId) => joining.mutate(userId, { onSuccess: () => setText("") })}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}

interface FoundProps {
  text: string;
  person: Person;
  pending: string | null;
  onJoin: (userId: string) => void;
}

function Found({ text, person, pending, onJoin }: FoundProps) {
  const people = usePeople(useDeferredValue(text));
  const others = people.data?.pages[0]?.people.filter(({ personId }) => personId !== person.personId) ?? [];
  const accounts = others.flatMap((other) => other.accounts.map((account) => ({ other, account })));
  if (people.isError) return <ProblemAlert error={people.error} />;
  if (people.isSuccess && accounts.length === 0) return <Box color="text-body-secondary">No other account is called that.</Box>;
  return (
    <div>
      {accounts.map(({ other, account }) => (
        <div key={account.userId} className={styles.account}>
          <div className={styles.name}>
            <div className={styles.badges}>
              <PlatformBadge platform={account.platform} />
              <SafeText text={accountName(account)} />
            </div>
            {other.accounts.length > 1 ? (
              <div className={styles.note}>
                now with <SafeText text={personName(other)} />
              </div>
            ) : null}
          </div>
          <Button
            ariaLabel={`This person: ${accountName(account)}`}
            loading={pending === account.userId}
            onClick={() => onJoin(account.userId)}
          >
            This person
          </Button>
        </div>
      ))}
    </div>
  );
}
