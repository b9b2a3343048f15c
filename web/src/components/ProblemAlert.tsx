import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";

import { type Problem, ProblemError } from "@/lib/api/problem";

const TOO_MANY = 429;

/** What went wrong, in the API's own words, and a way to try again. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, detail, type, errors, mayPass } = explain(error);
  return (
    <Alert
      type="error"
      header={title}
      action={onRetry && mayPass ? <Button onClick={onRetry}>Try again</Button> : undefined}
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
  /** Whether asking once more can help. */
  mayPass: boolean;
}

function explain(error: unknown): Explained {
  if (error instanceof ProblemError) {
    const { type, status, detail } = error.problem;
    return {
      ...error.problem,
      detail: detail.charAt(0).toUpperCase() + detail.slice(1),
      type: type === "about:blank" ? null : type,
      mayPass: status >= 500 || status === TOO_MANY,
    };
  }
  if (error instanceof TypeError) {
    return {
      title: "The archive could not be reached",
      detail: "Nothing answered. Check your connection, then try again.",
      type: null,
      errors: [],
      mayPass: true,
    };
  }
  return {
    title: "The console made a mistake",
    detail: error instanceof Error ? error.message : "Something unexpected happened.",
    type: null,
    errors: [],
    mayPass: true,
  };
}
