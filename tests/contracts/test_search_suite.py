"""Relevance and exactness: what each of many queries finds in a fixed archive, on both engines.

``search_suite/corpus.yaml`` is the archive, ``cases.yaml`` the queries. OpenSearch is right where engines differ.
"""

import mimetypes
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from quire.aws.directory import ChannelEntry, UserEntry
from quire.domain import ids
from quire.domain.events import Actor, ChannelRef, Event
from quire.domain.ids import ChannelId, SubjectId, TenantId
from quire.search.documents import Document
from quire.search.interpreter import Interpreter
from quire.search.query import Question
from quire.search.query.ast import Fuzzy, Phrase, Regexp, Wildcard, Word
from quire.search.query.errors import QueryError
from quire.search.query.marking import marked
from quire.search.query.matching import matches
from quire.search.query.meaning import meaning_of
from quire.search.query.names import DirectoryNames, Names, Someone
from quire.search.query.reading import parse
from quire.search.query.texts import ALL as ALL_TEXTS
from quire.search.query.texts import EMBEDDED, only_symbols
from quire.search.query.times import zone_named
from quire.search.searcher import Page, Searcher
from tests.chat import ACME, AT, WORKSPACE, Chat, file, known, mention
from tests.search_engines import ENGINES, Bench, bench, folded, pool

HERE = Path(__file__).parent / "search_suite"
CORPUS: dict[str, Any] = yaml.safe_load((HERE / "corpus.yaml").read_text("utf-8"))
CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "cases.yaml").read_text("utf-8"))
BEGUN = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
ROOT = ids.message_id(ACME, "slack", WORKSPACE, "C1", "root")
SAID: list[str] = [word for each in CORPUS["messages"] for word in re.findall(r"[a-z]{3,}", each["text"].lower())]
ROWS: list[list[str]] = [each["text"].split() for each in CORPUS["messages"] if each["text"].isascii()]
ALL = [message["id"] for message in CORPUS["messages"]]


@dataclass(frozen=True)
class Archive:
    """The corpus on an engine."""

    search: Bench
    names: Names

    def asked(self, case: Mapping[str, Any]) -> Page:
        """What a case's query finds."""
        where = ALL_TEXTS if self.search.real else EMBEDDED
        searcher = Searcher(self.search.ours, Interpreter(lambda: self.names, lambda: NOW), lambda: NOW, where)
        root = chat(self.search.tenant, "anna", "deals").message_id("root")
        text = case["q"].replace("{root}", root)
        return searcher.search(Question(text=text, zone=case.get("zone", "UTC"), limit=100))


@pytest.fixture(scope="module", params=[*ENGINES, pytest.param("pooled", marks=pytest.mark.opensearch)])
def archive(request: pytest.FixtureRequest) -> Iterator[Archive]:
    """The corpus, indexed once on each engine; and in a pool, where a neighbour holds the same."""
    pooled = request.param == "pooled"
    with ExitStack() as stack:
        kind = "opensearch" if pooled else request.param
        made = stack.enter_context(bench(kind, lambda: request.getfixturevalue("embedded_engine")))
        tenants = [made.tenant]
        if pooled:
            tenants.append(TenantId(f"{made.tenant}-next-door"))
            made = stack.enter_context(pool(made, *tenants))
        for tenant in tenants:
            said = enumerate(CORPUS["messages"])
            made.index(*(event for number, each in said for event in events(tenant, number, each)))
        yield Archive(made, names(made.tenant))


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    """The corpus as documents, without an engine."""
    said = [list(events(ACME, number, each)) for number, each in enumerate(CORPUS["messages"])]
    return [folded(known(*each)).document for each in said]


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


@pytest.mark.parametrize(("group", "case"), QUERIES, ids=[f"{group}: {case['q']}" for group, case in QUERIES])
def test_the_same_is_decided_without_an_engine(documents: list[Document], group: str, case: dict[str, Any]) -> None:
    """But for stems of languages other than English, which the embedded engine has not either."""
    if "error" in case:
        return
    query = parse(case["q"].replace("{root}", ROOT))
    meaning = meaning_of(query, names(ACME), zone_named(case.get("zone", "UTC")), NOW)
    found = [each["platform_id"] for each in documents if matches(query, each, meaning)]
    assert sorted(found) == sorted(
        expected(case, real=group != "languages" or "embedded" not in case or "회" in case["q"])
    )


