import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import type { Entries, Entry, Field, Pair } from "@/features/connections/fields";

interface SchemaFormProps {
  fields: Field[];
  entries: Entries;
  onChange: (entries: Entries) => void;
  /** What is wrong, by field name. */
  faults?: Record<string, string>;
  /** Secrets that are there already: left empty, they stay. */
  present?: string[];
}

/** The fields that a platform's manifest asks for. */
export function SchemaForm({ fields, entries, onChange, faults = {}, present = [] }: SchemaFormProps) {
  return (
    <SpaceBetween size="l">
      {fields.map((field) => (
        <FormField
          key={field.name}
          label={
            <>
              {field.title}
              {field.required ? null : <i> - optional</i>}
            </>
          }
          description={field.description}
          constraintText={hint(field, present.includes(field.name))}
          errorText={faults[field.name]}
        >
          <FieldControl
            field={field}
            entry={entries[field.name] ?? ""}
            onChange={(entry) => onChange({ ...entries, [field.name]: entry })}
          />
        </FormField>
      ))}
    </SpaceBetween>
  );
}

interface FieldControlProps {
  field: Field;
  entry: Entry;
  onChange: (entry: Entry) => void;
}

function FieldControl({ field, entry, onChange }: FieldControlProps) {
  if (Array.isArray(entry) || field.kind === "pairs") {
    return <Pairs title={field.title} pairs={Array.isArray(entry) ? entry : []} onChange={onChange} />;
  }
  if (field.kind === "choice") {
    const options = field.choices.map((value) => ({ value, label: value }));
    return (
      <Select
        options={options}
        selectedOption={options.find(({ value }) => value === entry) ?? null}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    );
  }
  if (field.kind === "text" || field.kind === "lines") {
    return (
      <Textarea
        value={entry}
        rows={field.kind === "lines" ? 3 : 6}
        spellcheck={false}
        onChange={({ detail }) => onChange(detail.value)}
      />
    );
  }
  return (
    <Input
      value={entry}
      type={field.secret ? "password" : field.kind === "number" ? "number" : "text"}
      autoComplete={field.secret ? "new-password" : "off"}
      placeholder={field.example}
      spellcheck={false}
      onChange={({ detail }) => onChange(detail.value)}
    />
  );
}

/** Names with a text each: certificates by id. */
function Pairs({ title, pairs, onChange }: { title: string; pairs: Pair[]; onChange: (pairs: Pair[]) => void }) {
  const put = (index: number, pair: Partial<Pair>) =>
    onChange(pairs.map((each, at) => (at === index ? { ...each, ...pair } : each)));
  return (
    <SpaceBetween size="s">
      {pairs.map(({ name, text }, index) => (
        <SpaceBetween key={index} size="xxs">
          <Input
            value={name}
            ariaLabel={`${title}: name ${index + 1}`}
            placeholder="Name"
            onChange={({ detail }) => put(index, { name: detail.value })}
          />
          <Textarea
            value={text}
            ariaLabel={`${title}: value ${index + 1}`}
            rows={4}
            spellcheck={false}
            onChange={({ detail }) => put(index, { text: detail.value })}
          />
          <Button variant="inline-link" onClick={() => onChange(pairs.filter((_, at) => at !== index))}>
            Take away
          </Button>
        </SpaceBetween>
      ))}
      <Button iconName="add-plus" onClick={() => onChange([...pairs, { name: "", text: "" }])}>
        Add one
      </Button>
      {pairs.length === 0 ? <Box variant="small">None yet.</Box> : null}
    </SpaceBetween>
  );
}

function hint(field: Field, present: boolean): string | undefined {
  if (present) return "Set. Leave it empty to keep it; it is never shown.";
  return field.kind === "lines" ? "One a line." : undefined;
}
