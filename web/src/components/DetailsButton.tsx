import Icon from "@cloudscape-design/components/icon";
import { useSearchParams } from "react-router";

import styles from "@/components/DetailsButton.module.css";

/** The address parameter that names the message whose details are open beside the page. */
export const DETAILS = "details";

/** Opens the details of a message beside the page. */
export function DetailsButton({ messageId, label }: { messageId: string; label: string }) {
  const [, setParameters] = useSearchParams();
  return (
    <button
      type="button"
      className={styles.button}
      aria-label={label}
      title="Details"
      onClick={() =>
        setParameters(
          (parameters) => {
            parameters.set(DETAILS, messageId);
            return parameters;
          },
          { replace: true, preventScrollReset: true },
        )
      }
    >
      <Icon name="ellipsis" variant="subtle" />
    </button>
  );
}
