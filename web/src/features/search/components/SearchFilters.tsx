import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect, { type MultiselectProps } from "@cloudscape-design/components/multiselect";

import { useMediaQuery } from "@/components/useMediaQuery";
import { Histogram } from "@/features/search/components/Histogram";
import styles from "@/features/search/components/Search.module.css";
import { TimeRange } from "@/features/search/components/TimeRange";
import { type FilterName, filterCount, type SearchState } from "@/features/search/searchState";
import type { Facet, FacetName } from "@/lib/api/types";
import { platformName } from "@/lib/names";

interface SearchFiltersProps {
  state: SearchState;
  /** Counts over the whole result; none before there is one. */
  facets: Facet[];
  onChange: (change: Partial<SearchState>) => void;
}

interface Kind {
  facet: FacetName;
  filter: FilterName;
  label: string;
}

const KINDS: Kind[] = [
  { facet: "platform", filter: "platform", label: "Platform" },
  { facet: "channel", filter: "channelId", label: "Channel" },
  { facet: "sender", filter: "userId", label: "Sender" },
  { facet: "type", filter: "type", label: "Kind of conversation" },
  { facet: "flag", filter: "flag", label: "Marked" },
  { facet: "fileType", filter: "fileType", label: "File type" },
  { facet: "language", filter: "language", label: "Language" },
];
const FLAG_LABELS: Record<string, string> = {
  edited: "Edited",
  deleted: "Deleted",
  external: "With outsiders",
  flagged: "Flagged",
  files: "With files",
};
const MANY = 8;

/** Narrow a search by what it found, with counts over all of it; folded away on a phone. */
export function SearchFilters(props: SearchFiltersProps) {
  const narrow = useMediaQuery("(max-width: 688px)");
  const count = filterCount(props.state);
  if (!narrow) return <Fields {...props} />;
  return (
    <ExpandableSection headerText={count > 0 ? `Filters (${String(count)})` : "Filters"}>
      <Fields {...props} />
    </ExpandableSection>
  );
}

function Fields({ state, facets, onChange }: SearchFiltersProps) {
  const spans = facets.find(({ name }) => name === "day" || name === "month");
  return (
    <div className={styles.narrowing}>
      <div className={styles.filters}>
        {KINDS.map((kind) => (
          <Choice
            key={kind.filter}
            kind={kind}
            chosen={state[kind.filter]}
            facet={facets.find(({ name }) => name === kind.facet)}
            onChange={(values) => onChange({ [kind.filter]: values })}
          />
        ))}
        <FormField label="Time">
          <TimeRange from={state.from} to={state.to} onChange={onChange} />
        </FormField>
      </div>
      {spans ? <Histogram facet={spans} onChange={onChange} /> : null}
    </div>
  );
}

interface ChoiceProps {
  kind: Kind;
  chosen: string[];
  facet: Facet | undefined;
  onChange: (values: string[]) => void;
}

/** One facet: its values with how many messages each would leave. Choosing one does not hide the others. */
function Choice({ kind, chosen, facet, onChange }: ChoiceProps) {
  const options = optionsOf(kind, facet, chosen);
  const selected = options.filter(({ value }) => value !== undefined && chosen.includes(value));
  const note = facet?.more ? "Only the most frequent are listed" : undefined;
  return (
    <FormField label={kind.label} description={note}>
      <Multiselect
        selectedOptions={selected}
        options={options}
        placeholder="Any"
        empty="Nothing found has one"
        filteringType={options.length > MANY ? "auto" : "none"}
        filteringAriaLabel={`Find in ${kind.label.toLowerCase()}`}
        tokenLimit={2}
        deselectAriaLabel={(option) => `Any ${kind.label.toLowerCase()} but ${option.label ?? ""}`}
        onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value }) => value ?? ""))}
      />
    </FormField>
  );
}

function optionsOf(kind: Kind, facet: Facet | undefined, chosen: string[]): MultiselectProps.Option[] {
  const counted = (facet?.values ?? []).map(({ value, label, count }) => ({
    value,
    label: labelOf(kind.facet, value, label),
    labelTag: `${facet?.exact === false ? "at least " : ""}${count.toLocaleString()}`,
  }));
  const known = new Set(counted.map(({ value }) => value));
  const others = chosen.filter((value) => !known.has(value));
  return [...counted, ...others.map((value) => ({ value, label: labelOf(kind.facet, value, value) }))];
}

function labelOf(facet: FacetName, value: string, label: string): string {
  if (facet === "platform") return platformName(value);
  if (facet === "flag") return FLAG_LABELS[value] ?? label;
  if (facet === "language") return new Intl.DisplayNames(["en"], { type: "language", fallback: "code" }).of(value) ?? label;
  return label;
}
