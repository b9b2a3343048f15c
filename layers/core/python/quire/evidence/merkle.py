"""Merkle trees of RFC 9162, section 2.1: roots, inclusion and consistency proofs over SHA-256.

Hashes are 32 raw bytes. Proofs over leaves in memory are here; over a log kept in tiles, in :mod:`.tiles`.
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
_LEAF, _NODE = sha256(b"\x00"), sha256(b"\x01")
"""Begun hashes: going on from a copy takes half the time of a new one over so few bytes."""


def leaf_hash(data: bytes, salt: bytes = b"") -> bytes:
    """Hash of a leaf: SHA-256(0x00 | salt | data). Without its salt, a leaf says nothing about its data."""
    begun = _LEAF.copy()
    begun.update(salt + data)
    return begun.digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Root of the tree over these leaf hashes, in this order."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from leaf ``index`` (from 0) to the root, lowest first.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} of {len(leaves)}")
    proof: list[bytes] = []
    level = list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        level = _parents(level)
        index //= 2
    return proof


def proves_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Whether ``proof`` shows that ``leaf`` is number ``index`` of the ``size`` leaves under ``expected_root``.

    The algorithm of RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    node, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = node_hash(sibling, result)
            while not node & 1 and node != 0:
                node >>= 1
                last >>= 1
        else:
            result = node_hash(result, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and result == expected_root


def consistency_proof(leaves: Sequence[bytes], earlier: int) -> list[bytes]:
    """The hashes which show that the tree over the first ``earlier`` leaves is the beginning of this one.

    Raises:
        IndexError: the earlier tree is empty or larger than this one.
    """
    if not 0 < earlier <= len(leaves):
        raise IndexError(f"no tree of {earlier} leaves within {len(leaves)}")
    return [root(leaves[first:last]) for first, last in consistency_ranges(earlier, len(leaves))]


def consistency_ranges(earlier: int, size: int) -> list[tuple[int, int]]:
    """Which ranges of leaves (from, up to) a consistency proof gives the hashes of, in its order.

    The recursion of RFC 9162, section 2.1.4.1, as a loop.
    """
    after: list[tuple[int, int]] = []
    first, last, target, known = 0, size, earlier, True
    while target != last - first:
        left = split(last - first)
        if target <= left:
            after.append((first + left, last))
            last = first + left
        else:
            after.append((first, first + left))
            first, target, known = first + left, target - left, False
    return ([] if known else [(first, last)]) + after[::-1]


def proves_consistency(
    earlier: int, earlier_root: bytes, size: int, expected_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether ``proof`` shows that the tree of ``earlier`` leaves is the beginning of the tree of ``size`` leaves.

    The algorithm of RFC 9162, section 2.1.4.2. The empty tree is the beginning of every tree.
    """
    if earlier == 0 or earlier == size:
        known = EMPTY_ROOT if earlier == 0 else expected_root
        return 0 <= earlier <= size and not proof and earlier_root == known
    if not 0 < earlier < size or not proof:
        return False
    hashes = [earlier_root, *proof] if earlier & (earlier - 1) == 0 else list(proof)
    node, last = earlier - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not node & 1 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and before == earlier_root and after == expected_root


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Which ranges of leaves (from, up to) an inclusion proof gives the hashes of, lowest first.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(f"no leaf {index} of {size}")
    ranges: list[tuple[int, int]] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + split(last - first)
        if index < middle:
            ranges.append((middle, last))
            last = middle
        else:
            ranges.append((first, middle))
            first = middle
    return ranges[::-1]


def split(size: int) -> int:
    """The largest power of two below ``size`` (at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash over two subtrees: SHA-256(0x01 | left | right)."""
    begun = _NODE.copy()
    begun.update(left + right)
    return begun.digest()


def _parents(level: list[bytes]) -> list[bytes]:
    """One level up; a last node without a sibling rises as it is, which is RFC 9162's split at a power of two."""
    parents = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    if len(level) % 2:
        parents.append(level[-1])
    return parents
