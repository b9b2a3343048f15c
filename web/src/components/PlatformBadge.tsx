import styles from "@/components/PlatformBadge.module.css";
import { platformName } from "@/lib/names";

/** Where a message was written. */
export function PlatformBadge({ platform }: { platform: string }) {
  return (
    <span className={styles.badge} data-platform={platform}>
      <span className={styles.dot} aria-hidden="true" />
      {platformName(platform)}
    </span>
  );
}
