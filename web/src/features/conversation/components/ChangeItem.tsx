import Badge from "@cloudscape-design/components/badge";

import { RouterLink } from "@/components/RouterLink";
import { SafeText, Words } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import styles from "@/features/conversation/components/Conversation.module.css";
import type { MessageChange } from "@/lib/api/types";
import { reactionGlyph } from "@/lib/emoji";
import { markupOf } from "@/lib/markup";
import { senderName } from "@/lib/senderName";

const CHANGES: Record<MessageChange["changes"][number], string> = {
  added: "Added",
  edited: "Edited",
  deleted: "Deleted",
  undeleted: "Shown again",
  reactions: "Reactions",
  attachments: "Attachments",
  shown: "Shown otherwise",
};

/** One message that was seen differently, with what changed about it. */
export function ChangeItem({ change, channelId }: { change: MessageChange; channelId: string }) {
  const { before, after } = change;
  const sender = senderName(after);
  const around = `/conversations/${encodeURIComponent(channelId)}?around=${encodeURIComponent(change.messageId)}`;
  return (
    <article className={styles.change} aria-label={`Changes of the message by ${sender}`}>
      <div className={styles.facts}>
        <strong>
          <SafeText text={sender} />
        </strong>
        <span className={styles.when}>
          <Timestamp at={after.timestamp} />
        </span>
        {change.changes.map((kind) => (
          <Badge key={kind} color={kind === "deleted" ? "red" : "blue"}>
            {CHANGES[kind]}
          </Badge>
        ))}
        <RouterLink to={around}>In the conversation</RouterLink>
      </div>
      <Text change={change} />
      <Reactions change={change} />
      <Files label="Added" files={before ? change.attachmentsAdded : after.attachments} />
      <Files label="Taken away" files={change.attachmentsRemoved} />
    </article>
  );
}

function Text({ change: { words, before, after } }: { change: MessageChange }) {
  const markup = markupOf(after);
  if (words.length === 0) {
    return (
      <div dir="auto" className={styles.changes}>
        {before ? <Words text={after.content} markup={markup} /> : null}
        {before ? null : (
          <ins>
            <Words text={after.content} markup={markup} />
          </ins>
        )}
      </div>
    );
  }
  return (
    <div dir="auto" className={styles.changes}>
      {words.map(({ kind, text }, index) => {
        if (kind === "same") return <Words key={index} text={text} markup={markup} />;
        const Element = kind === "added" ? "ins" : "del";
        return (
          <Element key={index}>
            <Words text={text} markup={markup} />
          </Element>
        );
      })}
    </div>
  );
}

function Reactions({ change: { reactionsAdded, reactionsRemoved } }: { change: MessageChange }) {
  const told = [
    ...reactionsAdded.map((reaction) => ({ reaction, gone: false })),
    ...reactionsRemoved.map((reaction) => ({ reaction, gone: true })),
  ];
  if (told.length === 0) return null;
  return (
    <ul className={styles.reactions} aria-label="Changed reactions">
      {told.map(({ reaction, gone }) => (
        <li key={`${reaction.emoji} ${reaction.userId} ${String(gone)}`} className={gone ? styles.removed : styles.reaction}>
          <SafeText text={reactionGlyph(reaction.emoji)} /> <SafeText text={reaction.userName ?? reaction.userId} />
          {gone ? " gone" : null}
        </li>
      ))}
    </ul>
  );
}

function Files({ label, files }: { label: string; files: MessageChange["attachmentsAdded"] }) {
  if (files.length === 0) return null;
  return (
    <ul className={styles.note} aria-label={`${label} attachments`}>
      {files.map((file) => (
        <li key={file.attachmentId}>
          {label}: <SafeText text={file.name ?? file.url ?? file.kind} />
        </li>
      ))}
    </ul>
  );
}
