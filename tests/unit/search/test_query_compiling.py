"""Questions compiled to typed queries."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from quire.aws.directory import ChannelEntry, UserEntry
from quire.domain.ids import ChannelId, SubjectId
from quire.search.query import COUNTED_UP_TO, Filters, Question, sorting
from quire.search.query.ast import Query
from quire.search.query.compiling import compiled, cost, highlighted
from quire.search.query.errors import QueryError
from quire.search.query.limits import MAX_COST, MAX_TERMS
from quire.search.query.meaning import Meaning, meaning_of
from quire.search.query.names import DirectoryNames, Names, Someone
from quire.search.query.reading import parse
from tests.chat import ACME, AT
from tests.query_shapes import check

NOW = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)


def account(subject: str, name: str, email: str | None = None, platform: str = "slack") -> UserEntry:
    return UserEntry(SubjectId(subject), platform, f"U{subject}", "W1", AT, name, email)


def channel(id_: str, name: str | None, continues: str | None = None) -> ChannelEntry:
    return ChannelEntry(
        ChannelId(id_), "slack", f"C{id_}", "W1", AT, name=name, continues=ChannelId(continues) if continues else None
    )


def directory() -> Names:
    people = [
        Someone(
            "p1", "Anna Berg", (account("a1", "Anna Berg", "anna@acme.example"), account("a2", "aberg", None, "teams"))
        ),
        Someone("p2", "Anna Çelik", (account("b1", "Anna Çelik", "celik@acme.example"),)),
        Someone("p3", "Bob", (account("c1", "Bob"),)),
    ]
    channels = [channel("d1", "deals"), channel("d2", "Deals"), channel("g", "General")]
    return DirectoryNames(
        lambda: people,
        lambda: channels,
        lambda one: [one, ChannelId("g-before")] if one == "g" else [one],
        lambda accounts: [ChannelId(f"dm-{each}") for each in accounts],
    )


def meaning(text: str, zone: str = "UTC") -> Meaning:
    return meaning_of(parse(text), directory(), ZoneInfo(zone), NOW)


def clause(text: str, zone: str = "UTC") -> Any:
    """What a query adds to the tenant's filter."""
    question = Question(text=text, sort="newest")
    query = compiled(ACME, question, parse(text), meaning(text, zone))
    check(query, ACME)
    assert set(query["bool"]) == {"filter"}
    first, *others = query["bool"]["filter"]
    assert first == {"term": {"tenant_id": {"value": "acme"}}}
    return others[0] if others else None


def test_filters_and_times() -> None:
    question = Question(
        filters=Filters(platforms=("slack", "teams"), user_ids=("u",)),
        since="2026-03-02T09:14:05.000200001Z",
        until="2026-03-03T00:00:00Z",
    )
    assert compiled(ACME, question, Query(), Meaning())["bool"]["filter"] == [
        {"term": {"tenant_id": {"value": "acme"}}},
        {"terms": {"platform": ["slack", "teams"]}},
        {"terms": {"user_id": ["u"]}},
        {"range": {"timestamp": {"gte": "2026-03-02T09:14:05.000200001Z", "lt": "2026-03-03T00:00:00Z"}}},
    ]


def test_when_hits_are_ranked() -> None:
    assert not Question().ranked
    assert not Question(text="  ").ranked
    assert Question(text="x").ranked
    assert not Question(text="x", sort="newest").ranked
    assert clause("x") is not None
    assert next(iter(sorting(Question(text="x"))[0])) == "_score"
    assert sorting(Question(sort="oldest")) == [{"instant": {"order": "asc"}}, {"place": {"order": "asc"}}]


def test_nothing_to_mark() -> None:
    for text in ("", "from:anna", "NOT secret", "!!!"):
        assert highlighted(parse(text), "<", ">") is None


def test_totals_are_counted_far() -> None:
    assert COUNTED_UP_TO == 100_000


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("plan", {"content", "subject", "history", "attachment_text", "parts"}),
        ('"plan"', {"content.exact", "subject.exact", "history.exact", "attachment_text.exact"}),
    ],
)
def test_only_words_outside_quotes_are_stemmed(text: str, where: set[str]) -> None:
    fields = clause(text)["multi_match"]["fields"]
    assert {each for each in fields if not each.startswith("words_")} == where
    assert text == "plan" or not any(each.startswith("words_") for each in fields)


