"""``quire normalise`` prints what the archive makes of a file, the same each time, and goes on after a bad one."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from quire.cli.main import app
from quire.connectors.registry import CONNECTORS
from quire.domain.delivery import Pointer
from tests.unit.connectors.reading import EVENTS, RECEIVED_AT, delivered, read, sample

MESSAGE = EVENTS / "slack" / "message.json"
HISTORY = EVENTS / "slack" / "conversations_history.json"


def quire(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["normalise", *map(str, arguments)], input=stdin)


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_events_are_printed_one_canonical_line_each() -> None:
    result = quire("slack", HISTORY, "--channel", "C07DEALS01", "--workspace", "T07HARBOUR")
    assert result.exit_code == 0, result.output
    assert len(lines(result)) == 7
    for line in result.stdout.splitlines():
        value = orjson.loads(line)
        assert line.encode() == orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        assert value["workspace_id"] == "T07HARBOUR"
        assert value["body"]["channel"]["id"] == "C07DEALS01"


@pytest.mark.parametrize("platform", CONNECTORS)
def test_every_platform_is_read(platform: str) -> None:
    files = sorted((EVENTS / platform).glob("*.json"))
    assert files
    result = quire(platform, *files, "--workspace", "W1", "--tenant", "meridian", "--received-at", RECEIVED_AT)
    assert result.exit_code == 0, result.output
    printed, expected = lines(result), [event for file in files for event in read(platform, file.read_bytes(), "W1")]
    assert {event.kind for event in expected} >= {"message.created", "unrecognised"}
    told = [(event["kind"], event["raw_sha256"], event["occurred_at"], event["body"]) for event in printed]
    assert told == [(one.kind, one.raw_sha256, one.occurred_at, one.as_json()["body"]) for one in expected]


def test_the_same_file_always_prints_the_same() -> None:
    assert quire("slack", MESSAGE, HISTORY).stdout == quire("slack", MESSAGE, HISTORY).stdout


def test_what_is_not_told_has_a_fixed_default() -> None:
    event = lines(quire("slack", MESSAGE))[0]
    assert (event["tenant_id"], event["captured_at"], event["source"]) == ("local", "1970-01-01T00:00:00Z", "import")


def test_everything_may_be_told() -> None:
    event = lines(
        quire(
            *("slack", MESSAGE, "--tenant", "meridian", "--received-at", "2026-03-02T10:00:00+01:00"),
            *("--context", "channel_name=a=b", "--workspace", "T9"),
        )
    )[0]
    assert (event["tenant_id"], event["workspace_id"]) == ("meridian", "T9")
    assert event["captured_at"] == "2026-03-02T09:00:00Z"


def test_a_poller_may_have_known_more() -> None:
    page = EVENTS / "teams" / "chatMessages.json"
    events = lines(quire("teams", page, "--context", "tenant=t1"))
    assert {event["workspace_id"] for event in events} == {"t1"}


def test_a_record_of_the_stream_is_read_as_it_was_captured(tmp_path: Path) -> None:
    delivery = delivered("slack", sample("slack", "message"), "T9")
    record = tmp_path / "record"
    record.write_bytes(delivery.record())
    result = quire("slack", record, "--workspace", "ignored", "--tenant", "ignored")
    assert result.exit_code == 0, result.output
    assert lines(result) == [event.as_json() for event in read("slack", delivery.body, "T9")]


def test_stdin_is_read() -> None:
    assert quire("slack", "-", stdin=MESSAGE.read_bytes()).stdout == quire("slack", MESSAGE).stdout


def test_bad_files_are_named_and_the_others_printed(tmp_path: Path) -> None:
    garbage, missing = tmp_path / "garbage.json", tmp_path / "missing.json"
    garbage.write_bytes(b"not json")
    result = quire("slack", missing, garbage, tmp_path, MESSAGE)
    assert result.exit_code == 1
    assert [event["kind"] for event in lines(result)] == ["unrecognised", "message.created"]
    told = result.stderr.splitlines()
    assert [line.rpartition(": ")[0] for line in told] == [str(missing), str(garbage), str(tmp_path)]
    assert "No such file" in told[0]
    assert "not JSON" in told[1]


def test_records_that_contradict_themselves_are_bad_files(tmp_path: Path) -> None:
    delivery = delivered("slack", sample("slack", "message"))
    elsewhere = delivery.model_copy(
        update={"header": delivery.header.model_copy(update={"body_at": Pointer(bucket="b", key="k")})}
    )
    altered = delivery.model_copy(update={"body": delivery.body.replace(b"Morning", b"Evening")})
    records = {
        "altered": (altered.record(), "not the one its header names"),
        "elsewhere": (elsewhere.record(), "s3://b/k"),
        "another": (delivered("teams", b"{}").record(), "of teams"),
        "newer": (delivery.record().replace(b'"size"', b'"length"', 1), "header is not"),
        "cut": (b'{"schema":"quire.delivery/1"', "no header line"),
    }
    for name, (content, why) in records.items():
        (tmp_path / name).write_bytes(content)
        result = quire("slack", tmp_path / name)
        assert result.exit_code == 1, name
        assert result.stdout == ""
        assert why in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("fax", MESSAGE), ("slack",), ("slack", MESSAGE, "--context", "x"), ("slack", MESSAGE, "--received-at", "noon")],
)
def test_wrong_arguments_are_told(arguments: tuple[str | Path, ...]) -> None:
    result = quire(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_help_lists_the_sub_commands() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    assert "normalise" in result.stdout
    assert CliRunner().invoke(app, ["nonsense"]).exit_code == 2


def test_it_needs_neither_network_nor_the_libraries_of_the_cloud() -> None:
    program = (
        "import sys; from quire.cli.main import app\n"
        f"try: app(['normalise', 'slack', {str(MESSAGE)!r}])\n"
        "except SystemExit as ended: assert ended.code == 0\n"
        "heavy = {'boto3', 'botocore', 'httpx', 'opensearchpy', 'cryptography', 'jwt', 'zstandard', 'cedarpy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, env={})
    assert done.returncode == 0, done.stderr.decode()
    digest = json.loads(done.stdout)["delivery"]["sha256"]
    assert digest == hashlib.sha256(MESSAGE.read_bytes()).hexdigest()
