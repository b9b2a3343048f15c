import ColumnLayout from "@cloudscape-design/components/column-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import styles from "@/features/connections/components/Connections.module.css";
import type { Platform } from "@/lib/api/types";
import { sentence } from "@/lib/names";

/** What is captured of a platform and what is not, and within which limits. */
export function Coverage({ platform }: { platform: Platform }) {
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        <div>
          <StatusIndicator type="success">Captured</StatusIndicator>
          <Phrases of={platform.captures} />
        </div>
        <div>
          <StatusIndicator type="warning">Not captured, and cannot be</StatusIndicator>
          <Phrases of={platform.cannotCapture} />
        </div>
      </ColumnLayout>
      <ExpandableSection headerText="Limits, and what runs when">
        <Phrases
          of={[
            ...platform.limits.map(({ text }) => text),
            ...platform.tasks.map(({ name, summary, everySeconds }) => `${sentence(name)}, ${every(everySeconds)}: ${summary}`),
          ]}
        />
      </ExpandableSection>
    </SpaceBetween>
  );
}

/** What has to be done at the platform, step by step. */
export function Setup({ platform }: { platform: Platform }) {
  return (
    <ol className={styles.phrases}>
      {platform.setup.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  );
}

function Phrases({ of }: { of: string[] }) {
  return (
    <ul className={styles.phrases}>
      {of.map((phrase) => (
        <li key={phrase}>{phrase}</li>
      ))}
    </ul>
  );
}

const UNITS: [string, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

function every(seconds: number): string {
  const [unit, size] = UNITS.find(([, each]) => seconds % each === 0) ?? ["second", 1];
  return seconds === size ? `every ${unit}` : `every ${(seconds / size).toLocaleString()} ${unit}s`;
}
