"""Whatever is done to a folder of evidence, the verifier names the file and the fact."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quire.evidence.canonical import canonical
from quire.evidence.standalone import verify
from quire.evidence.standalone.verify import check
from tests.evidence_folder import Made, listed, make
from tests.timestamping import STAMPED_AT, Authority, authority

SIZES = (1, 5, 12)
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
AUTHORITY, OTHER_AUTHORITY = authority(), authority()
WEB_SERVER = authority(ExtendedKeyUsageOID.SERVER_AUTH)
NOT_YET = authority(start=STAMPED_AT.replace(year=2027))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("evidence"), 12, SIZES, AUTHORITY)


@contextmanager
def restored(made: Made) -> Iterator[None]:
    """The folder is afterwards as it was."""
    before = {path: path.read_bytes() for path in made.path.rglob("*") if path.is_file()}
    try:
        yield
    finally:
        for path in list(made.path.rglob("*")):
            if path.is_file() and path not in before:
                path.unlink()
        for path, data in before.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def names(made: Made) -> list[str]:
    return sorted(path.relative_to(made.path).as_posix() for path in made.path.rglob("*") if path.is_file())


def package(made: Made) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((made.path / "package.json").read_bytes())
    return value


def relist(made: Made, **more: Any) -> None:
    """What a forger does who also rewrites the list of files."""
    listed(made, package(made)["messages"], **more)


def blamed(report: dict[str, Any]) -> set[str]:
    assert report["ok"] is (not report["findings"])
    return {finding["file"] for finding in report["findings"]}


def test_an_untouched_folder_is_found_whole(made: Made) -> None:
    report = check(made.path, made.key.text(), AUTHORITY.root_pem)
    assert report["findings"] == []
    assert report["checked"]["segments"] == report["checked"]["entries"] == 12
    assert report["checked"]["stamped"] == dict.fromkeys(("1", "5", "12"), "2026-03-02T12:00:00Z")


@relaxed
@given(st.data())
def test_any_flipped_byte_is_named(made: Made, more: st.DataObject) -> None:
    file = more.draw(st.sampled_from(names(made)))
    path = made.path / file
    data = path.read_bytes()
    place = more.draw(st.integers(0, len(data) - 1))
    flipped = data[:place] + bytes([data[place] ^ more.draw(st.integers(1, 255))]) + data[place + 1 :]
    with restored(made):
        path.write_bytes(flipped)
        assert blamed(check(made.path)) & {file, "package.json"}


@relaxed
@given(st.data())
def test_a_file_dropped_cut_or_replaced_is_named(made: Made, more: st.DataObject) -> None:
    file, other = more.draw(st.permutations(names(made)))[:2]
    path = made.path / file
    with restored(made):
        how = more.draw(st.sampled_from(["drop", "truncate", "append", "replace"]))
        data = path.read_bytes()
        if how == "drop":
            path.unlink()
        elif how == "truncate":
            path.write_bytes(data[: more.draw(st.integers(0, len(data) - 1))])
        elif how == "append":
            path.write_bytes(data + b"\0")
        elif (made.path / other).read_bytes() != data:
            path.write_bytes((made.path / other).read_bytes())
        else:
            path.unlink()
        assert blamed(check(made.path)) & {file, "package.json"}


# What lies under the log's signature: a forger who also rewrites the list of files does not get further.
SIGNED = ("log/", "segments/", "messages/")


@relaxed
@given(st.data())
def test_the_list_of_files_is_not_what_the_proof_rests_on(made: Made, more: st.DataObject) -> None:
    file = more.draw(st.sampled_from([name for name in names(made) if name.startswith(SIGNED)]))
    path = made.path / file
    data = path.read_bytes()
    place = more.draw(st.integers(0, len(data) - 1))
    with restored(made):
        path.write_bytes(data[:place] + bytes([data[place] ^ more.draw(st.integers(1, 255))]) + data[place + 1 :])
        relist(made)
        found = blamed(check(made.path))
        assert found
        if not file.startswith("log/tile/entries"):  # an entry shows in the tile over it as well
            assert file in found


@relaxed
@given(st.data())
def test_bytes_of_time_tokens_may_change_but_never_what_they_say(made: Made, more: st.DataObject) -> None:
    size = more.draw(st.sampled_from(SIZES))
    path = made.path / f"timestamps/{size}.tsr"
    data = path.read_bytes()
    place = more.draw(st.integers(0, len(data) - 1))
    with restored(made):
        path.write_bytes(data[:place] + bytes([data[place] ^ more.draw(st.integers(1, 255))]) + data[place + 1 :])
        relist(made)
        report = check(made.path)
        stamped = report["checked"]["stamped"].get(str(size))
        assert stamped == "2026-03-02T12:00:00Z" or f"timestamps/{size}.tsr" in blamed(report)


def swap(made: Made, one: str, other: str) -> None:
    first, second = (made.path / one).read_bytes(), (made.path / other).read_bytes()
    made.write(one, second)
    made.write(other, first)


def reorder_entries(made: Made) -> None:
    entries = [made.entries[1], made.entries[0], *made.entries[2:]]
    made.write("log/tile/entries/000.p/12", b"".join(len(each).to_bytes(2) + each for each in entries))


def rewrite_row(made: Made) -> None:
    """Change one event, its leaf, its segment's root and the log's entry: all but what the log's key signed."""
    path = made.path / "messages/message-0-0/event-0-0.json"
    path.write_bytes(canonical(json.loads(path.read_bytes()) | {"body": {"text": "never said"}}))
    salt = bytes.fromhex(package(made)["messages"][0]["events"][0]["salt"])
    leaf = hashlib.sha256(b"\0" + salt + path.read_bytes()).digest()
    made.write("segments/segment-0.leaves", leaf)
    entry = canonical(json.loads(made.entries[0]) | {"root": leaf.hex()})
    entries = [entry, *made.entries[1:]]
    made.write("log/tile/entries/000.p/12", b"".join(len(each).to_bytes(2) + each for each in entries))
    level = [hashlib.sha256(b"\0" + each).digest() for each in entries]
    made.write("log/tile/0/000.p/12", b"".join(level))


