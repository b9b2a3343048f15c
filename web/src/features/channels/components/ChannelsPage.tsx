import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import LiveRegion from "@cloudscape-design/components/live-region";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState } from "react";

import { PlatformBadge } from "@/components/PlatformBadge";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RouterLink } from "@/components/RouterLink";
import { SafeText } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import { ambiguousLabels, channelLabel } from "@/components/channelLabel";
import { useChannels } from "@/components/useChannels";
import styles from "@/features/channels/components/Channels.module.css";
import type { Channel } from "@/lib/api/types";
import { platformName, sentence } from "@/lib/names";

/** Every conversation the archive holds, latest first. */
export function ChannelsPage() {
  const channels = useChannels();
  const [filter, setFilter] = useState("");
  const all = channels.data ?? [];
  const shown = all.filter((channel) => matches(channel, filter)).sort(latestFirst);
  const ambiguous = ambiguousLabels(all);
  return (
    <SpaceBetween size="l">
      <title>Channels · Quire</title>
      <Header
        variant="h1"
        counter={channels.data ? `(${all.length.toLocaleString()})` : undefined}
        description="Every channel, group and direct conversation that was captured."
      >
        Channels
      </Header>
      {channels.isPending ? (
        <Box textAlign="center" padding={{ vertical: "xxl" }}>
          <LiveRegion>
            <Spinner /> Loading the channels
          </LiveRegion>
        </Box>
      ) : null}
      {channels.isError ? <ProblemAlert error={channels.error} onRetry={() => void channels.refetch()} /> : null}
      {channels.data ? (
        <SpaceBetween size="m">
          <TextFilter
            filteringText={filter}
            filteringPlaceholder="Find a channel"
            filteringAriaLabel="Find a channel"
            filteringClearAriaLabel="Clear"
            countText={filter ? `${shown.length.toLocaleString()} of ${all.length.toLocaleString()}` : ""}
            onChange={({ detail }) => setFilter(detail.filteringText)}
          />
          {shown.length > 0 ? <List channels={shown} ambiguous={ambiguous} /> : <Nothing captured={all.length > 0} />}
        </SpaceBetween>
      ) : null}
    </SpaceBetween>
  );
}

function List({ channels, ambiguous }: { channels: Channel[]; ambiguous: Set<string> }) {
  return (
    <ul className={styles.list}>
      {channels.map((channel) => (
        <li key={channel.channelId} className={styles.row}>
          <span className={styles.name}>
            <RouterLink to={`/conversations/${encodeURIComponent(channel.channelId)}`}>
              <SafeText text={channelLabel(channel)} />
            </RouterLink>
            {ambiguous.has(channelLabel(channel)) ? (
              <span className={styles.native}>
                <SafeText text={channel.platformId} />
              </span>
            ) : null}
          </span>
          <span className={styles.facts}>
            <PlatformBadge platform={channel.platform} />
            {channel.type ? <span>{sentence(channel.type)}</span> : null}
            {channel.external ? <Badge color="severity-medium">External</Badge> : null}
          </span>
          <span className={styles.when}>
            {channel.lastMessageAt ? (
              <>
                Last message <Timestamp at={channel.lastMessageAt} />
              </>
            ) : (
              <>
                Seen <Timestamp at={channel.firstSeenAt} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Nothing({ captured }: { captured: boolean }) {
  return (
    <Box textAlign="center" padding={{ vertical: "xl" }} color="text-body-secondary">
      {captured ? "No channel has such a name." : "Nothing was captured yet. Connect a platform, and what people write shows here."}
    </Box>
  );
}

function matches(channel: Channel, filter: string): boolean {
  const wanted = filter.trim().toLocaleLowerCase();
  return `${channelLabel(channel)} ${platformName(channel.platform)}`.toLocaleLowerCase().includes(wanted);
}

function latestFirst(one: Channel, other: Channel): number {
  const at = (channel: Channel) => channel.lastMessageAt ?? "";
  return at(other).localeCompare(at(one)) || channelLabel(one).localeCompare(channelLabel(other));
}
