"""What a forger might make of the package among the vectors, and what has to be found then."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quire.evidence.canonical import canonical
from quire.evidence.checkpoint import Checkpoint
from quire.evidence.merkle import leaf_hash, root
from quire.evidence.note import VerifierKey
from quire.evidence.tiles import unbundled
from tests.fixed_authority import fixed_authority
from tests.sealing import ACME, SIGNER, log_key

Forge = Callable[[Path], None]
ENTRIES, TILE = "log/tile/entries/000.p/5", "log/tile/0/000.p/5"
OWN = ("package.json", "package.sha256")
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


class Forged(NamedTuple):
    """The finding's file has to begin with ``file``, its fact to hold ``fact``. ``key`` is the one that the auditor
    trusts, ``known`` a checkpoint that the auditor kept."""

    name: str
    what: str
    forge: Forge
    file: str
    fact: str
    key: str = ""
    known: bytes = b""


def package(path: Path) -> dict[str, Any]:
    """``package.json``."""
    value: dict[str, Any] = json.loads((path / "package.json").read_bytes())
    return value


def relist(path: Path, value: dict[str, Any] | None = None) -> None:
    """Write ``package.json`` for what lies in the folder now, as a forger would."""
    told = value or package(path)
    files = sorted(each for each in path.rglob("*") if each.is_file() and each.name not in OWN)
    told["files"] = [
        {
            "path": each.relative_to(path).as_posix(),
            "size": each.stat().st_size,
            "sha256": sha256(each.read_bytes()).hexdigest(),
        }
        for each in files
    ]
    (path / "package.json").write_bytes(canonical(told))
    (path / "package.sha256").write_text(sha256(canonical(told)).hexdigest() + "\n")


def then_relisted(forge: Forge) -> Forge:
    """The forgery, with ``package.json`` rewritten for it."""

    def both(path: Path) -> None:
        forge(path)
        relist(path)

    return both


def segment(path: Path, kind: str) -> Path:
    """The first segment that holds two leaves or more."""
    held = [each for each in sorted((path / "segments").glob("*.leaves")) if each.stat().st_size > 32]
    return held[0].with_suffix(f".{kind}")


def event(path: Path) -> Path:
    """The first disclosed event."""
    return sorted((path / "messages").rglob("*.json"))[0]


def flip(file: Callable[[Path], Path], place: int) -> Forge:
    """Change one bit."""

    def forge(path: Path) -> None:
        data = bytearray(file(path).read_bytes())
        data[place] ^= 1
        file(path).write_bytes(data)

    return forge


def at(name: str) -> Callable[[Path], Path]:
    """A file by its path."""
    return lambda path: path / name


def change_text(path: Path) -> None:
    """Another text in an event, written as canonically as before."""
    file = event(path)
    value = json.loads(file.read_bytes())
    value["body"]["content"]["text"] = "never said"
    file.write_bytes(canonical(value))


def add_space(path: Path) -> None:
    """The same event, not in canonical form."""
    file = event(path)
    file.write_bytes(file.read_bytes().replace(b'{"', b'{ "', 1))


def change_listed(change: Callable[[list[dict[str, Any]]], None]) -> Forge:
    """Other claims about the disclosed events."""

    def forge(path: Path) -> None:
        value = package(path)
        change(value["messages"])
        relist(path, value)

    return forge


def other_salt(messages: list[dict[str, Any]]) -> None:
    """The salt of another event."""
    messages[0]["events"][0]["salt"] = messages[1]["events"][0]["salt"]


def other_leaf(messages: list[dict[str, Any]]) -> None:
    """The leaf beside it."""
    messages[0]["events"][0]["leaf"] += 1


def swap_leaves(path: Path) -> None:
    """Two leaves in each other's place."""
    file = segment(path, "leaves")
    data = file.read_bytes()
    file.write_bytes(data[32:64] + data[:32] + data[64:])


