"""Marks that are told without an engine."""

import pytest

from quire.search.highlight import fragments
from quire.search.query.marking import UP_TO, marked
from quire.search.query.reading import parse
from quire.search.query.texts import TEXT_FIELDS


def shown(query: str, **texts: str | list[str]) -> list[str]:
    return fragments(marked(parse(query), texts), TEXT_FIELDS)


@pytest.mark.parametrize(
    ("query", "text", "fragment"),
    [
        ("trader", "<b>The traders</b>", "&lt;b&gt;The <mark>traders</mark>&lt;/b&gt;"),
        ('"traders were"', "The traders were late", "The <mark>traders</mark> <mark>were</mark> late"),
        ("cafe", "at the cafe\u0301 now", "at the <mark>cafe\u0301</mark> now"),
        ("merg* OR late~1", "lage mergers", "<mark>lage</mark> <mark>mergers</mark>"),
        ("/q[1-4]/", "Q3 and q5", "<mark>Q3</mark> and q5"),
        ("議事録", "会議の議事録を", "会議の<mark>議事録</mark>を"),
        ("회의록", "회의록을 보내", "<mark>회의록을</mark> 보내"),
        ("one NEAR/5 two", "one or two", "<mark>one</mark> or <mark>two</mark>"),
    ],
)
def test_words_are_marked(query: str, text: str, fragment: str) -> None:
    assert shown(query, content=text) == [fragment]


@pytest.mark.parametrize("query", ["", "from:anna", "NOT late", "🚀", "#orion"])
def test_what_is_no_word_is_not(query: str) -> None:
    assert shown(query, content="from anna too late 🚀 #orion") == []


def test_texts_from_before_come_after_the_text_of_now() -> None:
    assert shown("sell", content="buy, or sell", history=["sell it", "nothing"]) == [
        "buy, or <mark>sell</mark>",
        "<mark>sell</mark> it",
    ]


def test_a_long_text_is_cut_between_words() -> None:
    text = f"early {'filler ' * 60}middle {'filler ' * 60}late {'filler ' * 60}last"
    found = shown("early OR middle OR late OR last", content=text)
    assert [each.count("<mark>") for each in found] == [1, 1, 1]
    assert all(len(each) < 200 for each in found)
    assert all(set(each.replace("<mark>", "").replace("</mark>", "").split()) <= set(text.split()) for each in found)


def test_only_the_beginning_of_a_very_long_text_is_looked_at() -> None:
    assert shown("late", content="x " * UP_TO + "late") == []


def test_a_text_holding_our_marks() -> None:
    (fragment,) = shown("word", content="\ue000<script>\ue001 word")
    assert fragment == "&lt;script&gt; <mark>word</mark>"
