import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";

import { ProblemError } from "@/lib/api/problem";

/** What went wrong, in the API's own words, and a way to try again. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, detail, type } = explain(error);
  return (
    <Alert
      type="error"
      header={title}
      action={onRetry ? <Button onClick={onRetry}>Try again</Button> : undefined}
      i18nStrings={{ errorIconAriaLabel: "Error" }}
    >
      {detail}
      {type === null ? null : (
        <Box variant="small" display="block">
          <code>{type}</code>
        </Box>
      )}
    </Alert>
  );
}

function explain(error: unknown): { title: string; detail: string; type: string | null } {
  if (error instanceof ProblemError) {
    const { title, detail, type } = error.problem;
    return { title, detail, type: type === "about:blank" ? null : type };
  }
  if (error instanceof TypeError) {
    return {
      title: "The archive could not be reached",
      detail: "Nothing answered. Check your connection, then try again.",
      type: null,
    };
  }
  return {
    title: "The console made a mistake",
    detail: error instanceof Error ? error.message : "Something unexpected happened.",
    type: null,
  };
}
