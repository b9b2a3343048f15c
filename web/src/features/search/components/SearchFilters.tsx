import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";

import { ambiguousLabels, channelLabel } from "@/components/channelLabel";
import { useChannels } from "@/components/useChannels";
import { useMediaQuery } from "@/components/useMediaQuery";
import styles from "@/features/search/components/Search.module.css";
import { TimeRange } from "@/features/search/components/TimeRange";
import { filterCount, type SearchState } from "@/features/search/searchState";
import type { Channel, Hit } from "@/lib/api/types";
import { platformName } from "@/lib/names";

interface SearchFiltersProps {
  state: SearchState;
  hits: Hit[];
  onChange: (change: Partial<SearchState>) => void;
}

/** Narrow a search by where, who and when; folded away on a phone. */
export function SearchFilters(props: SearchFiltersProps) {
  const narrow = useMediaQuery("(max-width: 688px)");
  const count = filterCount(props.state);
  if (!narrow) return <Fields {...props} />;
  return (
    <ExpandableSection headerText={count > 0 ? `Filters (${count})` : "Filters"}>
      <Fields {...props} />
    </ExpandableSection>
  );
}

function Fields({ state, hits, onChange }: SearchFiltersProps) {
  const channels = useChannels();
  const known = channels.data ?? [];
  return (
    <div className={styles.filters}>
      <Choice
        label="Platform"
        any="Any platform"
        value={state.platform}
        options={platformOptions(known.map(({ platform }) => platform))}
        // A channel lies on one platform: it is let go with the platform.
        onChange={(platform) => onChange({ platform, channelId: "" })}
      />
      <Choice
        label="Channel"
        any="Any channel"
        value={state.channelId}
        options={channelOptions(known, state.platform)}
        status={channels.isPending ? "loading" : channels.isError ? "error" : "finished"}
        onChange={(channelId) => onChange({ channelId })}
      />
      <Choice
        label="Sender"
        any="Any sender"
        value={state.userId}
        options={senders(hits)}
        onChange={(userId) => onChange({ userId })}
      />
      <FormField label="Time">
        <TimeRange from={state.from} to={state.to} onChange={onChange} />
      </FormField>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  any: string;
  value: string;
  options: SelectProps.Option[];
  status?: SelectProps["statusType"];
  onChange: (value: string) => void;
}

function Choice({ label, any, value, options, status, onChange }: ChoiceProps) {
  const all = [{ value: "", label: any }, ...options];
  const selected = all.find((option) => option.value === value) ?? { value, label: value };
  return (
    <FormField label={label}>
      <Select
        selectedOption={selected}
        options={all}
        statusType={status}
        loadingText="Loading"
        errorText="The list could not be loaded"
        filteringType={all.length > 8 ? "auto" : "none"}
        filteringAriaLabel={`Find a ${label.toLowerCase()}`}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}

function channelOptions(known: Channel[], platform: string): SelectProps.Option[] {
  const ambiguous = ambiguousLabels(known);
  return known
    .filter((channel) => platform === "" || channel.platform === platform)
    .map((channel) => {
      const label = channelLabel(channel);
      const where = platformName(channel.platform);
      const description = ambiguous.has(label) ? `${where}, ${channel.platformId}` : where;
      return { value: channel.channelId, label, description };
    })
    .sort((one, other) => one.label.localeCompare(other.label));
}

function platformOptions(seen: string[]): SelectProps.Option[] {
  return [...new Set(seen)].sort().map((platform) => ({ value: platform, label: platformName(platform) }));
}

/** Those who wrote the messages found so far: who else wrote is not known without asking for it. */
function senders(hits: Hit[]): SelectProps.Option[] {
  const names = new Map<string, string>();
  for (const { userId, userName } of hits) if (userId) names.set(userId, userName ?? userId);
  return [...names]
    .map(([value, label]) => ({ value, label }))
    .sort((one, other) => one.label.localeCompare(other.label));
}
