"""The log's tree, tiles, notes and checkpoints agree with an implementation that is not ours."""

import aics_tlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from quire.evidence.checkpoint import Checkpoint, open_checkpoint
from quire.evidence.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    proves_consistency,
    proves_inclusion,
    root,
)
from quire.evidence.note import VerifierKey, read_key
from quire.evidence.tiles import HASH_BYTES, TiledTree, new_tiles, tiles_of

sizes = st.integers(1, 700)
entries = st.lists(st.binary(max_size=6), min_size=1, max_size=90)
names = st.from_regex(r"[a-z][a-z0-9./-]{0,30}", fullmatch=True)


def hashes(size: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4)) for number in range(size)]


def stored(leaves: list[bytes]) -> dict[str, bytes]:
    """A log's tiles as files."""
    levels = [leaves]
    while len(levels[-1]) >= 256:
        below = levels[-1]
        levels.append([root(below[n : n + 256]) for n in range(0, len(below) - len(below) % 256, 256)])
    files = {}
    for tile in tiles_of(len(leaves)):
        first = tile.number * 256
        files[tile.path] = b"".join(levels[tile.level][first : first + tile.width])
    return files


def tiled(leaves: list[bytes]) -> TiledTree:
    files = stored(leaves)
    return TiledTree(len(leaves), lambda tile: files[tile.path])


@given(entries, st.data())
def test_roots_and_proofs_are_those_of_the_other_implementation(data: list[bytes], more: st.DataObject) -> None:
    other, leaves = aics_tlog.MerkleTree(data), [leaf_hash(each) for each in data]
    index = more.draw(st.integers(0, len(data) - 1))
    earlier = more.draw(st.integers(1, len(data)))
    assert root(leaves) == other.root()
    assert inclusion_proof(leaves, index) == list(other.inclusion_proof(index))
    assert consistency_proof(leaves, earlier) == list(other.consistency_proof(earlier))
    assert proves_inclusion(leaves[index], index, len(leaves), other.inclusion_proof(index), root(leaves))
    assert proves_consistency(
        earlier, root(leaves[:earlier]), len(leaves), root(leaves), other.consistency_proof(earlier)
    )


@given(sizes, st.data())
def test_tiles_give_the_same_roots_and_proofs_as_the_whole_tree(size: int, more: st.DataObject) -> None:
    leaves = hashes(size)
    tree = tiled(leaves)
    index, earlier = more.draw(st.integers(0, size - 1)), more.draw(st.integers(1, size))
    assert tree.root() == root(leaves)
    assert tree.leaf(index) == leaves[index]
    assert tree.inclusion_proof(index) == inclusion_proof(leaves, index)
    assert tree.consistency_proof(earlier) == consistency_proof(leaves, earlier)


@given(sizes, st.data())
def test_the_other_implementation_reads_our_tiles(size: int, more: st.DataObject) -> None:
    leaves = hashes(size)
    reader = aics_tlog.MemoryTileReader(stored(leaves))
    index = more.draw(st.integers(0, size - 1))
    assert aics_tlog.tree_root_from_tiles(reader, size) == root(leaves)
    assert list(aics_tlog.inclusion_proof_from_tiles(reader, index, size)) == inclusion_proof(leaves, index)


@given(sizes, st.data())
def test_growing_adds_exactly_the_tiles_that_change(size: int, more: st.DataObject) -> None:
    before = more.draw(st.integers(0, size))
    old, new = set(tiles_of(before)), set(tiles_of(size))
    assert set(new_tiles(before, size)) == new - old


@given(sizes, st.data())
def test_a_proof_of_anything_else_does_not_hold(size: int, more: st.DataObject) -> None:
    leaves = hashes(size)
    earlier = more.draw(st.integers(1, size))
    proof, top = consistency_proof(leaves, earlier), root(leaves)
    start = root(leaves[:earlier])
    wrong = bytes([start[0] ^ 1]) + start[1:]
    assert not proves_consistency(earlier, wrong, size, top, proof)
    assert not proves_consistency(earlier, start, size, bytes(HASH_BYTES), proof)
    if proof:
        place = more.draw(st.integers(0, len(proof) - 1))
        forged = [each if n != place else bytes(HASH_BYTES) for n, each in enumerate(proof)]
        assert not proves_consistency(earlier, start, size, top, forged)
        assert not proves_consistency(earlier, start, size, top, proof[:-1])
    assert not proves_consistency(earlier, start, size, top, [*proof, start])


@given(names, st.integers(0, 2**40), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_checkpoints_are_read_and_written_by_both(name: str, size: int, top: bytes, seed: bytes) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key = VerifierKey(name, private.public_key().public_bytes_raw())
    note = Checkpoint(name, size, top).signed(key, private.sign)
    read = aics_tlog.verify_checkpoint(aics_tlog.parse_note(note), aics_tlog.parse_vkey(key.text()))
    assert read.ok, read
    theirs = aics_tlog.sign_checkpoint(aics_tlog.Checkpoint(name, size, top), private, name)
    assert theirs.serialise() == note
    assert open_checkpoint(theirs.serialise(), key) == Checkpoint(name, size, top)
    assert read_key(key.text()) == key
