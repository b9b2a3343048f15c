"""Relevance and exactness: what each of many queries finds in a fixed archive, on both engines.

``search_suite/corpus.yaml`` is the archive, ``cases.yaml`` the queries. OpenSearch is right where engines differ.
"""

import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from quire.aws.directory import ChannelEntry, UserEntry
from quire.domain.events import Actor, ChannelRef, Event
from quire.domain.ids import ChannelId, SubjectId, TenantId
from quire.search.query import Question
from quire.search.query.errors import QueryError
from quire.search.query.names import DirectoryNames, Names, Someone
from quire.search.query.texts import ALL as ALL_TEXTS
from quire.search.query.texts import WITHOUT_LANGUAGES
from quire.search.searcher import Page, Searcher
from tests.chat import AT, WORKSPACE, Chat, file, mention
from tests.search_engines import ENGINES, Bench, bench

HERE = Path(__file__).parent / "search_suite"
CORPUS: dict[str, Any] = yaml.safe_load((HERE / "corpus.yaml").read_text("utf-8"))
CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "cases.yaml").read_text("utf-8"))
BEGUN = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
ALL = [message["id"] for message in CORPUS["messages"]]


@dataclass(frozen=True)
class Archive:
    """The corpus on an engine."""

    search: Bench
    names: Names

    def asked(self, case: Mapping[str, Any]) -> Page:
        """What a case's query finds."""
        where = ALL_TEXTS if self.search.real else WITHOUT_LANGUAGES
        searcher = Searcher(self.search.engine, self.search.tenant, lambda: self.names, lambda: NOW, where)
        root = chat(self.search.tenant, "anna", "deals").message_id("root")
        text = case["q"].replace("{root}", root)
        return searcher.search(Question(text=text, zone=case.get("zone", "UTC"), limit=100))


@pytest.fixture(scope="module", params=ENGINES)
def archive(request: pytest.FixtureRequest) -> Iterator[Archive]:
    """The corpus, indexed once on each engine."""
    with ExitStack() as stack:
        made = stack.enter_context(bench(request.param, lambda: request.getfixturevalue("embedded_engine")))
        made.index(
            *(event for number, each in enumerate(CORPUS["messages"]) for event in events(made.tenant, number, each))
        )
        yield Archive(made, names(made.tenant))


def chat(tenant: TenantId, who: str, where: str) -> Chat:
    place = CORPUS["conversations"][where]
    platform = place.get("platform", "slack")
    channel = ChannelRef(id=place["id"], name=where, type=place["type"], external=place.get("external"))
    account = CORPUS["people"][who]["accounts"].get(platform) or f"{who}-there"
    return Chat(tenant, platform, channel, Actor(id=account, name=CORPUS["people"][who]["name"]))


def events(tenant: TenantId, number: int, said: Mapping[str, Any]) -> Iterator[Event]:
    """The events of a message."""
    speaker = chat(tenant, said["from"], said["in"])
    at = said.get("at") or f"{BEGUN + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}"
    files: Mapping[str, str] = said.get("files", {})
    people = [CORPUS["people"][who]["accounts"][speaker.platform] for who in said.get("mentions", ())]
    more: dict[str, Any] = {
        "attachments": tuple(file(name) for name in files),
        "mentions": tuple(mention(each) for each in people),
        **({"subject": said["subject"]} if "subject" in said else {}),
        **({"thread": said["thread"]} if "thread" in said else {}),
    }
    yield speaker.says(said["text"], said["id"], at, **more)
    for edit, text in enumerate(said.get("edits", ())):
        yield speaker.edits(text, said["id"], f"2026-03-02T20:{edit:02d}:00Z")
    if said.get("deleted"):
        yield speaker.deletes(said["id"], "2026-03-02T21:00:00Z")
    for emoji in said.get("reactions", ()):
        yield speaker.reacts(emoji, said["id"])
    for name, text in files.items():
        yield speaker.keeps(name, text, said["id"], detected_type=mimetypes.guess_type(name)[0])


def names(tenant: TenantId) -> Names:
    """The corpus's directory."""
    people = [person(tenant, who) for who in CORPUS["people"]]
    channels = [channel(tenant, where) for where in CORPUS["conversations"]]
    members = [(where, who) for where, told in CORPUS["conversations"].items() for who in told.get("members", ())]

    def talks(accounts: Sequence[SubjectId]) -> list[ChannelId]:
        taking_part = [chat(tenant, who, where) for where, who in members]
        return sorted({each.channel_id for each in taking_part if each.user_id in accounts})

    return DirectoryNames(lambda: people, lambda: channels, lambda one: [one], talks)


def person(tenant: TenantId, who: str) -> Someone:
    told = CORPUS["people"][who]
    accounts = [
        UserEntry(
            replace(chat(tenant, who, "general"), platform=platform, user=Actor(id=id_)).user_id,
            *(platform, id_, WORKSPACE, AT),
            name=told["name"],
            email=told["email"],
        )
        for platform, id_ in told["accounts"].items()
    ]
    return Someone(f"person-{who}", told["name"], tuple(accounts))


def channel(tenant: TenantId, where: str) -> ChannelEntry:
    place = chat(tenant, "anna", where)
    return ChannelEntry(place.channel_id, place.platform, place.channel.id, WORKSPACE, AT, name=where)


def expected(case: Mapping[str, Any], real: bool) -> list[str]:
    finds = case.get("in_order", case.get("finds"))
    if not real and "embedded" in case:
        finds = case["embedded"]
    if finds == "all":
        return ALL
    return [each for each in ALL if each not in case["but"]] if finds == "all-but" else list(finds)


QUERIES = [(group, case) for group, cases in CASES.items() for case in cases]


@pytest.mark.parametrize(("group", "case"), QUERIES, ids=[f"{group}: {case['q']}" for group, case in QUERIES])
def test_query(archive: Archive, group: str, case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(QueryError) as refused:
            archive.asked(case)
        assert refused.value.column == case["error"]
        return
    page = archive.asked(case)
    found = [hit.document["platform_id"] for hit in page.hits]
    wanted = expected(case, archive.search.real)
    assert (found if "in_order" in case else sorted(found)) == (wanted if "in_order" in case else sorted(wanted))
    assert len(page.notes) == case.get("notes", 0)


def test_there_are_enough_of_them() -> None:
    assert len(QUERIES) >= 150
    assert {
        message for _, case in QUERIES for message in case.get("finds", ()) if isinstance(case["finds"], list)
    } >= set(ALL)
