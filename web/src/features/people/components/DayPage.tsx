import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useParams, useSearchParams } from "react-router";

import { PlatformBadge } from "@/components/PlatformBadge";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RouterLink } from "@/components/RouterLink";
import { SafeText } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import { useDay } from "@/features/people/api/useDay";
import styles from "@/features/people/components/People.module.css";
import type { DayAct } from "@/lib/api/types";
import { reactionGlyph } from "@/lib/emoji";
import { excerpt } from "@/lib/excerpt";
import { pickerParts, zoneName } from "@/lib/time";

const SHOWN = 600;

/** One person's day: all they wrote, edited, deleted and reacted to, on all platforms, in order. */
export function DayPage() {
  const { personId = "" } = useParams();
  const [parameters, setParameters] = useSearchParams();
  const date = parameters.get("date") ?? pickerParts(new Date().toISOString()).day;
  const zone = parameters.get("zone") ?? zoneName();
  const day = useDay(personId, date, zone);
  const acts = day.data?.pages.flatMap((page) => page.acts) ?? [];
  const name = day.data?.pages[0]?.name ?? "Somebody";
  return (
    <SpaceBetween size="l">
      <title>{`A day of ${name} · Quire`}</title>
      <Header
        variant="h1"
        description={`Midnight to midnight in ${zone}`}
        actions={<RouterLink to={`/people/${encodeURIComponent(personId)}`}>Their accounts</RouterLink>}
      >
        <SafeText text={`A day of ${name}`} />
      </Header>
      <FormField label="Day">
        <DatePicker
          value={date}
          placeholder="YYYY/MM/DD"
          i18nStrings={{ openCalendarAriaLabel: (selected) => `Choose a day${selected ? `, ${selected}` : ""}` }}
          onChange={({ detail }) => {
            if (detail.value !== "") setParameters({ date: detail.value, zone });
          }}
        />
      </FormField>
      {day.isPending ? <Spinner /> : null}
      {day.isError ? <ProblemAlert error={day.error} onRetry={() => void day.refetch()} /> : null}
      {day.data && acts.length === 0 && !day.hasNextPage ? (
        <Box color="text-body-secondary">Nothing of that day was captured.</Box>
      ) : null}
      <ol className={styles.acts} aria-label="What they did">
        {acts.map((act) => (
          <li key={`${act.at} ${act.kind} ${act.message.messageId} ${act.emoji ?? ""}`}>
            <ActItem act={act} />
          </li>
        ))}
      </ol>
      {day.hasNextPage ? (
        <Button loading={day.isFetchingNextPage} onClick={() => void day.fetchNextPage()}>
          Later that day
        </Button>
      ) : null}
    </SpaceBetween>
  );
}

const KINDS: Record<DayAct["kind"], string> = {
  wrote: "wrote",
  edited: "changed it to",
  deleted: "deleted",
  reacted: "reacted to",
  unreacted: "took a reaction back from",
};

function ActItem({ act }: { act: DayAct }) {
  const { message, kind, emoji } = act;
  const words = act.text ?? message.content;
  const where = message.channelName ?? "a conversation without a name";
  return (
    <article className={styles.act}>
      <div className={styles.badges}>
        <Timestamp at={act.at} clock />
        <PlatformBadge platform={message.platform} />
        <strong>{KINDS[kind]}</strong>
        {emoji ? <SafeText text={reactionGlyph(emoji)} /> : null}
        {message.channelId ? (
          <RouterLink
            to={`/conversations/${encodeURIComponent(message.channelId)}?around=${encodeURIComponent(message.messageId)}`}
          >
            <SafeText text={`in ${where}`} />
          </RouterLink>
        ) : null}
      </div>
      <div dir="auto" className={styles.words}>
        <SafeText text={excerpt(words, SHOWN)} />
      </div>
    </article>
  );
}
