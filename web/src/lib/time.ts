/** A moment written for people: in their own time zone, with UTC beside it. */
export interface Moment {
  date: Date;
  /** "2026-03-04 09:05:06.789 UTC" */
  utc: string;
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Reads an RFC 3339 time of any precision. `null` when it is none: times come from outside and are shown as found.
 */
export function moment(text: string): Moment | null {
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const [, day, time, fraction, zone] = match;
  const milliseconds = (fraction ?? "").padEnd(3, "0").slice(0, 3);
  const date = new Date(`${day ?? ""}T${time ?? ""}.${milliseconds}${(zone ?? "").toUpperCase()}`);
  if (Number.isNaN(date.valueOf())) return null;
  const iso = date.toISOString();
  const digits = fraction === undefined ? "" : `.${fraction}`;
  return { date, utc: `${iso.slice(0, 10)} ${iso.slice(11, 19)}${digits} UTC` };
}

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const longDay = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });

/** "4 Mar 2026, 10:05", in the reader's zone and manner. */
export function formatDateTime(date: Date): string {
  return dateTime.format(date);
}

/** As {@link formatDateTime}, with seconds and the zone. */
export function formatExact(date: Date): string {
  return exact.format(date);
}

/** "10:05", in the reader's zone and manner. */
export function formatClock(date: Date): string {
  return clock.format(date);
}

/** "Wednesday, 4 March 2026", in the reader's zone and manner. */
export function formatDay(date: Date): string {
  return longDay.format(date);
}

/** A key that two times share when they fall on one day of the reader's zone. */
export function dayKey(date: Date): string {
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** Day and time of an instant as pickers have them ("2026-03-04", "10:05:06"), in the reader's zone; empty for none. */
export function pickerParts(at: string | null): { day: string; time: string } {
  const read = at === null ? null : moment(at);
  if (read === null) return { day: "", time: "" };
  const { date } = read;
  const two = (value: number) => String(value).padStart(2, "0");
  return {
    day: `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    time: `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
  };
}

/** The instant that pickers of the reader's zone name, RFC 3339 in UTC; `null` while they name none. */
export function pickedInstant(day: string, time: string): string | null {
  const whole = /^\d{2}:\d{2}$/.test(time) ? `${time}:00` : time;
  const date = new Date(`${day}T${whole || "00:00:00"}`);
  return day === "" || Number.isNaN(date.valueOf()) ? null : date.toISOString();
}

/** The reader's time zone, by its IANA name. */
export function zoneName(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