@pytest.mark.parametrize("text", ["merg*", "mèrg*", "MERG*"])
def test_patterns_are_folded_as_the_index_is(text: str) -> None:
    assert {"wildcard": {"content.exact": {"value": "merg*"}}} in clause(text)["bool"]["should"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$ACME", {"term": {"tokens": {"value": "$acme"}}}),
        ("$1,000.50", {"terms": {"tokens": ["$1,000.50", "$1000.50", "=$1000.50"]}}),
        ('"$1,000.50"', {"term": {"tokens": {"value": "$1,000.50"}}}),
        ("#Deal", {"term": {"tokens": {"value": "#deal"}}}),
        ("#dea*", {"wildcard": {"tokens": {"value": "#dea*"}}}),
        (":Rocket:", {"term": {"emoji": {"value": "rocket"}}}),
        ("is:edited", {"term": {"is_edited": {"value": True}}}),
        ("has:pii", {"exists": {"field": "pii"}}),
        ("filetype:.PDF", {"term": {"file_types": {"value": "pdf", "case_insensitive": True}}}),
        ("file:a-b", {"match_phrase": {"file_names": {"query": "a-b"}}}),
        ('file:"budget*"', {"match_phrase": {"file_names.exact": {"query": "budget*"}}}),
        ("file:budget*", {"wildcard": {"file_names.exact": {"value": "budget*"}}}),
        ("NOT is:edited", {"bool": {"must_not": [{"term": {"is_edited": {"value": True}}}]}}),
        ("from:bob", {"terms": {"user_id": ["c1"]}}),
        ("from:anna@acme.example", {"terms": {"user_id": ["a1", "a2"]}}),
        ("from:celik", {"terms": {"user_id": ["b1"]}}),
        ("from:p1", {"terms": {"user_id": ["a1", "a2"]}}),
        ("from:Ua2", {"terms": {"user_id": ["a1", "a2"]}}),
        ('from:"Berg Anna"', {"terms": {"user_id": ["a1", "a2"]}}),
        ("from:anna", {"terms": {"user_id": ["a1", "a2", "b1"]}}),
        ("from:nemo", {"match_none": {}}),
        ("mention:@bob", {"terms": {"mentioned_ids": ["c1"]}}),
        ("in:#deals", {"terms": {"channel_id": ["d1", "d2"]}}),
        ("in:general", {"terms": {"channel_id": ["g", "g-before"]}}),
        (
            "on:2026-03-02",
            {"range": {"timestamp": {"gte": "2026-03-02T00:00:00.000000Z", "lt": "2026-03-03T00:00:00.000000Z"}}},
        ),
        ("before:2026-03-02", {"range": {"timestamp": {"lt": "2026-03-02T00:00:00.000000Z"}}}),
        ("after:2026-03-02", {"range": {"timestamp": {"gte": "2026-03-03T00:00:00.000000Z"}}}),
    ],
)
def test_fields(text: str, expected: dict[str, Any]) -> None:
    assert clause(text) == expected


def test_days_begin_in_the_askers_zone() -> None:
    times = clause("on:today", "Asia/Tokyo")["range"]["timestamp"]
    assert times == {"gte": "2026-03-04T15:00:00.000000Z", "lt": "2026-03-05T15:00:00.000000Z"}


def test_to_somebody_is_mentioned_or_told_in_private() -> None:
    mentioned, told = clause("to:bob")["bool"]["should"]
    assert mentioned == {"terms": {"mentioned_ids": ["c1"]}}
    assert told == {
        "bool": {"filter": [{"terms": {"channel_id": ["dm-c1"]}}], "must_not": [{"terms": {"user_id": ["c1"]}}]}
    }


def test_notes_say_whom_a_name_stands_for() -> None:
    assert meaning("from:bob in:general").notes == ()
    assert meaning("from:nemo in:nowhere").notes == (
        "from:nemo finds nothing: nobody who was ever captured is called that",
        "in:nowhere finds nothing: no conversation has this name",
    )
    (note,) = meaning("from:anna").notes
    assert note == "from:anna stands for 2: Anna Berg (anna@acme.example); Anna Çelik (celik@acme.example)"


def test_notes_say_what_nothing_is_told_of() -> None:
    assert meaning("is:edited -is:flagged sentiment:negative hold:acme-2026 tag:priority").notes == (
        "is:flagged finds nothing: messages cannot be flagged yet",
        "sentiment:negative finds nothing: the mood of messages is not told yet",
        "hold:acme-2026 finds nothing: messages are not marked with the holds they are under yet",
        "tag:priority finds nothing: messages cannot be tagged yet",
    )


def test_beside_each_other() -> None:
    ((name, rule),) = clause("a BEFORE/3 b")["bool"]["should"][0]["intervals"].items()
    assert name == "content"
    assert (rule["all_of"]["ordered"], rule["all_of"]["max_gaps"]) == (True, 3)
    ((name, rule),) = clause('a NEAR/3 "b c"')["bool"]["should"][0]["intervals"].items()
    assert name == "content.exact"
    assert len(rule["any_of"]["intervals"]) == 2
    word = rule["any_of"]["intervals"][0]["all_of"]["intervals"][0]["match"]
    assert (word["query"], word["use_field"]) == ("a", "content")


def test_what_costs_too_much_is_refused() -> None:
    words = " ".join(f"w{n}" for n in range(MAX_TERMS))
    question = Question(text=words)
    query = compiled(ACME, question, parse(words), Meaning())
    assert MAX_TERMS * 4 <= cost(query) <= MAX_COST
    phrases = " OR ".join(f'"w{n} x"' for n in range(MAX_TERMS // 2))
    text = f"({phrases}) NEAR/5 ({phrases})"
    with pytest.raises(QueryError) as refused:
        compiled(ACME, Question(text=text), parse(text), Meaning())
    assert "fewer alternatives" in refused.value.expected
