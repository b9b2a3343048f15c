import { Fragment } from "react";

import styles from "@/components/SafeText.module.css";
import { splitInvisible } from "@/lib/invisible";
import { parseMarks } from "@/lib/marks";
import { splitMentions } from "@/lib/mentions";

/**
 * Words from outside, shown for what they are: characters that would reorder or hide text appear as small labels.
 *
 * The text is isolated, so that its direction cannot leak into what stands beside it.
 */
export function SafeText({ text }: { text: string }) {
  return (
    <bdi>
      <Pieces text={text} />
    </bdi>
  );
}

/**
 * As {@link SafeText}, for the words of a message: each line finds its own direction, spaces and line ends stay.
 * Where one of `mentions` is named, it stands out.
 */
export function MessageText({ text, mentions = [] }: { text: string; mentions?: string[] }) {
  return (
    <div dir="auto" className={styles.message}>
      {splitMentions(text, mentions).map((run, index) =>
        run.mention ? (
          <span key={index} className={styles.mention}>
            <Pieces text={run.text} />
          </span>
        ) : (
          <Pieces key={index} text={run.text} />
        ),
      )}
    </div>
  );
}

/** A search engine's highlight: escaped text with `<mark>` around the hits. */
export function MarkedText({ highlight }: { highlight: string }) {
  return (
    <div dir="auto" className={styles.message}>
      {parseMarks(highlight).map((run, index) =>
        run.marked ? (
          <mark key={index} className={styles.mark}>
            <Pieces text={run.text} />
          </mark>
        ) : (
          <Pieces key={index} text={run.text} />
        ),
      )}
    </div>
  );
}

/** The bare pieces, for a caller that isolates them itself. */
export function Pieces({ text }: { text: string }) {
  return splitInvisible(text).map((piece, index) =>
    piece.kind === "text" ? (
      <Fragment key={index}>{piece.text}</Fragment>
    ) : (
      <span key={index} className={styles.invisible} dir="ltr" title={`${piece.name} (${piece.code})`}>
        {piece.count > 1 ? `${piece.label}×${piece.count}` : piece.label}
      </span>
    ),
  );
}
