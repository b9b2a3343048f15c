import Alert from "@cloudscape-design/components/alert";

import { Timestamp } from "@/components/Timestamp";

/** Says that the index does not answer, and from when on everything is shown. */
export function PartialBanner({ window }: { window: { since: string; until: string } }) {
  return (
    <Alert type="warning" header="Only what was captured lately" i18nStrings={{ warningIconAriaLabel: "Not everything" }}>
      The search index does not answer. Shown is what was sent since <Timestamp at={window.since} />; nothing older was
      looked at. The archive itself is whole.
    </Alert>
  );
}