def swap_entries(path: Path) -> None:
    """Two entries in each other's place."""
    _bundle(path, lambda entries: [entries[1], entries[0], *entries[2:]])


def drop_entry(path: Path) -> None:
    """The last entry gone."""
    _bundle(path, lambda entries: entries[:-1])


def _bundle(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> list[bytes]:
    entries = change(list(unbundled((path / ENTRIES).read_bytes())))
    (path / ENTRIES).write_bytes(b"".join(len(each).to_bytes(2) + each for each in entries))
    return entries


def resign(change: Callable[[list[bytes]], list[bytes]]) -> Forge:
    """Another log, tiles and all, signed with the log's own key: a dishonest operator's doing."""

    def forge(path: Path) -> None:
        entries = _bundle(path, change)
        leaves = [leaf_hash(each) for each in entries]
        (path / TILE).write_bytes(b"".join(leaves))
        for name, size in (("checkpoint", 5), ("checkpoints/3", 3), ("checkpoints/5", 5)):
            (path / "log" / name).write_bytes(checkpoint(leaves[:size]))
        relist(path)

    return forge


def checkpoint(leaves: list[bytes], signer: Ed25519PrivateKey = SIGNER, name: str = log_key(ACME).name) -> bytes:
    """A signed checkpoint over leaves."""
    key = VerifierKey(name, signer.public_key().public_bytes_raw())
    return Checkpoint(name, len(leaves), root(leaves)).signed(key, signer.sign).encode()


def fork(path: Path) -> None:
    """The log of another history beside the one that is shown."""
    entries = [leaf_hash(each) for each in unbundled((path / ENTRIES).read_bytes())]
    (path / "log/checkpoints/3").write_bytes(checkpoint([entries[0], entries[2], entries[1]]))


def logged_twice(entries: list[bytes]) -> list[bytes]:
    """One segment under two entries."""
    return [*entries[:-1], entries[0]]


def of_another_tenant(entries: list[bytes]) -> list[bytes]:
    """A segment of somebody else's."""
    return [canonical(json.loads(entries[0]) | {"tenant_id": "globex"}), *entries[1:]]


def copy(name: str, onto: str) -> Forge:
    """One file in another's place."""

    def forge(path: Path) -> None:
        (path / onto).write_bytes((path / name).read_bytes())

    return forge


def write(name: str, data: bytes) -> Forge:
    """A file with other bytes."""

    def forge(path: Path) -> None:
        (path / name).write_bytes(data)

    return forge


def other_root(path: Path) -> None:
    """Another root, of the same name."""
    (path / "timestamps/roots.pem").write_bytes(fixed_authority(7, 9).root_pem)


def other_segment(path: Path) -> None:
    """A segment in the place of another."""
    mine = segment(path, "qrs")
    other = next(each for each in sorted((path / "segments").glob("*.qrs")) if each != mine)
    mine.write_bytes(other.read_bytes())


def nothing(_: Path) -> None:
    """Leave it as it is."""


_STRANGERS = checkpoint([bytes(32)] * 5, STRANGER)
_ANOTHER_LOGS = checkpoint([bytes(32)] * 5, SIGNER, "quire.test/globex")
_ANOTHERS_KEY = VerifierKey(log_key(ACME).name, STRANGER.public_key().public_bytes_raw()).text()
_SEGMENT, _LEAVES, _EVENTS = "segments/", "segments/", "messages/"

FORGERIES = [
    Forged("sealed-byte", "one bit of a sealed segment", flip(lambda p: segment(p, "qrs"), 40), _SEGMENT, "listed"),
    Forged(
        "sealed-byte-relisted",
        "the same, with package.json rewritten",
        then_relisted(flip(lambda p: segment(p, "qrs"), 40)),
        _SEGMENT,
        "not the one that was sealed",
    ),
    Forged("text", "another text in an event", then_relisted(change_text), _EVENTS, "not the one that was sealed"),
    Forged("form", "an event in another form of JSON", then_relisted(add_space), _EVENTS, "not canonical JSON"),
    Forged("salt", "the salt of another event", change_listed(other_salt), _EVENTS, "not the one that was sealed"),
    Forged("leaf", "another leaf of the segment", change_listed(other_leaf), _EVENTS, "not the one that was sealed"),
    Forged("leaves-swapped", "two leaves swapped", then_relisted(swap_leaves), _LEAVES, "not those under"),
    Forged(
        "segment-dropped",
        "a segment left out",
        then_relisted(lambda p: segment(p, "qrs").unlink()),
        _SEGMENT,
        "the file is missing",
    ),
    Forged(
        "segments-swapped",
        "a segment in the place of another",
        then_relisted(other_segment),
        _SEGMENT,
        "not the one that was sealed",
    ),
    Forged("event-dropped", "an event left out", then_relisted(lambda p: event(p).unlink()), _EVENTS, "missing"),
    Forged("unlisted", "a file more", write("messages/more.json", b"{}"), "messages/more.json", "not listed"),
    Forged("list", "another list of files", write("package.sha256", b"0" * 64 + b"\n"), "package.json", "another file"),
    Forged("entries-swapped", "two entries swapped", then_relisted(swap_entries), TILE, "hashes"),
    Forged("entry-dropped", "the last entry left out", then_relisted(drop_entry), ENTRIES, "4 entries"),
    Forged("entries-cut", "the bundle cut", then_relisted(write(ENTRIES, b"\x01")), ENTRIES, "within an entry"),
    Forged("tile", "one bit of a tile", then_relisted(flip(at(TILE), 0)), TILE, "hashes"),
    Forged(
        "rolled-back",
        "an old checkpoint as the newest one",
        then_relisted(copy("log/checkpoints/3", "log/checkpoint")),
        "log/checkpoint",
        "rolled back",
    ),
    Forged("forked", "a checkpoint of another history", then_relisted(fork), "log/checkpoints/3", "root"),
    Forged("signature", "one bit of a signature", then_relisted(flip(at("log/checkpoint"), -10)), "log/checkpoint", ""),
    Forged(
        "stranger",
        "a checkpoint signed with another key",
        then_relisted(write("log/checkpoint", _STRANGERS)),
        "log/checkpoint",
        "not signed with the log's key",
    ),
    Forged(
        "other-log",
        "another log's checkpoint, signed with the same key",
        then_relisted(write("log/checkpoint", _ANOTHER_LOGS)),
        "log/checkpoint",
        "not signed with the log's key",
    ),
    Forged("other-key", "nothing changed; the auditor trusts another key", nothing, "package.json", "", _ANOTHERS_KEY),
    Forged("logged-twice", "a log with one segment twice", resign(logged_twice), ENTRIES, "are of one segment"),
    Forged("other-tenant", "a log with another tenant's segment", resign(of_another_tenant), ENTRIES, "another tenant"),
    Forged(
        "known-forked",
        "a kept checkpoint that is not the log's beginning",
        nothing,
        "known",
        "forked",
        known=checkpoint([bytes(32)] * 3),
    ),
    Forged(
        "known-newer",
        "a kept checkpoint of more entries than the log has",
        nothing,
        "known",
        "rolled back",
        known=checkpoint([bytes(32)] * 9),
    ),
    Forged(
        "stamp-of-another",
        "the time token of another checkpoint",
        then_relisted(copy("timestamps/3.tsr", "timestamps/5.tsr")),
        "timestamps/5.tsr",
        "for other bytes",
    ),
    Forged(
        "stamp-byte",
        "one bit of a time token's signature",
        then_relisted(flip(at("timestamps/5.tsr"), -10)),
        "timestamps/5.tsr",
        "signature",
    ),
    Forged(
        "stamp-without-root",
        "a time token that leads to none of the certificates",
        then_relisted(other_root),
        "timestamps/3.tsr",
        "trusted",
    ),
]
