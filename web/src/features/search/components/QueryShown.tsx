import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { SearchAnswer } from "@/lib/api/types";

/** How a query was understood, and what is worth knowing about the names in it. */
export function QueryShown({ query }: { query: SearchAnswer["query"] }) {
  return (
    <SpaceBetween size="xs">
      <Box variant="p" color="text-body-secondary">
        Looked for {query.words}.
      </Box>
      {query.notes.length > 0 ? (
        <Alert type="info" i18nStrings={{ infoIconAriaLabel: "Note" }}>
          {query.notes.map((note) => (
            <div key={note}>{note}.</div>
          ))}
        </Alert>
      ) : null}
    </SpaceBetween>
  );
}
