/** Why a file's bytes are not in the archive, by the API's one word for it. */
const REASONS: Record<string, string> = {
  deleted_at_source: "It was deleted at the source before it could be fetched",
  expired: "Its link had expired before it could be fetched",
  not_permitted: "The connection is not allowed to read it",
  too_large: "It is larger than what is fetched",
  wrong_length: "The source sent less or more than it said",
  too_slow: "The source sent it too slowly",
  wrong_content: "The source sent something else in its place",
  address_refused: "Its address is none that files are fetched from",
  too_many_redirects: "Its address led from one place to the next",
  platform_error: "The platform could not hand it over",
  no_source: "The message does not say where it is",
  gave_up: "It could not be fetched in several tries",
};

/** The reason in words; a word we do not know is shown as it is. */
export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll("_", " ");
}
