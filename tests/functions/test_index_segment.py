"""The indexer's handler: from notices to searchable messages."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from quire.aws.notices import read_notice
from quire.bootstrap import archive
from quire.bootstrap import search as bootstrap
from quire.domain.ids import ChannelId, TenantId, channel_id
from quire.search import indexer
from tests.deployed import TENANT
from tests.pretend import PLATFORM, fact
from tests.serving import Serving, serving, start_anew


@pytest.fixture
def quire() -> Iterator[Serving]:
    with serving() as made:
        yield made


def metrics(written: str) -> list[dict[str, Any]]:
    return [blob for line in written.splitlines() if line.startswith("{") and "_aws" in (blob := json.loads(line))]


def test_nothing_to_do(quire: Serving) -> None:
    assert quire.index([]) == {"batchItemFailures": []}


def test_what_was_captured_is_found(quire: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    quire.capture(fact("1", text="the quarterly forecast"), fact("2", text="lunch"))
    assert quire.index() == {"batchItemFailures": []}
    assert quire.found("forecasts") == ["the quarterly forecast"]
    told = metrics(capsys.readouterr().out)
    (counts,) = [blob for blob in told if "indexed_messages" in blob]
    assert (counts["indexed_messages"], counts["stale_writes"], counts["failed_notices"]) == ([2.0], [0.0], [0.0])
    (waited,) = [blob for blob in told if "capture_to_searchable_seconds" in blob]
    assert waited["platform"] == PLATFORM
    assert len(waited["capture_to_searchable_seconds"]) == 2
    assert waited["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"], ["service", "platform"]]


def test_many_waiting_times(quire: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    quire.capture(*(fact(str(n)) for n in range(250)))
    quire.index()
    told = [blob for blob in metrics(capsys.readouterr().out) if "capture_to_searchable_seconds" in blob]
    assert [len(blob["capture_to_searchable_seconds"]) for blob in told] == [99, 99, 52]


def test_many_messages_of_many_people(
    quire: Serving, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than there are workers, each of whom takes several, and in several parts."""
    monkeypatch.setattr(indexer, "_PART", 40)
    quire.capture(*(fact(str(n), user=f"U{n}") for n in range(130)))
    quire.index()
    (counts,) = [blob for blob in metrics(capsys.readouterr().out) if "indexed_messages" in blob]
    assert counts["indexed_messages"] == [130.0]
    assert len(quire.found("")) == 100  # as many as one page holds
    noted = quire.house.aws.directory.users(TENANT, limit=1_000)
    assert {each.platform_id for each in noted} == {f"U{n}" for n in range(130)}


def test_in_any_order_and_any_number_of_times(quire: Serving) -> None:
    quire.capture(fact("1", text="first"))
    quire.capture(fact("1", text="second", at="2026-03-02T09:20:00Z", edit=True))
    quire.capture(fact("1", at="2026-03-02T09:30:00Z", delete=True))
    first, second, third = quire.house.aws.sent()
    for notices in ([third], [first, second, third], [second], [first]):
        assert quire.index(notices) == {"batchItemFailures": []}
        assert quire.found("first") == ["second"]
    answer = quire.ask("POST", "/v1/search", {"query": ""})
    (hit,) = answer.body["hits"]
    assert hit["deletedAt"] == "2026-03-02T09:30:00Z"
    assert hit["revision"] == 3


