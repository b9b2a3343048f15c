import { ProblemAlert } from "@/components/ProblemAlert";

/** A whole page that says what went wrong, with nothing else left to show. */
export function Failure({ error }: { error: unknown }) {
  return (
    <main style={{ maxInlineSize: 640, margin: "48px auto", padding: 16 }}>
      <ProblemAlert error={error} onRetry={() => location.assign("/")} />
    </main>
  );
}
