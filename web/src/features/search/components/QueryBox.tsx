import Autosuggest, { type AutosuggestProps } from "@cloudscape-design/components/autosuggest";
import { useRef, useState } from "react";

import { useCompletions } from "@/features/search/api/useCompletions";
import { completed, fits, type Typing, typingAt } from "@/features/search/completing";
import type { Completion } from "@/lib/api/types";
import { platformName } from "@/lib/names";

interface QueryBoxProps {
  draft: string;
  /** The element that says what is wrong with the query, if anything is. */
  faultId: string | undefined;
  onDraft: (draft: string) => void;
  /** Enter was pressed, and no suggestion was chosen. */
  onEnter: (query: string) => void;
}

const GROUPS: { kind: Completion["kind"]; label: string }[] = [
  { kind: "person", label: "People" },
  { kind: "channel", label: "Conversations" },
  { kind: "query", label: "Your past queries" },
];

/** Where a query is written, with what may be meant. Choosing only writes; Enter by itself searches. */
export function QueryBox({ draft, faultId, onDraft, onEnter }: QueryBoxProps) {
  const box = useRef<HTMLDivElement>(null);
  const [caret, setCaret] = useState(draft.length);
  const [asked, setAsked] = useState<Typing>();
  const { completions, failed } = useCompletions(asked);
  const caretIn = (text: string) => {
    const input = box.current?.querySelector("input");
    return input?.value === text ? (input.selectionStart ?? text.length) : text.length;
  };
  return (
    <div ref={box}>
      <Autosuggest
        name="q"
        value={draft}
        options={optionsOf(completions, typingAt(draft, caret))}
        filteringType="manual"
        hideEnteredTextOption
        enteredTextLabel={(text) => `Search for ${text}`}
        statusType={failed ? "error" : "finished"}
        errorText="Suggestions could not be loaded"
        errorIconAriaLabel="Error"
        placeholder="Words people wrote"
        ariaLabel="Search messages"
        clearAriaLabel="Clear the query"
        disableBrowserAutocorrect
        invalid={faultId !== undefined}
        {...(faultId !== undefined && { ariaDescribedby: faultId })}
        onChange={({ detail: { value } }) => {
          setCaret(caretIn(value));
          onDraft(value);
        }}
        onLoadItems={({ detail: { filteringText } }) => setAsked(typingAt(filteringText, caretIn(filteringText)))}
        onSelect={({ detail }) => {
          if (detail.selectedOption === undefined) onEnter(detail.value);
        }}
      />
    </div>
  );
}

/** Each option's value is the whole text that choosing it gives. */
function optionsOf(completions: Completion[], typing: Typing): AutosuggestProps.OptionGroup[] {
  const fitting = completions.filter((each) => fits(each, typing));
  return GROUPS.map(({ kind, label }) => ({
    label,
    options: fitting
      .filter((each) => each.kind === kind)
      .map((each) => ({ value: completed(each, typing), label: each.label, ...described(each) })),
  })).filter(({ options }) => options.length > 0);
}

function described({ kind, detail }: Completion): { description?: string } {
  if (!detail) return {};
  return { description: kind === "channel" ? platformName(detail) : detail };
}
