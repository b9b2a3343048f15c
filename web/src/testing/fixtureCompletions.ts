import type { Completion } from "@/lib/api/types";

const ALL: Completion[] = [
  { kind: "person", value: "priya@harbour-lane.example", label: "Priya Raman", detail: "priya@harbour-lane.example" },
  { kind: "person", value: '"Tom Pritchard"', label: "Tom Pritchard", detail: "telegram" },
  { kind: "channel", value: "prime-desk", label: "prime-desk", detail: "slack" },
  { kind: "channel", value: '"Treasury operations"', label: "Treasury operations", detail: "teams" },
  { kind: "query", value: "price settlement", label: "price settlement" },
  { kind: "query", value: "ledger", label: "ledger" },
];

/** What begins so; past queries by all of their text, names by any word of it, and only once something is written. */
export function completions(parameters: URLSearchParams): { completions: Completion[] } {
  const prefix = (parameters.get("prefix") ?? "").trim().toLowerCase();
  const kind = parameters.get("kind");
  const begins = ({ kind, label }: Completion) =>
    kind === "query"
      ? label.startsWith(prefix)
      : prefix !== "" && ` ${label.toLowerCase()}`.includes(` ${prefix}`);
  return { completions: ALL.filter((each) => (kind === null || each.kind === kind) && begins(each)) };
}
