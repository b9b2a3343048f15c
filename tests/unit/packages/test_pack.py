"""Packages: what is in them, what is not, and that the auditor's program finds them whole."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quire.archive.packages.folder import folder
from quire.archive.packages.pack import Packer, Wanted
from quire.domain.errors import ConflictError, NotFoundError
from quire.domain.ids import TenantId, subject_id
from quire.evidence.standalone.verify import check
from tests.archiving import archiver
from tests.moto_aws import BUCKET, NOW, Stack, stack
from tests.packing import SealedHouse, of, week
from tests.pretend import PLATFORM, delivery, fact, stream
from tests.sealing import ACME, House, capture, log_key
from tests.timestamping import authority

AUTHORITY = authority()


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


@pytest.fixture
def house(aws: Stack) -> SealedHouse:
    return week(aws)


def names(path: Path) -> set[str]:
    return {each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()}


def package(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((path / "package.json").read_bytes())
    return value


def whole(path: Path, **checked: object) -> None:
    """The auditor's program finds nothing, and looked at this much."""
    report = check(path, log_key(ACME).text())
    assert report["findings"] == []
    assert checked.items() <= report["checked"].items()


def test_all_of_a_tenant(house: SealedHouse, tmp_path: Path) -> None:
    packed = house.pack(tmp_path / "out", everything=True)
    assert (packed.segments, packed.messages, packed.events) == (5, 6, 7)
    assert (packed.pending, packed.shredded, packed.faults) == ([], 0, [])
    whole(tmp_path / "out", segments=5, entries=5, checkpoints=3, leaves=7, messages=6, events=7)
    assert {"README.txt", "verify.py", "log/checkpoint", "log/checkpoints/3", "log/tile/0/000.p/5"} <= names(
        tmp_path / "out"
    )


def test_one_message_and_only_what_holds_it(house: SealedHouse, tmp_path: Path) -> None:
    packed = house.pack(tmp_path / "out", "m1")
    assert (packed.segments, packed.messages, packed.events) == (1, 1, 2)
    whole(tmp_path / "out", segments=1, entries=5, messages=1, events=2)
    events = [path for path in names(tmp_path / "out") if path.startswith("messages/")]
    assert {path.split("/")[1] for path in events} == {of("m1")}
    told = [json.loads((tmp_path / "out" / path).read_bytes())["body"]["content"]["text"] for path in events]
    assert sorted(told) == ["the merger is off", "the merger is on"]
    [message] = package(tmp_path / "out")["messages"]
    assert len({each["salt"] for each in message["events"]}) == 2


def test_all_segments_but_only_one_message(house: SealedHouse, tmp_path: Path) -> None:
    packed = house.pack(tmp_path / "out", "m2", everything=True)
    assert (packed.segments, packed.messages, packed.events) == (5, 1, 1)
    whole(tmp_path / "out", segments=5, leaves=7, messages=1, events=1)


def test_nothing_but_the_log(house: SealedHouse, tmp_path: Path) -> None:
    house.packer().pack(ACME, Wanted(everything=False, messages={}), folder(tmp_path / "out"))
    whole(tmp_path / "out", segments=0, entries=5, checkpoints=3)


def test_no_key_and_nobody_elses_words(house: SealedHouse, tmp_path: Path) -> None:
    house.pack(tmp_path / "out", "m1")
    held = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    secrets = [key for _, each in house.keys._known.values() for key in (each.sealing, each.naming, each.salting)]
    assert secrets
    assert not [secret for secret in secrets if secret in held or secret.hex().encode() in held]
    assert "Grüße".encode() not in held
    assert b"text of m3" not in held


def test_it_runs_alone(house: SealedHouse, tmp_path: Path) -> None:
    house.pack(tmp_path / "out", everything=True)
    command = [sys.executable, "-I", "verify.py", "."]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_twice(house: SealedHouse, tmp_path: Path) -> None:
    for name in ("one", "two"):
        house.pack(tmp_path / name, everything=True)
    assert (tmp_path / "one" / "package.json").read_bytes() == (tmp_path / "two" / "package.json").read_bytes()
    digest = hashlib.sha256((tmp_path / "one" / "package.json").read_bytes()).hexdigest()
    assert (tmp_path / "one" / "package.sha256").read_text() == f"{digest}\n"


