import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";

import { type Problem, ProblemError } from "@/lib/api/problem";

/** What went wrong, in the API's own words, and a way to try again. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, detail, type, errors } = explain(error);
  return (
    <Alert
      type="error"
      header={title}
      action={onRetry ? <Button onClick={onRetry}>Try again</Button> : undefined}
      i18nStrings={{ errorIconAriaLabel: "Error" }}
    >
      {detail}
      {errors.length > 0 ? (
        <ul>
          {errors.map(({ field, problem }) => (
            <li key={field}>
              <code>{field}</code>: {problem}
            </li>
          ))}
        </ul>
      ) : null}
      {type === null ? null : (
        <Box variant="small" display="block">
          <code>{type}</code>
        </Box>
      )}
    </Alert>
  );
}

interface Explained extends Pick<Problem, "title" | "detail" | "errors"> {
  type: string | null;
}

function explain(error: unknown): Explained {
  if (error instanceof ProblemError) {
    const { type } = error.problem;
    return { ...error.problem, type: type === "about:blank" ? null : type };
  }
  if (error instanceof TypeError) {
    return {
      title: "The archive could not be reached",
      detail: "Nothing answered. Check your connection, then try again.",
      type: null,
      errors: [],
    };
  }
  return {
    title: "The console made a mistake",
    detail: error instanceof Error ? error.message : "Something unexpected happened.",
    type: null,
    errors: [],
  };
}
