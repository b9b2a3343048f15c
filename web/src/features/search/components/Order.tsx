import Select from "@cloudscape-design/components/select";

import type { SearchState } from "@/features/search/searchState";
import type { Sort } from "@/lib/api/types";

const LABELS: Record<Sort, string> = { relevance: "Best match first", newest: "Newest first", oldest: "Oldest first" };
const OPTIONS = Object.entries(LABELS).map(([value, label]) => ({ value, label }));

interface OrderProps {
  state: SearchState;
  onChange: (change: Partial<SearchState>) => void;
}

/** In which order hits come. Unless chosen, words rank by relevance and everything else comes newest first. */
export function Order({ state, onChange }: OrderProps) {
  const value = state.sort || (state.query ? "relevance" : "newest");
  return (
    <Select
      selectedOption={{ value, label: LABELS[value] }}
      options={OPTIONS}
      ariaLabel="Order"
      onChange={({ detail }) => onChange({ sort: detail.selectedOption.value as Sort })}
    />
  );
}
