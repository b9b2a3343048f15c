import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";

interface TimeRangeProps {
  from: string;
  to: string;
  onChange: (change: { from: string; to: string }) => void;
}

const RELATIVE: DateRangePickerProps.RelativeOption[] = [
  { key: "day", amount: 1, unit: "day", type: "relative" },
  { key: "week", amount: 7, unit: "day", type: "relative" },
  { key: "month", amount: 30, unit: "day", type: "relative" },
  { key: "quarter", amount: 90, unit: "day", type: "relative" },
];

/** From when to when. A range counted back from now becomes fixed times, so that the address means the same tomorrow. */
export function TimeRange({ from, to, onChange }: TimeRangeProps) {
  return (
    <DateRangePicker
      value={from && to ? { type: "absolute", startDate: from, endDate: to } : null}
      relativeOptions={RELATIVE}
      placeholder="Any time"
      absoluteFormat="long-localized"
      hideTimeOffset
      timeInputFormat="hh:mm"
      isValidRange={(range) =>
        range?.type === "absolute" && (!range.startDate || !range.endDate || range.startDate >= range.endDate)
          ? { valid: false, errorMessage: "Choose a start and a later end." }
          : { valid: true }
      }
      onChange={({ detail }) => onChange(fixed(detail.value))}
      i18nStrings={{
        relativeModeTitle: "Back from now",
        absoluteModeTitle: "Between two times",
        formatRelativeRange: (range) => `Last ${range.amount} ${range.unit}${range.amount > 1 ? "s" : ""}`,
      }}
    />
  );
}

function fixed(range: DateRangePickerProps.Value | null): { from: string; to: string } {
  if (range === null) return { from: "", to: "" };
  if (range.type === "absolute") return { from: utc(range.startDate), to: utc(range.endDate) };
  const end = new Date();
  const start = new Date(end);
  start.setDate(start.getDate() - range.amount);
  return { from: start.toISOString(), to: end.toISOString() };
}

function utc(local: string): string {
  const date = new Date(local);
  return Number.isNaN(date.valueOf()) ? "" : date.toISOString();
}
