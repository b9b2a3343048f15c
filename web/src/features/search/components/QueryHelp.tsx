import Box from "@cloudscape-design/components/box";

import styles from "@/features/search/components/Search.module.css";

const EXAMPLES: [string, string][] = [
  ["merger plans", "both words, in any form"],
  ['"merger plans"', "exactly these words, side by side"],
  ["merger OR takeover", "either; AND binds tighter, NOT tightest"],
  ["merger -lunch", "one without the other"],
  ["merger NEAR/5 plans", "at most five words between; BEFORE/5 in this order"],
  ["merg* organi?ation", "forms of a word"],
  ["acquisition~1", "a letter off"],
  ["from:anna to:bob in:deals", "who, to whom, where"],
  ["has:attachment filetype:pdf", "what it carries"],
  ["is:edited is:deleted", "what became of it"],
  ["during:2026-03 before:2026-03-15", "when, in your time zone"],
];

/** What can be asked, by example. */
export function QueryHelp() {
  return (
    <Box textAlign="left" color="inherit">
      <dl className={styles.examples}>
        {EXAMPLES.map(([query, meaning]) => (
          <div key={query}>
            <dt>
              <code>{query}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Box>
  );
}
