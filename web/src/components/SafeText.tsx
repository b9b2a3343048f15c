import { Fragment } from "react";

import styles from "@/components/SafeText.module.css";
import { splitInvisible } from "@/lib/invisible";
import { parseMarks } from "@/lib/marks";
import { type Markup, readMarkup } from "@/lib/markup";

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
 * With `markup`, mentions stand out and carry names, and short names of emoji show as emoji.
 */
export function MessageText({ text, markup }: { text: string; markup?: Markup }) {
  return (
    <div dir="auto" className={styles.message}>
      <Words text={text} markup={markup} />
    </div>
  );
}

/** A search engine's highlight: escaped text with `<mark>` around the hits. */
export function MarkedText({ highlight, markup }: { highlight: string; markup?: Markup }) {
  return (
    <div dir="auto" className={styles.message}>
      {parseMarks(highlight).map((run, index) =>
        run.marked ? (
          <mark key={index} className={styles.mark}>
            <Words text={run.text} markup={markup} />
          </mark>
        ) : (
          <Words key={index} text={run.text} markup={markup} />
        ),
      )}
    </div>
  );
}

/** The bare words of a message, for a caller that isolates them itself. */
export function Words({ text, markup }: { text: string; markup?: Markup }) {
  if (markup === undefined) return <Pieces text={text} />;
  return readMarkup(text, markup).map((run, index) =>
    run.kind === "text" ? (
      <Pieces key={index} text={run.text} />
    ) : (
      <span key={index} className={run.kind === "mention" ? styles.mention : undefined} title={run.written}>
        <Pieces text={run.text} />
      </span>
    ),
  );
}

function Pieces({ text }: { text: string }) {
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
