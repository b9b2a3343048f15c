import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { MessageText, SafeText } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import styles from "@/features/conversation/components/Conversation.module.css";
import type { Message } from "@/lib/api/types";
import { excerpt } from "@/lib/excerpt";
import { type Markup, markupOf } from "@/lib/markup";

const SHOWN_AT_FIRST = 1500;

/** The words of a message; of a deleted one, the words the archive kept, marked as gone at the source. */
export function MessageBody({ message }: { message: Message }) {
  const { content } = message;
  const markup = markupOf(message);
  if (message.tombstone) return <Tombstone message={message} />;
  if (message.untold) return <div className={styles.note}>It was there; what it said then was not captured.</div>;
  if (!message.deletedAt) return <LongText text={content} markup={markup} />;
  return (
    <div className={styles.deleted}>
      <div className={styles.note}>
        Deleted at the source, <Timestamp at={message.deletedAt} />
        {message.deletedBy ? (
          <>
            , by <SafeText text={message.deletedBy} />
          </>
        ) : null}
        . {content === "" ? "What it said was not captured." : "Kept by the archive:"}
      </div>
      {content === "" ? null : (
        <del>
          <LongText text={content} markup={markup} />
        </del>
      )}
    </div>
  );
}

/** The place of a message that members did not see any more. */
function Tombstone({ message }: { message: Message }) {
  return (
    <div className={styles.note}>
      Deleted at the source by then, <Timestamp at={message.deletedAt ?? ""} />. Members saw a notice here, or nothing.
    </div>
  );
}

function LongText({ text, markup }: { text: string; markup: Markup }) {
  const [all, setAll] = useState(false);
  const shown = all ? text : excerpt(text, SHOWN_AT_FIRST);
  if (text === "") return null;
  return (
    <>
      <MessageText text={shown === text ? text : `${shown}…`} markup={markup} />
      {text.length > SHOWN_AT_FIRST ? (
        <Button variant="inline-link" ariaExpanded={all} onClick={() => setAll(!all)}>
          {all ? "Show less" : `Show all ${text.length.toLocaleString()} characters`}
        </Button>
      ) : null}
    </>
  );
}
