import type { ReactNode } from "react";

import { SafeText } from "@/components/SafeText";
import styles from "@/features/message/components/Evidence.module.css";

/** One line of a description list. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A name for machines, broken wherever it has to be. */
export function Id({ text }: { text: string }) {
  return (
    <code className={styles.id}>
      <SafeText text={text} />
    </code>
  );
}
