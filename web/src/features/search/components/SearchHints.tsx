import Box from "@cloudscape-design/components/box";

import { QueryHelp } from "@/features/search/components/QueryHelp";

/** What to do before anything was asked. */
export function SearchHints() {
  return (
    <Box textAlign="center" padding={{ vertical: "xxl" }} color="text-body-secondary">
      <Box variant="h3" tagOverride="h2" color="inherit">
        Look through everything that was captured
      </Box>
      <Box variant="p" color="inherit">
        A message has to say all your words, in any order; put “words in quotes” that have to stand together. Edited and
        deleted messages are found too, by what they say now and by what they said before.
      </Box>
      <QueryHelp />
    </Box>
  );
}
