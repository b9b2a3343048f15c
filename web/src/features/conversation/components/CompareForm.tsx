import Button from "@cloudscape-design/components/button";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TimeInput from "@cloudscape-design/components/time-input";
import { useState } from "react";

import { pickedInstant, pickerParts } from "@/lib/time";

interface CompareFormProps {
  from: string;
  to: string;
  onChange: (moments: { from: string; to: string }) => void;
}

/** Chooses the two moments. */
export function CompareForm({ from, to, onChange }: CompareFormProps) {
  const [earlier, setEarlier] = useState(pickerParts(from));
  const [later, setLater] = useState(pickerParts(to));
  const picked = { from: pickedInstant(earlier.day, earlier.time), to: pickedInstant(later.day, later.time) };
  const inOrder = picked.from !== null && picked.to !== null && picked.from <= picked.to;
  return (
    <form
      aria-label="Two moments"
      onSubmit={(event) => {
        event.preventDefault();
        if (inOrder && picked.from !== null && picked.to !== null) onChange({ from: picked.from, to: picked.to });
      }}
    >
      <SpaceBetween direction="horizontal" size="m" alignItems="end">
        <Moment label="From" value={earlier} onChange={setEarlier} />
        <Moment label="To" value={later} onChange={setLater} />
        <Button formAction="submit" disabled={!inOrder}>
          Compare
        </Button>
      </SpaceBetween>
    </form>
  );
}

interface Parts {
  day: string;
  time: string;
}

function Moment({ label, value, onChange }: { label: string; value: Parts; onChange: (value: Parts) => void }) {
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="end">
      <FormField label={`${label}, day`}>
        <DatePicker
          value={value.day}
          placeholder="YYYY/MM/DD"
          i18nStrings={{ openCalendarAriaLabel: (selected) => `${label}: choose a day${selected ? `, ${selected}` : ""}` }}
          onChange={({ detail }) => onChange({ ...value, day: detail.value })}
        />
      </FormField>
      <FormField label={`${label}, time`}>
        <TimeInput
          value={value.time}
          placeholder="hh:mm:ss"
          onChange={({ detail }) => onChange({ ...value, time: detail.value })}
        />
      </FormField>
    </SpaceBetween>
  );
}
