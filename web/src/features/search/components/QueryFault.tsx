import styles from "@/features/search/components/Search.module.css";
import type { Place } from "@/lib/api/problem";

interface QueryFaultProps {
  id: string;
  query: string;
  place: Place;
}

/** Where a query cannot be read, under its column, and what was expected there. */
export function QueryFault({ id, query, place }: QueryFaultProps) {
  // The API counts characters, JavaScript counts halves of some of them.
  const characters = Array.from(query);
  const from = place.column - 1;
  const wrong = characters.slice(from, from + place.length).join("");
  return (
    <div id={id} role="alert" className={styles.fault}>
      <code className={styles.faulty}>
        {characters.slice(0, from).join("")}
        <mark>{wrong === "" ? "\u00a0" : wrong}</mark>
        {characters.slice(from + place.length).join("")}
      </code>
      <span>
        Column {place.column}: expected {place.expected}
      </span>
    </div>
  );
}
