import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";

import styles from "@/features/search/components/Search.module.css";

/** The query box. Nothing is asked until it is sent. */
export function SearchForm({ query, onSearch }: { query: string; onSearch: (query: string) => void }) {
  const [draft, setDraft] = useState(query);
  return (
    <form
      role="search"
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(draft.trim());
      }}
    >
      <div className={styles.box}>
        <Input
          type="search"
          name="q"
          value={draft}
          onChange={({ detail }) => setDraft(detail.value)}
          placeholder="Words people wrote"
          ariaLabel="Search messages"
          clearAriaLabel="Clear the query"
        />
      </div>
      <Button variant="primary" formAction="submit">
        Search
      </Button>
    </form>
  );
}
