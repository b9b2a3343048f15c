import { type Bytes, concat, same, sha256 } from "@/lib/evidence/bytes";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const NOTHING = new Uint8Array();
const HASH_BYTES = 32;

/** Hash of a leaf: SHA-256(0x00 | salt | data). */
export function leafHash(data: Bytes, salt: Bytes = NOTHING): Promise<Bytes> {
  return sha256(concat(LEAF, salt, data));
}

/** Hash over two subtrees: SHA-256(0x01 | left | right). */
export function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(concat(NODE, left, right));
}

/**
 * Whether `path` shows that `leaf` is number `index` (from 0) of the `size` leaves under `root`: RFC 9162, section
 * 2.1.3.2.
 */
export async function provesInclusion(
  leaf: Bytes,
  index: number,
  size: number,
  path: Bytes[],
  root: Bytes,
): Promise<boolean> {
  if (!isTree(index, size) || index >= size || !areHashes(leaf, root, ...path)) return false;
  let [node, last, result] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      result = await nodeHash(sibling, result);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      result = await nodeHash(result, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && same(result, root);
}

/**
 * Whether `path` shows that the tree of `earlier` leaves is the beginning of the tree of `size` leaves: RFC 9162,
 * section 2.1.4.2, for trees that are not empty.
 */
export async function provesConsistency(
  earlier: number,
  earlierRoot: Bytes,
  size: number,
  root: Bytes,
  path: Bytes[],
): Promise<boolean> {
  if (!isTree(earlier, size) || earlier === 0 || earlier > size || !areHashes(earlierRoot, root, ...path)) return false;
  if (earlier === size) return path.length === 0 && same(earlierRoot, root);
  let [node, last] = [earlier - 1, size - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  // Where the earlier tree is whole (a power of two), its root is left out of the path.
  const [first, ...rest] = node === 0 ? [earlierRoot, ...path] : path;
  if (first === undefined || path.length === 0) return false;
  let [before, after] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      before = await nodeHash(sibling, before);
      after = await nodeHash(sibling, after);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      after = await nodeHash(after, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && same(before, earlierRoot) && same(after, root);
}

function isTree(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && size > 0;
}

function areHashes(...hashes: Bytes[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES);
}

/** Numbers here may be beyond 32 bits, which JavaScript's bit operators cut off. */
function half(number: number): number {
  return Math.floor(number / 2);
}

function isOdd(number: number): boolean {
  return number % 2 === 1;
}
