/** Text as it is, or a character that would not show, named so that a reader sees it was there. */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "invisible"; label: string; code: string; name: string; count: number };

/** Characters that reorder or hide text around them; directional marks and joiners, which languages need, stay. */
const NAMED: Record<number, [label: string, name: string]> = {
  0x00ad: ["SHY", "soft hyphen"],
  0x180e: ["MVS", "Mongolian vowel separator"],
  0x200b: ["ZWSP", "zero width space"],
  0x202a: ["LRE", "left-to-right embedding"],
  0x202b: ["RLE", "right-to-left embedding"],
  0x202c: ["PDF", "pop directional formatting"],
  0x202d: ["LRO", "left-to-right override"],
  0x202e: ["RLO", "right-to-left override"],
  0x2060: ["WJ", "word joiner"],
  0x2061: ["FA", "function application"],
  0x2062: ["IT", "invisible times"],
  0x2063: ["IS", "invisible separator"],
  0x2064: ["IP", "invisible plus"],
  0x2066: ["LRI", "left-to-right isolate"],
  0x2067: ["RLI", "right-to-left isolate"],
  0x2068: ["FSI", "first strong isolate"],
  0x2069: ["PDI", "pop directional isolate"],
  0xfeff: ["BOM", "zero width no-break space"],
  0xfff9: ["IAA", "interlinear annotation anchor"],
  0xfffa: ["IAS", "interlinear annotation separator"],
  0xfffb: ["IAT", "interlinear annotation terminator"],
};

// A black flag followed by tag characters is a flag emoji (England, Scotland, Wales): those tags are meant to be there.
const FLAG = "\\u{1F3F4}[\\u{E0020}-\\u{E007E}]+\\u{E007F}";
const HIDDEN =
  "[\\x00-\\x08\\x0B-\\x1F\\x7F-\\x9F\\xAD\\u180E\\u200B\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u2069\\uFEFF\\uFFF9-\\uFFFB\\u{E0000}-\\u{E007F}]|\\p{Surrogate}";
const FIND = new RegExp(`(${FLAG})|\\r\\n|(${HIDDEN})\\2*`, "gu");

/**
 * Splits text into what shows and what would not.
 *
 * Bidirectional overrides, isolates, zero-width characters, controls, tags and lone surrogates come out as pieces of
 * their own and never reach the page as characters, so they can neither reorder nor hide what stands around them.
 * A run of one such character is one piece with its count. Line ends come out as `\n`.
 */
export function splitInvisible(text: string): Piece[] {
  const pieces: Piece[] = [];
  let shown = "";
  let from = 0;
  for (const match of text.matchAll(FIND)) {
    shown += text.slice(from, match.index);
    from = match.index + match[0].length;
    const hidden = match[2];
    if (hidden === undefined) {
      shown += match[1] ?? "\n";
      continue;
    }
    if (shown !== "") pieces.push({ kind: "text", text: shown });
    shown = "";
    pieces.push(invisible(hidden, match[0].length / hidden.length));
  }
  shown += text.slice(from);
  if (shown !== "") pieces.push({ kind: "text", text: shown });
  return pieces;
}

/** JSON whose invisible characters are written as escapes, so that it reads as what it is. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(new RegExp(HIDDEN, "gu"), (hidden) =>
    Array.from({ length: hidden.length }, (_, index) => escapeUnit(hidden.charCodeAt(index))).join(""),
  );
}

function invisible(character: string, count: number): Piece {
  const point = character.codePointAt(0) ?? 0;
  const code = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  const [label, name] = NAMED[point] ?? [code, describe(point)];
  return { kind: "invisible", label, code, name, count };
}

function describe(point: number): string {
  if (point >= 0xe0000) return "tag character";
  if (point >= 0xd800 && point <= 0xdfff) return "lone surrogate";
  return "control character";
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
