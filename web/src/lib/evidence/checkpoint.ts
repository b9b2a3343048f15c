import { type Bytes, Unable, Wrong, bytesOf, concat, fromBase64, same, sha256 } from "@/lib/evidence/bytes";

const ED25519 = 1;
const ID_BYTES = 4;
const KEY_BYTES = 32;
const ROOT_BYTES = 32;
const DASH = "— ";

/** A log's verifier key: `<name>+<key id>+<base64 of 0x01 | public key>` (C2SP signed-note). */
export interface VerifierKey {
  name: string;
  id: Bytes;
  bytes: Bytes;
}

/** What a checkpoint says (C2SP tlog-checkpoint). */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
}

/** Reads a verifier key, whose id must be that of its bytes. */
export async function readKey(text: string): Promise<VerifierKey> {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text);
  if (match === null) throw new Wrong("The log's verifier key cannot be read.");
  const [, name = "", id = "", encoded = ""] = match;
  const raw = fromBase64(encoded);
  const digest = (await sha256(concat(bytesOf(`${name}\n`), raw))).slice(0, ID_BYTES);
  if (raw[0] !== ED25519 || raw.length !== 1 + KEY_BYTES || hex(digest) !== id) {
    throw new Wrong("The log's verifier key is no Ed25519 key.");
  }
  return { name, id: digest, bytes: raw.slice(1) };
}

/** What a signed note says, as a checkpoint of the log that `key` is named for; its signature is not checked. */
export function readCheckpoint(note: string, key: VerifierKey): Checkpoint {
  const { text } = split(note);
  const match = /^([^\n]+)\n(0|[1-9]\d*)\n([^\n]+)\n$/.exec(text);
  if (match === null) throw new Wrong("The checkpoint is not written as checkpoints are.");
  const [, origin = "", digits = "", encoded = ""] = match;
  const [size, root] = [Number(digits), fromBase64(encoded)];
  if (!Number.isSafeInteger(size) || root.length !== ROOT_BYTES) throw new Wrong("The checkpoint cannot be read.");
  if (origin !== key.name) throw new Wrong("The checkpoint is another log's.");
  return { origin, size, root };
}

/** Throws unless `key` has signed the note: {@link Wrong}, or {@link Unable} in a browser that knows no Ed25519. */
export async function checkSignature(note: string, key: VerifierKey): Promise<void> {
  const { text, signatures } = split(note);
  const mine = signatures.filter(({ name, raw }) => name === key.name && same(raw.slice(0, ID_BYTES), key.id));
  const [signature] = mine;
  if (signature === undefined || mine.length > 1) throw new Wrong("The checkpoint is not signed with the log's key.");
  if (!(await holds(key.bytes, signature.raw.slice(ID_BYTES), bytesOf(text)))) {
    throw new Wrong("The checkpoint's signature does not hold.");
  }
}

function split(note: string): { text: string; signatures: { name: string; raw: Bytes }[] } {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) throw new Wrong("The checkpoint is not a signed note.");
  const signatures = note
    .slice(end + 2, -1)
    .split("\n")
    .map((line) => {
      const [name = "", encoded = "", ...more] = line.slice(DASH.length).split(" ");
      if (!line.startsWith(DASH) || name === "" || encoded === "" || more.length > 0) {
        throw new Wrong("A signature of the checkpoint cannot be read.");
      }
      return { name, raw: fromBase64(encoded) };
    });
  return { text: note.slice(0, end + 1), signatures };
}

async function holds(key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  let imported: CryptoKey;
  try {
    imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch (error) {
    if ((error instanceof DOMException || error instanceof Error) && error.name === "NotSupportedError") {
      throw new Unable("This browser does not know Ed25519, so it cannot check the signature.");
    }
    throw new Wrong("The log's verifier key is no Ed25519 key.");
  }
  return crypto.subtle.verify("Ed25519", imported, signature, message);
}

function hex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
