import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import LiveRegion from "@cloudscape-design/components/live-region";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useParams, useSearchParams } from "react-router";

import { PartialBanner } from "@/components/PartialBanner";
import { PlatformBadge } from "@/components/PlatformBadge";
import { ProblemAlert } from "@/components/ProblemAlert";
import { RouterLink } from "@/components/RouterLink";
import { SafeText } from "@/components/SafeText";
import { channelLabel } from "@/components/channelLabel";
import { useConversation } from "@/features/conversation/api/useConversation";
import { AsOfBanner } from "@/features/conversation/components/Banners";
import { Members } from "@/features/conversation/components/Members";
import { MomentForm } from "@/features/conversation/components/MomentForm";
import styles from "@/features/conversation/components/Conversation.module.css";
import { Transcript } from "@/features/conversation/components/Transcript";
import type { Channel } from "@/lib/api/types";
import { sentence } from "@/lib/names";
import { zoneName } from "@/lib/time";

/** A conversation as it stands, or as it stood at the moment the address names, around the message it names. */
export function ConversationPage() {
  const { channelId = "" } = useParams();
  const [parameters, setParameters] = useSearchParams();
  const around = parameters.get("around");
  const asOf = parameters.get("asOf");
  const conversation = useConversation(channelId, { around, asOf });
  const channel = conversation.data?.pages[0]?.channel;
  const partial = conversation.data?.pages.find((page) => page.partial);
  const travel = (at: string | null) =>
    setParameters((known) => {
      if (at === null) known.delete("asOf");
      else known.set("asOf", at);
      return known;
    });
  return (
    <SpaceBetween size="l">
      <title>{channel ? `${channelLabel(channel)} · Quire` : "Conversation · Quire"}</title>
      {channel ? <Heading channel={channel} /> : <Header variant="h1">Conversation</Header>}
      <MomentForm key={asOf} asOf={asOf} onChange={travel} channelId={channelId} />
      {asOf === null ? null : <AsOfBanner asOf={asOf} onBack={() => travel(null)} />}
      {partial?.window ? <PartialBanner window={partial.window} /> : null}
      {conversation.isPending ? (
        <Box textAlign="center" padding={{ vertical: "xxl" }}>
          <LiveRegion>
            <Spinner /> Opening the conversation
          </LiveRegion>
        </Box>
      ) : null}
      {conversation.isError && !conversation.data ? (
        <ProblemAlert error={conversation.error} onRetry={() => void conversation.refetch()} />
      ) : null}
      {conversation.data ? <Transcript key={`${around ?? ""} ${asOf ?? ""}`} conversation={conversation} around={around} /> : null}
      {channel ? <Members channelId={channelId} asOf={asOf} /> : null}
    </SpaceBetween>
  );
}

function Heading({ channel }: { channel: Channel }) {
  return (
    <Header
      variant="h1"
      actions={
        <RouterLink to={`/search?channel=${encodeURIComponent(channel.channelId)}`}>Search in this conversation</RouterLink>
      }
      description={
        <span className={styles.about}>
          <PlatformBadge platform={channel.platform} />
          {channel.type ? <span>{sentence(channel.type)}</span> : null}
          {channel.external ? <span>Shared with another organisation</span> : null}
          <span>Times are in your time zone, {zoneName()}.</span>
        </span>
      }
    >
      <SafeText text={channelLabel(channel)} />
    </Header>
  );
}
