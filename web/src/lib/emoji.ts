// Slack's own short names (the "iamcal" set), by the emoji's code points: "1F44D" -> "+1".
import shortNames from "emojibase-data/en/shortcodes/iamcal.json";

/** What Teams calls its classic reactions, where Slack's names do not say it already. */
const TEAMS: Record<string, string> = { angry: "😠", laugh: "😆", like: "👍", sad: "😢", surprised: "😮" };

const byName = new Map<string, string>(Object.entries(TEAMS));
for (const [points, names] of Object.entries(shortNames)) {
  for (const name of [names].flat()) if (!byName.has(name)) byName.set(name, glyph(points));
}

const SKIN_TONE = /^skin-tone-([2-6])$/;
const LIGHTEST = 0x1f3fb;

/**
 * How a reaction shows: its emoji where it is given or the platform's short name of it is known ("+1::skin-tone-3" too),
 * else that name between colons, as a workspace's own emoji.
 */
export function reactionGlyph(emoji: string): string {
  const glyph = shortNameGlyph(emoji);
  if (glyph !== null) return glyph;
  const [name = ""] = emoji.replaceAll(/^:|:$/g, "").split("::");
  return /^[\w+-]+$/.test(name) ? `:${name}:` : emoji;
}

/** The emoji of a short name, with or without its colons and a skin tone; `null` for a name nobody shares. */
export function shortNameGlyph(shortName: string): string | null {
  const [name = "", tone = ""] = shortName.replaceAll(/^:|:$/g, "").split("::");
  const known = byName.get(name);
  return known === undefined ? null : toned(known, SKIN_TONE.exec(tone)?.[1]);
}

function glyph(points: string): string {
  const text = String.fromCodePoint(...points.split("-").map((point) => Number.parseInt(point, 16)));
  // Without this variation selector some would show as black-and-white text.
  return /^\p{Emoji_Presentation}/u.test(text) || text.length > 2 ? text : `${text}\uFE0F`;
}

function toned(text: string, tone: string | undefined): string {
  if (tone === undefined) return text;
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0);
  return first + String.fromCodePoint(LIGHTEST + Number(tone) - 2) + text.slice(first.length).replace(/^\uFE0F/, "");
}
