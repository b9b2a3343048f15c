"""Notes, keys, checkpoints and tile paths as their specifications write them."""

import pytest

from quire.domain.errors import CorruptError, MalformedError
from quire.evidence.checkpoint import open_checkpoint, read_checkpoint
from quire.evidence.note import VerifierKey, open_note, read_key, sign_note
from quire.evidence.tiles import Tile, new_tiles, tiles_of

# The example of golang.org/x/mod/sumdb/note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
QUOTE = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    QUOTE
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
OTHER = "— Somebody " + "A" * 92 + "\n"


def test_reads_the_published_note() -> None:
    assert open_note(SIGNED, read_key(NEUMANN)) == QUOTE
    assert read_key(NEUMANN).text() == NEUMANN


def test_signatures_of_others_are_passed_over() -> None:
    assert open_note(SIGNED + OTHER, read_key(NEUMANN)) == QUOTE


@pytest.mark.parametrize(
    "note",
    [
        "",
        QUOTE,
        SIGNED.replace("answer", "question"),
        SIGNED.replace("x08go/ZJ", "x08go/ZK"),
        SIGNED.replace("PeterNeumann", "PeterPan"),
        SIGNED + SIGNED.splitlines(keepends=True)[-1],
        SIGNED.removesuffix("\n"),
        SIGNED.replace("— ", "- "),
        QUOTE + "\n" + OTHER,
        SIGNED + "— Somebody !!!\n",
    ],
)
def test_refuses_what_the_key_did_not_sign(note: str) -> None:
    with pytest.raises(CorruptError):
        open_note(note, read_key(NEUMANN))


@pytest.mark.parametrize(
    "key",
    ["", "x", NEUMANN.replace("c74f", "c74e"), NEUMANN.replace("+AR", "+BR"), "a b+00000000+AQ==", NEUMANN + "="],
)
def test_refuses_what_is_no_key(key: str) -> None:
    with pytest.raises(MalformedError):
        read_key(key)


@pytest.mark.parametrize("text", ["no line feed", "a tab\there\n"])
def test_signs_only_what_can_stand_in_a_note(text: str) -> None:
    with pytest.raises(ValueError, match="note"):
        sign_note(text, VerifierKey("log", bytes(32)), lambda _: bytes(64))


@pytest.mark.parametrize(
    "text",
    [
        "log\n1\n",
        "log\n01\n" + "A" * 43 + "=\n",
        "log\n-1\n" + "A" * 43 + "=\n",
        "log\n1\nAAAA\n",
        "\n1\n" + "A" * 43 + "=\n",
        "log\n1\n" + "A" * 43 + "=",
        "log\n9223372036854775808\n" + "A" * 43 + "=\n",
    ],
)
def test_refuses_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(CorruptError):
        read_checkpoint(text)


def test_another_logs_checkpoint_is_refused() -> None:
    with pytest.raises(CorruptError):
        open_checkpoint(SIGNED, read_key(NEUMANN))


def test_paths_are_those_of_the_specification() -> None:
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert Tile(1, 0, 8).path == "tile/1/000.p/8"
    assert Tile(0, 273, 112).entries_path == "tile/entries/273.p/112"


def test_the_tiles_of_the_specifications_example() -> None:
    """A tree of 70,000 entries: https://c2sp.org/tlog-tiles, "Partial tiles"."""
    found = {tile for tile in tiles_of(70_000) if tile.width < 256}
    assert found == {Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)}
    assert sum(1 for tile in tiles_of(70_000)) == 274 + 2 + 1


def test_nothing_new_where_nothing_grew() -> None:
    assert list(new_tiles(70_000, 70_000)) == []
