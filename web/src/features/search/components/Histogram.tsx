import styles from "@/features/search/components/Histogram.module.css";
import type { SearchState } from "@/features/search/searchState";
import type { Facet } from "@/lib/api/types";

interface HistogramProps {
  facet: Facet;
  onChange: (change: Pick<SearchState, "from" | "to">) => void;
}

const SHOWN = 120;
const PER_CENT = 100;

/** How many messages each day, or month, has: bars that narrow the search to theirs. */
export function Histogram({ facet, onChange }: HistogramProps) {
  const values = facet.values.slice(-SHOWN);
  const most = Math.max(1, ...values.map(({ count }) => count));
  if (values.length === 0) return null;
  const unit = facet.name === "day" ? "day" : "month";
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>
        Messages by {unit}, {shortOf(values[0]?.value ?? "")} to {shortOf(values.at(-1)?.value ?? "")}
      </figcaption>
      <ol className={styles.bars}>
        {values.map(({ value, count }) => (
          <li key={value} className={styles.slot}>
            <button
              type="button"
              className={styles.bar}
              title={`${longOf(value)}: ${count.toLocaleString()}`}
              aria-label={`${longOf(value)}: ${count.toLocaleString()} ${count === 1 ? "message" : "messages"}`}
              onClick={() => onChange(spanOf(value))}
            >
              <span style={{ blockSize: `${String(Math.max(2, (count / most) * PER_CENT))}%` }} />
            </button>
          </li>
        ))}
      </ol>
    </figure>
  );
}

/** From its first moment to the next one's, in the reader's time zone. */
export function spanOf(value: string): { from: string; to: string } {
  const [year = 0, month = 1, day] = value.split("-").map(Number);
  const from = new Date(year, month - 1, day ?? 1);
  const to = day === undefined ? new Date(year, month, 1) : new Date(year, month - 1, day + 1);
  return { from: from.toISOString(), to: to.toISOString() };
}

function longOf(value: string): string {
  return told(value, { year: "numeric", month: "long" });
}

function shortOf(value: string): string {
  return told(value, { year: "numeric", month: "short" });
}

function told(value: string, style: Intl.DateTimeFormatOptions): string {
  const [year = 0, month = 1, day] = value.split("-").map(Number);
  const date = new Date(year, month - 1, day ?? 1);
  return date.toLocaleDateString("en", day === undefined ? style : { ...style, day: "numeric" });
}