def test_a_notice_of_no_use_fails_alone(quire: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    quire.capture(fact("1", text="words nobody may log"))
    (good,) = quire.house.aws.sent()
    gone = read_notice(good).model_copy(update={"key": f"t/{TENANT}/journal/none.qrs"}).text()
    foreign = read_notice(good).model_copy(update={"tenant_id": "globex"}).text()
    answer = quire.index(["not a notice", gone, foreign, good])
    assert answer == {"batchItemFailures": [{"itemIdentifier": f"m-{n}"} for n in range(3)]}
    assert quire.found("words") == ["words nobody may log"]
    written = capsys.readouterr()
    assert "nobody may log" not in written.out + written.err
    failed = [line for line in written.out.splitlines() if '"notice failed"' in line]
    assert [json.loads(line)["error"] for line in failed] == ["MalformedError", "NotFoundError", "CorruptError"]


def test_a_document_the_engine_refuses_stops_no_other(quire: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    """The index takes no text but numbers. Its notice fails, its neighbours are found; mended, it goes through."""
    from quire.search.mapping import MAPPING_VERSION, index_body, read_alias

    body = index_body(read_alias(TenantId(TENANT)))
    body["mappings"]["properties"]["content"] = {"type": "long"}
    quire.engine.indices.create(index=f"{TENANT}-messages-2026-03", body=body)
    quire.capture(fact("1", text="1"), fact("2", text="words nobody may log"), fact("3", text="3"))
    (notice,) = quire.house.aws.sent()
    assert body["mappings"]["_meta"]["quire_mapping"] == MAPPING_VERSION
    assert quire.index([notice]) == {"batchItemFailures": [{"itemIdentifier": "m-0"}]}
    there = quire.engine.search(index=read_alias(TenantId(TENANT)))["hits"]["hits"]
    assert sorted(hit["_source"]["content"] for hit in there) == ["1", "3"]
    written = capsys.readouterr().out
    assert "nobody may log" not in written
    assert [blob["refused_documents"] for blob in metrics(written) if "refused_documents" in blob] == [[1.0]]
    (told,) = [json.loads(line) for line in written.splitlines() if '"document refused"' in line]
    assert (told["status"], told["kind"]) == (400, "mapper_parsing_exception")
    quire.engine.indices.delete(index=f"{TENANT}-messages-2026-03")
    assert quire.index([notice]) == {"batchItemFailures": []}
    assert sorted(quire.found("")) == ["1", "3", "words nobody may log"]


def test_while_the_engine_is_away_everything_comes_again(quire: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    quire.capture(fact("1"))
    quire.capture(fact("2"))
    notices = quire.house.aws.sent()
    with monkeypatch.context() as patch:
        patch.setenv("QUIRE_SEARCH_ENDPOINT", "http://127.0.0.1:9")
        from quire import config

        config.settings.cache_clear()
        start_anew()
        assert len(quire.index(notices)["batchItemFailures"]) == 2
    # What answers without the index needs them.
    assert len(quire.house.aws.directory.channels(TENANT, limit=10)) == 1
    config.settings.cache_clear()
    start_anew()
    assert quire.index(notices) == {"batchItemFailures": []}
    assert len(quire.found("")) == 2


def test_channels_and_people_are_known_afterwards(quire: Serving) -> None:
    quire.capture(fact("1", user="U1"), fact("2", user="U2", at="2026-03-02T10:00:00Z"))
    quire.index()
    directory = quire.house.aws.directory
    (channel,) = directory.channels(TENANT, limit=10)
    assert channel.channel_id == channel_id(TENANT, PLATFORM, "W1", "C1")
    assert channel.first_seen_at.startswith("2026-03-02T09:14:05")
    assert channel.last_message_at == "2026-03-02T10:00:00.000000000Z"
    assert {user.platform_id for user in directory.users(TENANT, limit=10)} == {"U1", "U2"}
    assert directory.channels_by_id(TENANT, [channel.channel_id, ChannelId("none")]) == {channel.channel_id: channel}
    assert directory.channels(TenantId("globex"), limit=10) == []


def test_an_event_too_large_for_its_row(quire: Serving) -> None:
    long = "needle " + "hay " * 100_000
    quire.capture(fact("1", text=long))
    quire.capture(fact("1", text="short", at="2026-03-02T09:20:00Z", edit=True))
    first, second = quire.house.aws.sent()
    quire.index([second])  # the large event is read from the other segment
    assert quire.found("needle") == ["short"]
    quire.index([first])
    assert quire.found("needle") == ["short"]


def test_events_whose_rows_have_expired_are_not_lost(quire: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred days later only the new event's row is there; the document knows the others."""
    quire.capture(fact("1", text="first"))
    quire.capture(fact("1", text="second", at="2026-03-02T09:20:00Z", edit=True))
    quire.index()
    _expire(quire)
    later = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=100)
    monkeypatch.setattr(bootstrap, "now", lambda: later)
    start_anew()
    quire.capture(fact("1", at="2026-06-10T00:00:00Z", delete=True))
    assert quire.index() == {"batchItemFailures": []}
    answer = quire.ask("POST", "/v1/search", {"query": "first"})
    (hit,) = answer.body["hits"]
    assert hit["content"] == "second"
    assert hit["deletedAt"] == "2026-06-10T00:00:00Z"
    assert hit["revision"] == 3
    assert [edit["content"] for edit in hit["editHistory"]] == ["first"]
    read = quire.ask("GET", f"/v1/messages/{hit['messageId']}")
    assert read.body == {name: value for name, value in hit.items() if name not in ("highlights", "foundIn")}


def test_a_rebuild_from_segments_alone(quire: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither rows nor documents are left: the same notices bring everything back, in any order."""
    quire.capture(fact("1", text="first"))
    quire.capture(fact("1", text="second", at="2026-03-02T09:20:00Z", edit=True))
    quire.capture(fact("2", text="other"))
    notices = quire.house.aws.sent()
    _expire(quire)
    monkeypatch.setattr(bootstrap, "now", lambda: datetime(2027, 3, 2, tzinfo=UTC))
    start_anew()
    for notice in reversed(notices):
        assert quire.index([notice]) == {"batchItemFailures": []}
    assert sorted(quire.found("")) == ["other", "second"]
    assert quire.found("first") == ["second"]


def test_a_restore_is_no_news(quire: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    quire.capture(fact("1"))
    assert [read_notice(notice).restored for notice in quire.house.aws.sent()] == [False]
    assert [restored.fault for restored in archive.restore(TENANT)] == [None]
    notices = quire.house.aws.sent()
    assert [read_notice(notice).restored for notice in notices] == [True]
    capsys.readouterr()
    quire.index(notices)
    assert "capture_to_searchable_seconds" not in capsys.readouterr().out
    assert len(quire.found("")) == 1


def test_an_emptied_engine_is_filled_again(quire: Serving) -> None:
    """The process goes on while the engine has forgotten indexes, alias and template."""
    quire.capture(fact("1", text="one"))
    notices = quire.house.aws.sent()
    quire.index(notices)
    quire.engine.indices.delete(index="*")
    quire.engine.indices.delete_index_template(name="quire-messages")
    assert quire.index(notices) == {"batchItemFailures": []}
    assert quire.found("one") == ["one"]


def test_it_imports_without_environment_and_network() -> None:
    for name in ("index_segment", "serve_api", "add_claims"):
        code = f"import functions.{name}.handler, sys; print([m for m in {HEAVY} if m in sys.modules])"
        done = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]", name


HEAVY = ("boto3", "opensearchpy", "cedarpy", "pydantic", "zstandard", "cryptography")


def _expire(quire: Serving) -> None:
    client = quire.house.aws.aws.dynamodb
    for item in client.scan(TableName="events")["Items"]:
        client.delete_item(TableName="events", Key={"pk": item["pk"], "sk": item["sk"]})
