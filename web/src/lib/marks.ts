/** A run of text, and whether the search engine marked it as a hit. */
export interface Run {
  text: string;
  marked: boolean;
}

const TOKEN = /<(\/?)mark>|&(?:amp|lt|gt|quot|#39|#x27|#x2F|#47);/g;

const ENTITIES: Record<string, string> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&#x27;": "'",
  "&#x2F;": "/",
  "&#47;": "/",
};

/**
 * Reads a highlight: HTML-escaped text in which `<mark>` and `</mark>` surround the hits.
 *
 * That is the whole grammar. Anything else that looks like markup stays the literal text it is, so nothing a message
 * says can become an element.
 */
export function parseMarks(highlight: string): Run[] {
  const runs: Run[] = [];
  let marked = false;
  let from = 0;
  for (const match of highlight.matchAll(TOKEN)) {
    append(runs, highlight.slice(from, match.index), marked);
    const entity = ENTITIES[match[0]];
    if (entity === undefined) marked = match[1] === "";
    else append(runs, entity, marked);
    from = match.index + match[0].length;
  }
  append(runs, highlight.slice(from), marked);
  return runs;
}

function append(runs: Run[], text: string, marked: boolean): void {
  if (text === "") return;
  const last = runs.at(-1);
  if (last?.marked === marked) last.text += text;
  else runs.push({ text, marked });
}
