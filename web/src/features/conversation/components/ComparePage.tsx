import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useParams, useSearchParams } from "react-router";

import { channelLabel } from "@/components/channelLabel";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RouterLink } from "@/components/RouterLink";
import { SafeText } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import { useChanges } from "@/features/conversation/api/useChanges";
import { ChangeItem } from "@/features/conversation/components/ChangeItem";
import { CompareForm } from "@/features/conversation/components/CompareForm";
import styles from "@/features/conversation/components/Conversation.module.css";
import type { Difference, MemberMove } from "@/lib/api/types";
import { zoneName } from "@/lib/time";

/** What became of a conversation between the two moments that the address names. */
export function ComparePage() {
  const { channelId = "" } = useParams();
  const [parameters, setParameters] = useSearchParams();
  const from = parameters.get("from") ?? "";
  const to = parameters.get("to") ?? "";
  const changes = useChanges(channelId, from, to);
  const pages = changes.data?.pages ?? [];
  const [first] = pages;
  const messages = pages.flatMap((page) => page.messages);
  const here = `/conversations/${encodeURIComponent(channelId)}`;
  return (
    <SpaceBetween size="l">
      <title>Two moments compared · Quire</title>
      <Header
        variant="h1"
        description={`Times are in your time zone, ${zoneName()}.`}
        actions={<RouterLink to={here}>Go to the conversation</RouterLink>}
      >
        {first ? <SafeText text={`${channelLabel(first.channel)}, two moments compared`} /> : "Two moments compared"}
      </Header>
      <CompareForm key={`${from} ${to}`} from={from} to={to} onChange={(moments) => setParameters(moments)} />
      {changes.isError ? <ProblemAlert error={changes.error} onRetry={() => void changes.refetch()} /> : null}
      {changes.isFetching && !first ? <Spinner /> : null}
      {first ? <Around difference={first} /> : null}
      {first && messages.length === 0 && !changes.hasNextPage ? (
        <Box color="text-body-secondary">No message was seen differently at the later moment.</Box>
      ) : null}
      <ol className={styles.items} aria-label="Changes">
        {messages.map((change) => (
          <li key={change.messageId}>
            <ChangeItem change={change} channelId={channelId} />
          </li>
        ))}
      </ol>
      {changes.hasNextPage ? (
        <Button loading={changes.isFetchingNextPage} onClick={() => void changes.fetchNextPage()}>
          More changes
        </Button>
      ) : null}
    </SpaceBetween>
  );
}

const MOVES: Record<MemberMove["kind"], string> = {
  joined: "joined",
  left: "left",
  listed: "was found there",
  active: "was active for the first time",
};

/** What changed about the conversation itself: its names, and who came and went. */
function Around({ difference: { members, moreMembers, renamed } }: { difference: Difference }) {
  if (members.length === 0 && renamed.length === 0) return null;
  return (
    <Alert type="info" header="Members and names" i18nStrings={{ infoIconAriaLabel: "Changes" }}>
      <ul aria-label="Members and names">
        {renamed.map(({ at, name }) => (
          <li key={`${at} ${name}`}>
            <Timestamp at={at} />: renamed to <SafeText text={name} />
          </li>
        ))}
        {members.map(({ userId, userName, kind, at }) => (
          <li key={`${at} ${userId} ${kind}`}>
            <Timestamp at={at} />: <SafeText text={userName ?? userId} /> {MOVES[kind]}
          </li>
        ))}
      </ul>
      {moreMembers > 0 ? `And ${moreMembers.toLocaleString()} more came or went.` : null}
    </Alert>
  );
}
