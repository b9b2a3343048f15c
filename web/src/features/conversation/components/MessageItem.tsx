import { use } from "react";

import { DetailsButton } from "@/components/DetailsButton";
import { MessageBadges } from "@/components/MessageBadges";
import { RouterLink } from "@/components/RouterLink";
import { SafeText, Words } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import { Attachments } from "@/features/conversation/components/Attachments";
import styles from "@/features/conversation/components/Conversation.module.css";
import { EditHistory } from "@/features/conversation/components/EditHistory";
import { MessageBody } from "@/features/conversation/components/MessageBody";
import { Reactions } from "@/features/conversation/components/Reactions";
import { PlaceContext } from "@/features/conversation/components/place";
import { threadRoot } from "@/features/conversation/thread";
import type { Message } from "@/lib/api/types";
import { markupOf } from "@/lib/markup";
import { sentence } from "@/lib/names";
import { senderName } from "@/lib/senderName";

/** One message as it stands: what it says, and what became of it. */
export function MessageItem({ message }: { message: Message }) {
  const anchored = use(PlaceContext).anchor === message.messageId;
  return (
    <article
      className={message.system ? styles.system : styles.message}
      data-message={message.messageId}
      data-anchor={anchored}
      tabIndex={anchored ? -1 : undefined}
      aria-current={anchored ? "true" : undefined}
      aria-label={message.system ? "System message" : `Message by ${senderName(message)}`}
    >
      {message.system ? <SystemLine message={message} /> : <Ordinary message={message} />}
    </article>
  );
}

function Ordinary({ message }: { message: Message }) {
  const sender = senderName(message);
  const { shared } = use(PlaceContext);
  return (
    <>
      <span className={styles.avatar} aria-hidden="true">
        {initials(sender)}
      </span>
      <div className={styles.body}>
        <div className={styles.byline}>
          <div className={styles.facts}>
            <strong>
              <SafeText text={sender} />
            </strong>
            <span className={styles.when}>
              <Timestamp at={message.timestamp} clock />
            </span>
            {/* Of a conversation that is shared as a whole, its heading says so. */}
            <MessageBadges message={shared ? { ...message, external: false } : message} />
          </div>
          <DetailsButton messageId={message.messageId} label={`Details of the message by ${sender}`} />
        </div>
        <InReplyTo message={message} />
        {message.subject ? (
          <div className={styles.subject}>
            <SafeText text={message.subject} />
          </div>
        ) : null}
        <MessageBody message={message} />
        <Attachments attachments={message.attachments} />
        {message.editHistory.length > 0 ? <EditHistory message={message} /> : null}
        <Reactions reactions={message.reactions} />
      </div>
    </>
  );
}

function SystemLine({ message }: { message: Message }) {
  return (
    <>
      {message.userName && !message.content.startsWith(message.userName) ? <SafeText text={message.userName} /> : null}
      <span dir="auto">
        <Words text={message.content.trim() || sentence(message.system ?? "")} markup={markupOf(message)} />
      </span>
      <span className={styles.when}>
        <Timestamp at={message.timestamp} clock />
      </span>
      <DetailsButton messageId={message.messageId} label="Details of the system message" />
    </>
  );
}

/** A reply to one message rather than in a thread. */
function InReplyTo({ message }: { message: Message }) {
  const { parentMessageId: parent, channelId } = message;
  if (!parent || !channelId || parent === message.messageId || threadRoot(message) !== null) return null;
  return (
    <div className={styles.reference}>
      In reply to{" "}
      <RouterLink to={`/conversations/${encodeURIComponent(channelId)}?around=${encodeURIComponent(parent)}`}>
        an earlier message
      </RouterLink>
    </div>
  );
}

function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => String.fromCodePoint(word?.codePointAt(0) ?? 0x3f)).join("").toUpperCase();
}
