import Button from "@cloudscape-design/components/button";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TimeInput from "@cloudscape-design/components/time-input";
import { useState } from "react";

import { RouterLink } from "@/components/RouterLink";
import { pickedInstant, pickerParts } from "@/lib/time";

interface MomentFormProps {
  channelId: string;
  /** The moment that is shown; `null` for now. */
  asOf: string | null;
  onChange: (at: string | null) => void;
}

/** Takes the reader to another moment of the conversation. */
export function MomentForm({ channelId, asOf, onChange }: MomentFormProps) {
  const parts = pickerParts(asOf);
  const [day, setDay] = useState(parts.day);
  const [time, setTime] = useState(parts.time);
  const picked = pickedInstant(day, time);
  const compare = asOf === null ? "" : `?from=${encodeURIComponent(asOf)}&to=${encodeURIComponent(new Date().toISOString())}`;
  return (
    <form
      aria-label="Another moment"
      onSubmit={(event) => {
        event.preventDefault();
        if (picked !== null) onChange(picked);
      }}
    >
      <SpaceBetween direction="horizontal" size="m" alignItems="end">
        <FormField label="As it stood on">
          <DatePicker
            value={day}
            placeholder="YYYY/MM/DD"
            i18nStrings={{ openCalendarAriaLabel: (selected) => (selected ? `Choose a day, ${selected}` : "Choose a day") }}
            onChange={({ detail }) => setDay(detail.value)}
          />
        </FormField>
        <FormField label="at">
          <TimeInput value={time} placeholder="hh:mm:ss" onChange={({ detail }) => setTime(detail.value)} />
        </FormField>
        <Button formAction="submit" disabled={picked === null}>
          Show
        </Button>
        <RouterLink to={`/conversations/${encodeURIComponent(channelId)}/compare${compare}`}>
          Compare two moments
        </RouterLink>
      </SpaceBetween>
    </form>
  );
}
