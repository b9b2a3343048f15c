"""Another verifier of evidence packages, written by docs/evidence.md and without a line of Quire: the log by
``aics-tlog``, times by ``rfc3161-client``, the rest by hand. It stops at the first thing that is wrong.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import aics_tlog
import rfc8785
from cryptography.x509 import load_pem_x509_certificates
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response


class WrongError(Exception):
    """What is wrong."""


def expect(holds: object, what: str) -> None:
    """Stop unless it holds."""
    if not holds:
        raise WrongError(what)


def verify(path: Path, key: str = "", known: Iterable[bytes] = ()) -> int:
    """The number of events that were proven.

    Raises:
        WrongError: something is wrong.
    """
    package = _package(path)
    log = aics_tlog.parse_vkey(key or package["log_key"])
    checkpoint = _checkpoint((path / "log/checkpoint").read_bytes(), log)
    tiles = {
        each.relative_to(path / "log").as_posix(): each.read_bytes()
        for each in (path / "log").rglob("*")
        if each.is_file()
    }
    reader = aics_tlog.MemoryTileReader(tiles)
    try:
        aics_tlog.audit_tiles(reader, checkpoint.size, checkpoint.root)
    except (aics_tlog.TileMissingError, aics_tlog.TileVerificationError, ValueError) as error:
        raise WrongError("the tiles are not those under the checkpoint") from error
    for each in [*_kept(path), *known]:
        earlier = _checkpoint(each, log)
        expect(earlier.size <= checkpoint.size, "the log was rolled back")
        same = aics_tlog.tree_root_from_tiles(_cut(tiles, earlier.size), earlier.size)
        expect(same == earlier.root, "the log was forked")
    manifests = _manifests(tiles, checkpoint.size, package["tenant_id"])
    leaves = {name: _segment(path, manifest) for name, manifest in manifests.items() if _has(path, name, package)}
    expect({each.stem for each in (path / "segments").glob("*")} <= leaves.keys(), "a segment is not in the log")
    _times(path)
    return sum(_message(path, each, leaves, package["tenant_id"]) for each in package["messages"])


def _package(path: Path) -> dict[str, Any]:
    data = (path / "package.json").read_bytes()
    expect((path / "package.sha256").read_text() == hashlib.sha256(data).hexdigest() + "\n", "package.sha256")
    package: dict[str, Any] = json.loads(data)
    expect(package["schema"] == "quire.evidence/1", "the schema is another")
    listed = {each["path"]: each for each in package["files"]}
    present = {each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()}
    expect(present == {*listed, "package.json", "package.sha256"}, "files are missing, or too many")
    for name, each in listed.items():
        held = (path / name).read_bytes()
        expect((len(held), hashlib.sha256(held).hexdigest()) == (each["size"], each["sha256"]), f"{name} was changed")
    return package


def _checkpoint(note: bytes, log: aics_tlog.VKey) -> aics_tlog.Checkpoint:
    try:
        parsed = aics_tlog.parse_note(note.decode())
        read = aics_tlog.verify_checkpoint(parsed, log, expected_origin=log.name)
        expect(read.ok, "the checkpoint is not signed with the log's key")
        return aics_tlog.parse_checkpoint(parsed.text)
    except ValueError as error:
        raise WrongError("not a checkpoint") from error


def _kept(path: Path) -> list[bytes]:
    notes = sorted((path / "log/checkpoints").glob("*"))
    for each in notes:
        expect(each.read_bytes().split(b"\n")[1] == each.name.encode(), f"{each.name} is of another size")
    return [each.read_bytes() for each in notes]


def _cut(tiles: dict[str, bytes], size: int) -> aics_tlog.MemoryTileReader:
    """A log of one tile as it was when it held ``size`` entries: what the vectors need, no more."""
    [whole] = [data for name, data in tiles.items() if name.startswith("tile/0/000")]
    return aics_tlog.MemoryTileReader({f"tile/0/000.p/{size}": whole[: 32 * size]})


def _manifests(tiles: dict[str, bytes], size: int, tenant: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    bundle, place = tiles[f"tile/entries/000.p/{size}"], 0
    while place < len(bundle):
        end = place + 2 + int.from_bytes(bundle[place : place + 2], "big")
        entry, place = bundle[place + 2 : end], end
        manifest = json.loads(entry)
        expect(rfc8785.dumps(manifest) == entry, "an entry is not canonical")
        if manifest["schema"] == "quire.manifest/1":
            expect(manifest["tenant_id"] == tenant, "a segment of another tenant")
            expect(manifest["segment_id"] not in found, "a segment was logged twice")
            found[manifest["segment_id"]] = manifest
    return found


def _has(path: Path, name: str, package: dict[str, Any]) -> bool:
    return package["scope"] == "all" or (path / f"segments/{name}.leaves").exists()


def _segment(path: Path, manifest: dict[str, Any]) -> list[bytes]:
    """The leaves of a segment that is what was sealed."""
    sealed = path / f"segments/{manifest['segment_id']}.qrs"
    expect(sealed.exists(), "a segment is missing")
    expect(hashlib.sha256(sealed.read_bytes()).hexdigest() == manifest["sha256"], "a segment was changed")
    data = sealed.with_suffix(".leaves").read_bytes()
    leaves = [data[at : at + 32] for at in range(0, len(data), 32)]
    expect(len(leaves) == manifest["counts"]["events"], "leaves are missing")
    expect(_root(leaves).hex() == manifest["root"], "the leaves are not those under the root")
    return leaves


def _root(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, word by word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return aics_tlog.node_hash(_root(leaves[:split]), _root(leaves[split:]))


def _message(path: Path, stated: dict[str, Any], leaves: dict[str, list[bytes]], tenant: str) -> int:
    for each in stated["events"]:
        data = (path / f"messages/{stated['message_id']}/{each['event_id']}.json").read_bytes()
        event = json.loads(data)
        expect(rfc8785.dumps(event) == data, "an event is not canonical")
        about = event.get("message_id", event["event_id"])
        facts = (event["schema"], event["tenant_id"], about, event["event_id"])
        expect(facts == ("quire.event/1", tenant, stated["message_id"], each["event_id"]), "another event")
        leaf = aics_tlog.leaf_hash(bytes.fromhex(each["salt"]) + data)
        expect(leaves[each["segment_id"]][each["leaf"]] == leaf, "an event is not the one that was sealed")
    return len(stated["events"])


def _times(path: Path) -> None:
    trusted = load_pem_x509_certificates((path / "timestamps/roots.pem").read_bytes())
    for each in (path / "timestamps").glob("*.tsr"):
        builder = VerifierBuilder()
        for certificate in trusted:
            builder = builder.add_root_certificate(certificate)
        stamped = (path / "log/checkpoints" / each.stem).read_bytes()
        try:
            builder.build().verify_message(decode_timestamp_response(each.read_bytes()), stamped)
        except (VerificationError, ValueError) as error:
            raise WrongError(f"{each.name} is no time of this checkpoint") from error
