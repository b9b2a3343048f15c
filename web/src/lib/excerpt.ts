/** The first `length` UTF-16 units of `text`, not cutting a character in two; the whole text when it is short enough. */
export function excerpt(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const cut = last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
  return text.slice(0, cut);
}