def replay_old_checkpoint(made: Made) -> None:
    made.write("log/checkpoint", made.checkpoint(5))


def fork(made: Made) -> None:
    forked = Made(made.path, made.signer, [*made.entries[:3], *reversed(made.entries[3:])])
    made.write("log/checkpoints/12", forked.checkpoint(12))


def another_key(made: Made) -> None:
    other = Made(made.path, Ed25519PrivateKey.generate(), made.entries)
    made.write("log/checkpoint", other.checkpoint(12))


def drop_entry(made: Made) -> None:
    made.write("log/tile/entries/000.p/12", b"".join(len(e).to_bytes(2) + e for e in made.entries[:-1]))


def drop_segment(made: Made) -> None:
    (made.path / "segments/segment-3.qrs").unlink()


FORGERIES: list[tuple[Callable[[Made], None], str, str]] = [
    (lambda made: swap(made, "segments/segment-1.qrs", "segments/segment-2.qrs"), "segments/segment-1.qrs", "sealed"),
    (reorder_entries, "log/tile/0/000.p/12", "hashes"),
    (rewrite_row, "log/checkpoint", "root"),
    (replay_old_checkpoint, "log/checkpoint", "rolled back"),
    (fork, "log/checkpoints/12", "forked"),
    (another_key, "log/checkpoint", "key"),
    (drop_entry, "log/tile/entries/000.p/12", "11 entries"),
    (drop_segment, "segments/segment-3.qrs", "missing"),
]


@pytest.mark.parametrize(("forge", "file", "fact"), FORGERIES, ids=lambda each: getattr(each, "__name__", None))
def test_a_knowing_forger_is_found(made: Made, forge: Callable[[Made], None], file: str, fact: str) -> None:
    with restored(made):
        forge(made)
        relist(made)
        findings = check(made.path)["findings"]
        assert any(finding["file"] == file and fact in finding["fact"] for finding in findings), findings


def test_a_whole_folder_signed_with_another_key_needs_the_auditors_key(tmp_path: Path, made: Made) -> None:
    forged = make(tmp_path, 12, SIZES, AUTHORITY, seed=2)
    assert check(forged.path)["ok"]
    assert "package.json" in blamed(check(forged.path, made.key.text()))


def test_a_kept_checkpoint_finds_a_fork_and_a_roll_back(tmp_path: Path, made: Made) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(made.checkpoint(12))
    shorter = make(tmp_path / "shorter", 7, (1, 7), AUTHORITY)
    assert [each["fact"] for each in check(shorter.path, known_files=[str(kept)])["findings"]] == [
        "a checkpoint you kept is newer than this log: it was rolled back"
    ]
    forked = Made(tmp_path, made.signer, [b"{}", *made.entries[1:7]])
    kept.write_bytes(forked.checkpoint(7))
    assert str(kept) in blamed(check(made.path, known_files=[str(kept)]))
    kept.write_bytes(made.checkpoint(5))
    assert check(made.path, known_files=[str(kept)])["ok"]


@pytest.mark.parametrize(
    ("stamper", "trusted"),
    [
        (OTHER_AUTHORITY, AUTHORITY),
        (WEB_SERVER, WEB_SERVER),
        (NOT_YET, NOT_YET),
    ],
    ids=["another authority", "not for time stamps", "not valid then"],
)
def test_time_from_somebody_else_is_not_believed(tmp_path: Path, stamper: Authority, trusted: Authority) -> None:
    folder = make(tmp_path, 2, (2,), stamper)
    assert blamed(check(folder.path, tsa_roots=trusted.root_pem)) == {"timestamps/2.tsr"}


@relaxed
@given(st.dictionaries(st.sampled_from(["package.json", "log/checkpoint", "timestamps/1.tsr"]), st.binary(max_size=60)))
def test_any_bytes_give_a_report(made: Made, files: dict[str, bytes]) -> None:
    with restored(made):
        for file, data in files.items():
            made.write(file, data)
        assert isinstance(check(made.path)["ok"], bool)


def test_it_runs_alone(made: Made, tmp_path: Path) -> None:
    alone = tmp_path / "verify.py"
    alone.write_bytes(Path(verify.__file__).read_bytes())
    command = [sys.executable, "-I", str(alone), str(made.path)]
    good = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (good.returncode, json.loads(good.stdout)["ok"]) == (0, True)
    with restored(made):
        (made.path / "log/checkpoint").unlink()
        bad = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert bad.returncode == 1
    assert {"file": "log/checkpoint", "fact": "the file is missing"} in json.loads(bad.stdout)["findings"]
