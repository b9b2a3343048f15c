import Button from "@cloudscape-design/components/button";
import { useId, useMemo, useState } from "react";

import { SafeText, Words } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import styles from "@/features/conversation/components/Conversation.module.css";
import type { Message } from "@/lib/api/types";
import { type Markup, markupOf } from "@/lib/markup";
import { diffWords } from "@/lib/wordDiff";

/** What the message said before, version by version, each with what changed from the one before it. */
export function EditHistory({ message }: { message: Message }) {
  const [open, setOpen] = useState(false);
  const count = message.editHistory.length;
  const id = useId();
  return (
    <div className={styles.history}>
      <Button
        variant="inline-link"
        iconName={open ? "angle-down" : "angle-right"}
        ariaExpanded={open}
        ariaControls={id}
        onClick={() => setOpen(!open)}
      >
        {count === 1 ? "1 earlier version" : `${count.toLocaleString()} earlier versions`}
      </Button>
      <div id={id}>{open ? <Versions message={message} /> : null}</div>
    </div>
  );
}

function Versions({ message }: { message: Message }) {
  const markup = markupOf(message);
  const versions = [
    ...message.editHistory,
    { content: message.content, at: message.editedAt ?? null, by: null },
  ];
  return (
    <ol className={styles.versions}>
      {versions.map((version, index) => (
        <li key={index}>
          <div className={styles.note}>
            {index === versions.length - 1 ? "Latest version" : `Version ${index + 1}`},{" "}
            {version.at ? <Timestamp at={version.at} /> : "time not known"}
            {version.by ? (
              <>
                , by <SafeText text={version.by} />
              </>
            ) : null}
          </div>
          <Changes before={versions[index - 1]?.content ?? null} after={version.content} markup={markup} />
        </li>
      ))}
    </ol>
  );
}

/** A text with what was added and removed since the one before; the text alone when there is none before. */
function Changes({ before, after, markup }: { before: string | null; after: string; markup: Markup }) {
  const changes = useMemo(
    () => (before === null ? [{ kind: "same" as const, text: after }] : diffWords(before, after)),
    [before, after],
  );
  return (
    <div dir="auto" className={styles.changes}>
      {changes.map(({ kind, text }, index) => {
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