def test_a_folder_that_holds_something_is_left_alone(house: SealedHouse, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(ConflictError):
        house.pack(tmp_path, "m1")
    assert names(tmp_path) == {"mine"}


def test_times_go_with_what_they_lead_to(aws: Stack, tmp_path: Path) -> None:
    house = week(aws)
    house.stamp(AUTHORITY, [3, 5])
    house.pack(tmp_path / "without", "m1")
    assert not [each for each in names(tmp_path / "without") if each.startswith("timestamps/")]
    house.pack(tmp_path / "with", "m1", roots=AUTHORITY.root_pem)
    whole(tmp_path / "with", timestamps=2, stamped=dict.fromkeys(("3", "5"), "2026-03-02T12:00:00Z"))


def test_nothing_sealed_yet(aws: Stack, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        SealedHouse(aws).pack(tmp_path / "out", everything=True)


def test_what_is_not_under_a_checkpoint_is_told(aws: Stack, tmp_path: Path) -> None:
    house = week(aws)
    capture(aws, fact("m7"), first=300)
    house.sealer.seal(ACME, NOW)
    capture(aws, fact("m8"), first=400)
    packed = house.pack(tmp_path / "out", "m1", "m7", "m8")
    assert packed.pending == [each.event_id for native in ("m7", "m8") for each in house.events(native)]
    assert packed.events == 2
    whole(tmp_path / "out", entries=5, messages=1)


def test_what_was_shredded_is_told_and_the_rest_still_holds(aws: Stack, tmp_path: Path) -> None:
    house = week(aws)
    house.destroy(subject_id(ACME, PLATFORM, "W1", "U2"))
    packed = house.pack(tmp_path / "all", everything=True)
    assert (packed.shredded, packed.events) == (2, 5)
    whole(tmp_path / "all", segments=5, leaves=7, events=5)
    packed = house.pack(tmp_path / "some", "m2", "m1")
    assert (packed.shredded, packed.events) == (1, 2)


def test_events_about_no_message_stand_under_their_own_id(aws: Stack, tmp_path: Path) -> None:
    house = SealedHouse(aws)
    archiver(aws).archive(stream([delivery("acme", body=b"[]").record()], NOW), NOW)
    house.run()
    packed = house.pack(tmp_path / "out", everything=True)
    assert (packed.messages, packed.events) == (1, 1)
    whole(tmp_path / "out", messages=1, events=1)


@pytest.mark.parametrize("harm", ["frame", "footer", "gone"])
def test_a_segment_that_is_not_what_was_sealed_is_told(aws: Stack, tmp_path: Path, harm: str) -> None:
    house = week(aws)
    [row] = house.ledger.segments_of(ACME, "2026-03-01")
    fetch = house.objects.fetch

    def harmed(key: str, version_id: str | None, into: Path) -> Any:
        if key == row.key and harm == "gone":
            raise NotFoundError(f"no object {key}")
        stored = fetch(key, version_id, into)
        if key == row.key:
            data = into.read_bytes()
            place = 30 if harm == "frame" else len(data) - 60
            into.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        return stored

    house.objects.fetch = harmed  # type: ignore[method-assign]
    packed = house.pack(tmp_path / "out", everything=True)
    assert [fault.split(":")[0] for fault in packed.faults] == [row.key]
    report = check(tmp_path / "out")
    assert f"segments/{row.segment_id}.qrs" in {finding["file"] for finding in report["findings"]}
    assert packed.events == 6


def test_a_hole_in_the_log_is_told(aws: Stack, tmp_path: Path) -> None:
    house = week(aws)
    aws.aws.s3.delete_object(Bucket=BUCKET, Key="t/acme/log/tile/entries/000.p/5")
    packed = house.pack(tmp_path / "out", everything=True)
    assert packed.faults == ["log/tile/entries/000.p/5: the file is missing"]
    findings = check(tmp_path / "out")["findings"]
    assert {"file": "log/tile/entries/000.p/5", "fact": "the file is missing"} in findings


def test_a_ledger_that_was_set_back_does_not_shorten_the_log(aws: Stack, tmp_path: Path) -> None:
    house = week(aws)
    earlier = house.objects.log_file(ACME, "checkpoints/3") or b""
    aws.aws.dynamodb.update_item(
        TableName="ledger",
        Key={"pk": {"S": "T#acme#LOG"}, "sk": {"S": "HEAD"}},
        UpdateExpression="SET published = :n, checkpoint = :c",
        ExpressionAttributeValues={":n": {"N": "3"}, ":c": {"S": earlier.decode()}},
    )
    house.pack(tmp_path / "out", everything=True)
    whole(tmp_path / "out", entries=5)


def test_unencrypted_segments_are_not_handed_out_for_a_message_in_them(aws: Stack, tmp_path: Path) -> None:
    capture(aws, fact("m1"), fact("m2"))
    house = House(aws)
    house.run()
    packer = Packer(house.ledger, house.objects, lambda *_: house.sealed._cipher_of(ACME), log_key, {})
    with pytest.raises(ConflictError, match="not encrypted"):
        packer.pack(ACME, Wanted(everything=True, messages={}), folder(tmp_path / "some"))
    packer.pack(ACME, Wanted(everything=True), folder(tmp_path / "all"))
    whole(tmp_path / "all", events=2)


def test_another_tenants_log_is_not_ours(house: SealedHouse, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        house.packer().pack(TenantId("acme-2"), Wanted(everything=True), folder(tmp_path / "out"))
