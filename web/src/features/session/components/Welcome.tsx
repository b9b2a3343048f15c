import type { ReactNode } from "react";

import styles from "@/features/session/components/Welcome.module.css";

/** The page in front of the console. */
export function Welcome({ children }: { children: ReactNode }) {
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <img src="/favicon.svg" alt="" width={48} height={48} />
        <h1 className={styles.name}>Quire</h1>
        <p className={styles.line}>The chat archive that proves instead of promising.</p>
        {children}
      </div>
    </main>
  );
}
