import Icon from "@cloudscape-design/components/icon";

import { DetailsButton } from "@/components/DetailsButton";
import { MessageBadges } from "@/components/MessageBadges";
import { PlatformBadge } from "@/components/PlatformBadge";
import { RouterLink } from "@/components/RouterLink";
import { MarkedText, MessageText, SafeText } from "@/components/SafeText";
import { SourceLink } from "@/components/SourceLink";
import { Timestamp } from "@/components/Timestamp";
import { channelLabel } from "@/components/channelLabel";
import styles from "@/features/search/components/Search.module.css";
import { Why } from "@/features/search/components/Why";
import type { Hit } from "@/lib/api/types";
import { excerpt } from "@/lib/excerpt";
import { markupOf } from "@/lib/markup";
import { senderName } from "@/lib/senderName";

const EXCERPT = 400;

/** One hit: who, where and when, and the words around what was found. */
export function ResultItem({ hit }: { hit: Hit }) {
  const sender = senderName(hit);
  const announced = hit.system && !hit.userName;
  return (
    <li className={styles.result}>
      <article aria-label={announced ? sender : `Message by ${sender}`}>
        <div className={styles.facts}>
          <h3 className={styles.title}>
            <Title hit={hit} sender={sender} />
          </h3>
          <span className={styles.when}>
            <Timestamp at={hit.timestamp} />
          </span>
        </div>
        <div className={styles.badges}>
          <PlatformBadge platform={hit.platform} />
          <MessageBadges message={hit} />
          <DetailsButton messageId={hit.messageId} label={announced ? "Details of the system message" : `Details of the message by ${sender}`} />
        </div>
        <div className={styles.excerpts}>
          <Excerpts hit={hit} />
          <FoundIn hit={hit} />
          <PassedOn hit={hit} />
          {hit.explanation ? <Why explanation={hit.explanation} /> : null}
        </div>
      </article>
    </li>
  );
}

function Title({ hit, sender }: { hit: Hit; sender: string }) {
  if (!hit.channelId) return <SafeText text={sender} />;
  const channel = channelLabel({
    platform: hit.platform,
    name: hit.channelName,
    type: hit.channelType,
    platformId: "a conversation",
  });
  return (
    <RouterLink to={conversationPath(hit.channelId, hit.messageId)} fontSize="heading-xs">
      <SafeText text={sender} /> in <SafeText text={channel} />
    </RouterLink>
  );
}

/** The files in whose text it was found. */
function FoundIn({ hit }: { hit: Hit }) {
  if (hit.foundIn.length === 0) return null;
  return (
    <div className={styles.quiet}>
      {hit.foundIn.map(({ attachmentId, name }) => (
        <div key={attachmentId}>
          <Icon name="file" variant="subtle" /> Found in the file <SafeText text={name ?? "without a name"} />
        </div>
      ))}
    </div>
  );
}

/** The messages that it passes on; what an edit took away is no longer one. */
function PassedOn({ hit }: { hit: Hit }) {
  return hit.attachments
    .filter((attachment) => attachment.sourceMessageId && !attachment.removed)
    .map((attachment) => (
      <div key={attachment.attachmentId}>
        <SourceLink attachment={attachment} />
      </div>
    ));
}

function Excerpts({ hit }: { hit: Hit }) {
  const markup = markupOf(hit);
  if (hit.highlights.length > 0) {
    return hit.highlights.map((highlight, index) => <MarkedText key={index} highlight={highlight} markup={markup} />);
  }
  const text = hit.content;
  if (text === "") return <span className={styles.quiet}>No text was captured.</span>;
  const shown = excerpt(text, EXCERPT);
  return <MessageText text={shown === text ? text : `${shown}…`} markup={markup} />;
}

function conversationPath(channelId: string, messageId: string): string {
  return `/conversations/${encodeURIComponent(channelId)}?around=${encodeURIComponent(messageId)}`;
}
