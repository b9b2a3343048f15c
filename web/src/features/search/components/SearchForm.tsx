import Button from "@cloudscape-design/components/button";
import { useId, useState } from "react";

import { QueryBox } from "@/features/search/components/QueryBox";
import { QueryFault } from "@/features/search/components/QueryFault";
import styles from "@/features/search/components/Search.module.css";
import type { Place } from "@/lib/api/problem";

interface SearchFormProps {
  query: string;
  /** Where the query cannot be read, if it was asked and could not. */
  fault: Place | undefined;
  onSearch: (query: string) => void;
}

/** The query box. Nothing is searched for until it is sent. */
export function SearchForm({ query, fault, onSearch }: SearchFormProps) {
  const [draft, setDraft] = useState(query);
  const faultId = useId();
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
        <QueryBox
          draft={draft}
          faultId={fault && faultId}
          onDraft={setDraft}
          onEnter={(text) => onSearch(text.trim())}
        />
        {fault ? <QueryFault id={faultId} query={query} place={fault} /> : null}
      </div>
      <Button variant="primary" formAction="submit">
        Search
      </Button>
    </form>
  );
}