LEAVES = [
    case
    for _, case in QUERIES
    if "error" not in case
    and isinstance(leaf := parse(case["q"].replace("{root}", ROOT)).root, Word | Phrase | Wildcard | Fuzzy | Regexp)
    and not only_symbols(leaf)
]


@pytest.mark.parametrize("case", LEAVES, ids=[case["q"] for case in LEAVES])
def test_what_is_found_is_marked_without_an_engine(documents: list[Document], case: dict[str, Any]) -> None:
    """A message that one word finds has it marked in one of its texts, and no other message has."""
    query = parse(case["q"])
    meaning = meaning_of(query, names(ACME), zone_named("UTC"), NOW)
    found = {each["platform_id"] for each in documents if matches(query, each, meaning)}
    assert {each["platform_id"] for each in documents if marked(query, each)} == found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bar", "call getInvoiceTotal or <mark>foo_bar.baz_qux</mark> in HTTPServer"),
        ("invoices", "call <mark>getInvoiceTotal</mark> or foo_bar.baz_qux"),
        ("คณะกรรมการ", "ประชุม<mark>คณะกรรมการ</mark>วันศุกร์เรื่อง Project Lotus"),
        ("2345.60", "we paid $<mark>2,345.60</mark> and 12,345,678 shares"),
    ],
)
def test_what_engines_do_not_mark_is_marked_all_the_same(archive: Archive, text: str, shown: str) -> None:
    hits = archive.asked({"q": text}).hits
    assert any(shown in fragment for hit in hits for fragment in hit.highlights)


def random_query(chance: random.Random) -> str:
    """A query of the corpus's own words, in ASCII: there engines and rules have to agree to the last message."""
    parts = [_part(chance) for _ in range(chance.randint(1, 4))]
    text = f" {chance.choice(('OR', 'AND', 'OR'))} ".join(parts)
    return f"({text}) {_part(chance)}" if chance.random() < 0.3 else text


def _part(chance: random.Random) -> str:
    fields = [
        "from:anna",
        "in:deals",
        "is:edited",
        "has:attachment",
        "type:direct",
        "to:bob",
        "before:2026-03-02T09:20",
    ]
    kinds = [_leaf(chance), _leaf(chance), _leaf(chance), _near(chance), chance.choice(fields)]
    found = chance.choice(kinds)
    return f"NOT {found}" if chance.random() < 0.2 else found


def _leaf(chance: random.Random) -> str:
    word, row = chance.choice(SAID), chance.choice(ROWS)
    start = chance.randrange(len(row))
    phrase = " ".join(row[start : start + chance.randint(1, 3)]).replace('"', "")
    patterns = [f"{word[:3]}*", f"{word[:2]}?{word[3:]}", f"{word}~1", f"/{word[:2]}[a-z]+/"]
    return chance.choice([word, f'"{word}"', f'"{phrase}"', *patterns])


def _near(chance: random.Random) -> str:
    row = chance.choice(ROWS)
    other = re.sub(r"\W", "", chance.choice(row)) or "the"
    group = f"({other} OR {chance.choice(SAID)})" if chance.random() < 0.5 else other
    return f"{chance.choice(SAID)} {chance.choice(('NEAR', 'BEFORE'))}/{chance.randint(0, 8)} {group}"


def test_random_queries_find_what_the_rules_say(archive: Archive, documents: list[Document]) -> None:
    chance, some, several = random.Random(6), 0, 0  # noqa: S311 - not for secrets
    where = replace(EMBEDDED, expands=archive.search.real)
    searcher = Searcher(archive.search.ours, Interpreter(lambda: archive.names, lambda: NOW), lambda: NOW, where)
    for _ in range(200):
        text = random_query(chance)
        if not archive.search.real and re.search("NEAR|BEFORE", text):
            continue  # the embedded engine takes words for near now and then that stand in different messages
        page = searcher.search(Question(text=text, limit=100, sort="oldest"))
        query = parse(text)
        meaning = meaning_of(query, names(ACME), zone_named("UTC"), NOW)
        wanted = [each["platform_id"] for each in documents if matches(query, each, meaning)]
        assert sorted(hit.document["platform_id"] for hit in page.hits) == sorted(wanted), text
        some, several = some + bool(wanted), several + (len(wanted) > 1)
    assert min(some, several) > 40, "the queries find too little to say anything"


def test_there_are_enough_of_them() -> None:
    assert len(QUERIES) >= 150
    assert {
        message for _, case in QUERIES for message in case.get("finds", ()) if isinstance(case["finds"], list)
    } >= set(ALL)
