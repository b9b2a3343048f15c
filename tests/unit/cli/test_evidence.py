"""``quire evidence`` and ``quire verify`` over mocked AWS: exit codes, and that what was harmed is named."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from quire.bootstrap import evidence
from quire.cli.main import app
from quire.evidence.checkpoint import Checkpoint
from quire.evidence.merkle import leaf_hash, root
from tests.moto_aws import BUCKET
from tests.packing import SealedHouse, of
from tests.pretend import fact
from tests.sealing import ACME, SIGNER, log_key
from tests.serving import serving
from tests.timestamping import authority


class Here:
    """A deployment that this process is in already."""

    tenants = ("acme",)

    def enter(self) -> None:
        """Nothing is left to do."""


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[SealedHouse]:
    """Three messages, two of them sealed, by two runs."""
    with serving() as quire:
        for name, value in {"LEDGER_TABLE": "ledger", "KEYS_TABLE": "keys", "ARCHIVE_BUCKET": BUCKET}.items():
            monkeypatch.setenv(f"QUIRE_{name}", value)
        monkeypatch.setattr(evidence, "log_key_of", log_key)
        for module in ("quire.cli.deployment", "quire.cli.evidence"):
            monkeypatch.setattr(f"{module}.find", lambda _: Here())
        made = SealedHouse(quire.house.aws)
        quire.capture(fact("m1"), tenant=ACME)
        made.run()
        quire.capture(fact("m2", user="U2"), tenant=ACME)
        made.run()
        quire.capture(fact("m3"), tenant=ACME)
        yield made


def run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, (result.output, result.exception)
    return result


def report(*words: str, code: int = 0) -> dict[str, Any]:
    """What ``quire verify`` prints."""
    told: dict[str, Any] = json.loads(run("verify", *words, code=code).stdout)
    assert told["ok"] is (code == 0)
    return told


def blamed(told: dict[str, Any]) -> set[str]:
    return {finding["file"] for finding in told["findings"]}


def test_a_package_is_downloaded_and_verified(house: SealedHouse, tmp_path: Path) -> None:
    path = str(tmp_path / "out")
    told = run("evidence", "download", path, "--tenant", "acme", "--message", of("m1"))
    assert told.stdout == "1 segments, 1 messages disclosed in 1 events\n"
    assert report(path)["checked"]["events"] == 1
    assert report(path, "--key", log_key(ACME).text())["checked"]["key"] == "given"
    [file] = (tmp_path / "out" / "segments").glob("*.qrs")
    file.write_bytes(file.read_bytes()[:-1] + b"X")
    assert blamed(report(path, code=1)) == {f"segments/{file.name}"}


def test_all_with_times(house: SealedHouse, tmp_path: Path) -> None:
    made = authority()
    house.stamp(made, [1])
    (tmp_path / "roots.pem").write_bytes(made.root_pem)
    path = str(tmp_path / "out")
    run("evidence", "download", path, "--tenant", "acme", "--all", "--tsa-root", str(tmp_path / "roots.pem"))
    checked = report(path, "--tsa-root", str(tmp_path / "roots.pem"))["checked"]
    assert (checked["segments"], checked["messages"], checked["timestamps"]) == (2, 2, 1)
    (tmp_path / "other.pem").write_bytes(authority().root_pem)
    assert blamed(report(path, "--tsa-root", str(tmp_path / "other.pem"), code=1)) == {"timestamps/1.tsr"}


def test_what_cannot_be_downloaded(house: SealedHouse, tmp_path: Path) -> None:
    path = str(tmp_path / "out")
    run("evidence", "download", path, "--tenant", "acme", code=2)
    run("evidence", "download", path, "--tenant", "acme", "--message", of("none"), code=2)
    run("evidence", "download", path, "--tenant", "other", "--all", code=2)
    assert (
        "not under a checkpoint"
        in run("evidence", "download", path, "--tenant", "acme", "--message", of("m3"), code=1).stdout
    )
    assert "not empty" in run("evidence", "download", path, "--tenant", "acme", "--all", code=2).stderr


def test_a_message_as_it_is_now(house: SealedHouse) -> None:
    checked = report("--message", of("m1"), "--message", of("m2"), "--tenant", "acme")["checked"]
    assert (checked["events"], checked["entries"], checked["shredded"]) == (2, 2, 0)
    assert report("--message", of("m1"))["checked"]["messages"] == 1
    [event] = house.events("m3")
    told = report("--message", of("m3"), code=1)
    assert told["findings"] == [{"file": f"events/{event.event_id}", "fact": "the event is not sealed yet"}]
    run("verify", "--message", of("none"), code=2)


def test_the_log_as_it_is_now(house: SealedHouse) -> None:
    checked = report("--log")["checked"]
    assert (checked["entries"], checked["checkpoints"], checked["segments"]) == (2, 3, 0)
    checked = report("--log", "--segments", "--tenant", "acme")["checked"]
    assert (checked["segments"], checked["leaves"]) == (2, 2)


def test_kept_checkpoints(house: SealedHouse, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(house.objects.log_file(ACME, "checkpoints/1") or b"")
    assert report("--log", "--known", str(kept))["checked"]["known"] == 1
    forked = Checkpoint(log_key(ACME).name, 1, root([leaf_hash(b"{}")])).signed(log_key(ACME), SIGNER.sign)
    kept.write_text(forked)
    assert blamed(report("--log", "--known", str(kept), code=1)) == {str(kept)}
    assert blamed(report("--message", of("m1"), "--known", str(tmp_path / "none"), code=1)) == {str(tmp_path / "none")}


def harm_row(house: SealedHouse) -> None:
    [row] = [row for row in house.ledger.segments_of(ACME, "2026-03-02") if row.entry == 0]
    changed = {":m": {"B": row.manifest.replace(b'"events":1', b'"events":2')}}
    change(house, "SEGMENTS", f"{row.day}#{row.segment_id}", "SET manifest = :m", changed)


def drop_row(house: SealedHouse) -> None:
    [row] = [row for row in house.ledger.segments_of(ACME, "2026-03-02") if row.entry == 1]
    key = {"pk": {"S": "T#acme#SEGMENTS"}, "sk": {"S": f"{row.day}#{row.segment_id}"}}
    house.aws.aws.dynamodb.delete_item(TableName="ledger", Key=key)


def harm_entry(house: SealedHouse) -> None:
    change(house, "LOG", "ENTRY#000000000001", "SET manifest = :m", {":m": {"B": b"{}"}})


def set_back(house: SealedHouse) -> None:
    earlier = (house.objects.log_file(ACME, "checkpoints/1") or b"").decode()
    values = {":n": {"N": "1"}, ":c": {"S": earlier}}
    change(house, "LOG", "HEAD", "SET published = :n, checkpoint = :c", values)


def hide_segment(house: SealedHouse) -> None:
    [row] = [row for row in house.ledger.segments_of(ACME, "2026-03-02") if row.entry == 0]
    client = house.aws.aws.s3
    client.delete_object(Bucket=BUCKET, Key=row.key, VersionId=row.version_id, BypassGovernanceRetention=True)


def change(house: SealedHouse, kind: str, sort: str, how: str, values: Any) -> None:
    house.aws.aws.dynamodb.update_item(
        TableName="ledger",
        Key={"pk": {"S": f"T#acme#{kind}"}, "sk": {"S": sort}},
        UpdateExpression=how,
        ExpressionAttributeValues=values,
    )


@pytest.mark.parametrize(
    ("harm", "file", "fact"),
    [
        (harm_row, "ledger/SEGMENTS/2026-03-02/", "otherwise"),
        (drop_row, "ledger/SEGMENTS/2026-03-02/", "missing"),
        (harm_entry, "ledger/LOG", "entry 1"),
        (set_back, "ledger/HEAD", "set back"),
        (hide_segment, "t/acme/archive/standard/2026/03/02/", "missing"),
    ],
)
def test_a_row_that_was_rewritten_is_named(house: SealedHouse, harm: Any, file: str, fact: str) -> None:
    harm(house)
    [finding] = report("--log", code=1)["findings"]
    assert finding["file"].startswith(file)
    assert fact in finding["fact"]


@pytest.mark.parametrize("file", ["tile/0/000.p/2", "tile/entries/000.p/2", "checkpoints/2"])
def test_a_log_file_that_is_hidden_is_named(house: SealedHouse, file: str) -> None:
    house.aws.aws.s3.delete_object(Bucket=BUCKET, Key=f"t/acme/log/{file}")
    assert blamed(report("--log", code=1)) & {f"log/{file}", "ledger/HEAD"}


@pytest.mark.parametrize("words", [[], ["x", "--log"], ["--log", "--message", "m"], ["/no/such/folder"]])
def test_a_wrong_call(words: list[str]) -> None:
    run("verify", *words, code=2)


def test_whose_log_has_to_be_said(house: SealedHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Here, "tenants", ("acme", "globex"))
    assert "acme, globex" in run("verify", "--log", code=2).stderr
    assert report("--message", of("m2"))["ok"]
