import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import { useId, useState } from "react";

import { QueryFault } from "@/features/search/components/QueryFault";
import styles from "@/features/search/components/Search.module.css";
import type { Place } from "@/lib/api/problem";

interface SearchFormProps {
  query: string;
  /** Where the query cannot be read, if it was asked and could not. */
  fault: Place | undefined;
  onSearch: (query: string) => void;
}

/** The query box. Nothing is asked until it is sent. */
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
        <Input
          type="search"
          name="q"
          value={draft}
          onChange={({ detail }) => setDraft(detail.value)}
          placeholder="Words people wrote"
          ariaLabel="Search messages"
          clearAriaLabel="Clear the query"
          invalid={fault !== undefined}
          {...(fault && { ariaDescribedby: faultId })}
        />
        {fault ? <QueryFault id={faultId} query={query} place={fault} /> : null}
      </div>
      <Button variant="primary" formAction="submit">
        Search
      </Button>
    </form>
  );
}
