import ExpandableSection from "@cloudscape-design/components/expandable-section";

import { SafeText } from "@/components/SafeText";
import type { Explanation } from "@/lib/api/types";

/** Why a message was found, and why it stands where it stands. */
export function Why({ explanation }: { explanation: Explanation }) {
  return (
    <ExpandableSection variant="footer" headerText="Why this is here">
      <ul>
        {explanation.reasons.map(({ part, words }) => (
          <li key={part}>
            <SafeText text={words.charAt(0).toUpperCase() + words.slice(1)} />
          </li>
        ))}
        <li>
          <SafeText text={explanation.rank} />
        </li>
      </ul>
    </ExpandableSection>
  );
}
