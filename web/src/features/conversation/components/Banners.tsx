import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";

import { formatExact, moment } from "@/lib/time";

/** Says that what is shown is of the past. */
export function AsOfBanner({ asOf, onBack }: { asOf: string; onBack: () => void }) {
  const read = moment(asOf);
  return (
    <Alert
      type="warning"
      header={`As it stood at ${read === null ? asOf : formatExact(read.date)}`}
      action={<Button onClick={onBack}>Back to now</Button>}
      i18nStrings={{ warningIconAriaLabel: "Of the past" }}
    >
      What members saw at that moment: the texts, reactions and names of then, nothing that came later. The archive holds
      more; go back to now for earlier texts and what was deleted.
    </Alert>
  );
}
