export type Bytes = Uint8Array<ArrayBuffer>;

/** A fact that is not as it should be. */
export class Wrong extends Error {}

/** Something this browser cannot check. */
export class Unable extends Error {}

/** The bytes that lower-case hexadecimal digits stand for. */
export function fromHex(text: string): Bytes {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new Wrong("Something that should be hexadecimal is not.");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The bytes that base64 (RFC 4648, section 4) stands for, written the one way there is. */
export function fromBase64(text: string): Bytes {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new Wrong("Something that should be base64 is not.");
  }
  if (btoa(binary) !== text) throw new Wrong("Something that should be base64 is not.");
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** The text that these bytes of UTF-8 are. */
export function textOf(bytes: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Wrong("Something that should be text is not.");
  }
}

/** The bytes of a text in UTF-8. */
export function bytesOf(text: string): Bytes {
  return Uint8Array.from(new TextEncoder().encode(text));
}

export function concat(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

export function same(one: Bytes, other: Bytes): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
