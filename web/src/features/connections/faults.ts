import { ProblemError } from "@/lib/api/problem";

/**
 * What is wrong with the fields of a part of the request (`configuration`, `secrets`), by field name, with a capital
 * letter and a full stop. Faults within a field are the field's.
 */
export function faultsOf(error: unknown, part: string): Record<string, string> {
  if (!(error instanceof ProblemError)) return {};
  const faults: Record<string, string> = {};
  for (const { field, problem } of error.problem.errors) {
    const [where, name] = field.split(".");
    if (where === part && name !== undefined) faults[name] ??= `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`;
  }
  return faults;
}
