/** An answer that says why not: RFC 9457 problem+json, or the nearest thing a broken answer allows. */
export interface Problem {
  /** `urn:quire:problem:<slug>`, or `about:blank` when the answer was no problem document. */
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Which fields of the request are wrong, and how. */
  errors: { field: string; problem: string }[];
  /** Where in a query it lies, when it is one that cannot be read. */
  place?: Place;
}

/** A place in a query: `column` (from 1) and `length` in characters, and what was expected there. */
export interface Place {
  column: number;
  length: number;
  expected: string;
}

/** The API answered, and declined. */
export class ProblemError extends Error {
  override name = "ProblemError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Reads an answer that is not a success; never throws, whatever stands in it. */
export async function problemOf(response: Response): Promise<Problem> {
  const fallback = {
    type: "about:blank",
    title: response.statusText || "Unexpected answer",
    status: response.status,
    detail: `The archive answered with status ${response.status} and no explanation.`,
    errors: [],
  };
  const fields = asFields(await response.text().catch(() => ""));
  return {
    type: asText(fields.type) ?? fallback.type,
    title: asText(fields.title) ?? fallback.title,
    status: response.status,
    detail: asText(fields.detail) ?? fallback.detail,
    errors: asFaults(fields.errors),
    ...asPlace(fields),
  };
}

function asPlace({ column, length, expected }: Record<string, unknown>): { place?: Place } {
  const whole = typeof column === "number" && typeof length === "number" && typeof expected === "string";
  return whole ? { place: { column, length, expected } } : {};
}

function asFields(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function asFaults(value: unknown): Problem["errors"] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    const { field, problem } = (each ?? {}) as Record<string, unknown>;
    return typeof field === "string" && typeof problem === "string" ? [{ field, problem }] : [];
  });
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
