import { formatClock, formatDateTime, moment } from "@/lib/time";

/**
 * A time in the reader's zone, with UTC on hover and for machines. `clock` leaves the day out, where it is said nearby.
 * What is no time is shown as it came.
 */
export function Timestamp({ at, clock = false }: { at: string; clock?: boolean }) {
  const read = moment(at);
  if (read === null) return <span>{at}</span>;
  return (
    <time dateTime={read.date.toISOString()} title={read.utc}>
      {clock ? formatClock(read.date) : formatDateTime(read.date)}
    </time>
  );
}
