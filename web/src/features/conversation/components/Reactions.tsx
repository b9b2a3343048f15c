import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { SafeText } from "@/components/SafeText";
import { Timestamp } from "@/components/Timestamp";
import styles from "@/features/conversation/components/Conversation.module.css";
import type { Reaction } from "@/lib/api/types";
import { reactionGlyph } from "@/lib/emoji";

const NAMES_AT_FIRST = 5;

/** Who set which emoji; those taken back stand apart, with when. */
export function Reactions({ reactions }: { reactions: Reaction[] }) {
  const standing = Object.entries(
    Object.groupBy(
      reactions.filter(({ removedAt }) => !removedAt),
      ({ emoji }) => emoji,
    ),
  );
  const removed = reactions.filter(({ removedAt }) => removedAt);
  if (reactions.length === 0) return null;
  return (
    <ul className={styles.reactions} aria-label="Reactions">
      {standing.map(([emoji, group]) => (
        <li key={emoji} className={styles.reaction}>
          <Glyph emoji={emoji} />
          <Names reactions={group ?? []} />
        </li>
      ))}
      {removed.map((reaction) => (
        <li key={`${reaction.emoji} ${reaction.userId} ${reaction.removedAt ?? ""}`} className={styles.removed}>
          <Glyph emoji={reaction.emoji} />
          <span>
            <del>
              <SafeText text={reactor(reaction)} />
            </del>{" "}
            removed <Timestamp at={reaction.removedAt ?? ""} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Glyph({ emoji }: { emoji: string }) {
  return (
    <span className={styles.glyph} title={emoji}>
      <SafeText text={reactionGlyph(emoji)} />
    </span>
  );
}

function Names({ reactions }: { reactions: Reaction[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? reactions : reactions.slice(0, NAMES_AT_FIRST);
  const more = reactions.length - shown.length;
  return (
    <span>
      {shown.map((reaction, index) => (
        <span key={reaction.userId}>
          {index > 0 ? ", " : ""}
          <SafeText text={reactor(reaction)} />
        </span>
      ))}
      {more > 0 ? (
        <>
          {" "}
          <Button variant="inline-link" onClick={() => setAll(true)}>
            and {more} more
          </Button>
        </>
      ) : null}
    </span>
  );
}

function reactor(reaction: Reaction): string {
  return reaction.userName ?? reaction.userId;
}
