"""How queries read: what is a word, what is an operator, what binds how, and what is said of what cannot be read."""

import pytest

from quire.search.query.ast import (
    And,
    Field,
    Fuzzy,
    Near,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Query,
    Regexp,
    Value,
    Wildcard,
    Word,
)
from quire.search.query.errors import QueryError
from quire.search.query.json_form import as_json
from quire.search.query.printing import printed
from quire.search.query.reading import parse
from quire.search.query.wording import in_words

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("", None),
        ("   ", None),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a a", A),
        ("a OR b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a OR b c", Or((A, And((B, C))))),
        ("NOT a b", And((Not(A), B))),
        ("NOT a OR b", Or((Not(A), B))),
        ("NOT (a OR b)", Not(Or((A, B)))),
        ("NOT NOT a", Not(Not(A))),
        ("a -b", And((A, Not(B)))),
        ('-"a b"', Not(Phrase("a b"))),
        ("-(a OR b)", Not(Or((A, B)))),
        ("-from:anna", Not(Field("from", (Value("anna"),)))),
        ("((a b) c)", And((A, B, C))),
        ("a and b or not c", And((A, Word("and"), B, Word("or"), Word("not"), C))),
        ('"a  b"', Phrase("a b")),
        ("“a b” «c»", And((Phrase("a b"), Phrase("c")))),
        ('a"b c"d', And((A, Phrase("b c"), Word("d")))),
        ('"a b"-c', And((Phrase("a b"), C))),
        ("a NEAR/5 b", Near(A, B, 5, ordered=False)),
        ("a BEFORE/0 b", Near(A, B, 0, ordered=True)),
        ("NOT a NEAR/5 b", Not(Near(A, B, 5, ordered=False))),
        ("a NEAR/5 b c", And((Near(A, B, 5, ordered=False), C))),
        ('(a OR "b c") NEAR/2 merg*', Near(Or((A, Phrase("b c"))), Wildcard("merg*"), 2, ordered=False)),
        ("word~1 BEFORE/3 words~2", Near(Fuzzy("word", 1), Fuzzy("words", 2), 3, ordered=True)),
        ("organi?ation", Wildcard("organi?ation")),
        ("me**r*", Wildcard("me*r*")),
        ("really?!", Wildcard("really?")),
        ("word~1", Fuzzy("word", 1)),
        ("/ab[0-9]{2}/", Regexp("ab[0-9]{2}")),
        ("from:anna", Field("from", (Value("anna"),))),
        ("From: anna", Field("from", (Value("anna"),))),
        ('from:"Anna Bo"', Field("from", (Value("Anna Bo", quoted=True),))),
        ('from:(anna OR "Bob B")', Field("from", (Value("anna"), Value("Bob B", quoted=True)))),
        ("in:#deals", Field("in", (Value("#deals"),))),
        ("HAS:Link", Field("has", (Value("link"),))),
        ("filetype:.PDF", Field("filetype", (Value("pdf"),))),
        ("on:2026-03-02T09:30", Field("on", (Value("2026-03-02T09:30"),))),
        ("during:2026-03-01..2026-03-15", Field("during", (Value("2026-03-01..2026-03-15"),))),
        ("!!!", Nothing()),
        ('""', Nothing()),
        ("()", Nothing()),
        ("?", Nothing()),
        ("a !!! ()", A),
        ("NOT !!! a", A),
        (":) a", A),
    ],
)
def test_reads_as(text: str, root: Node | None) -> None:
    assert parse(text) == Query(root)


@pytest.mark.parametrize(
    "text",
    [
        *("budget.xlsx", "C:\\dir", "https://x.y/z?a=b*c", "www.x.y/?q", "file:///etc/hosts", "mailto:a@b.c", "a@b.c"),
        *("10:30", "10:30:05", "localhost:8080", "std::vector", "re:", "foo/bar", "/usr/bin/env", "/root", "and/or"),
        *(
            "$ACME",
            "1,000.50",
            "#tag",
            "@name",
            ":rocket:",
            "🚀",
            "👍🏽",
            "foo-bar",
            "--force",
            "->",
            "c++",
            "a&b",
            "~5",
        ),
        *("And", "nor", "tenant_id:globex", "_exists_:x", ":x", "don't", "会議", "x=1", "50%", "hello~"),
    ],
)
def test_stays_one_word(text: str) -> None:
    assert parse(text) == Query(Word(text))


SOMETHING = "a word, a phrase in quotes, a field or a group in parentheses"


@pytest.mark.parametrize(
    ("text", "column", "length", "expected"),
    [
        ("(a", 1, 1, "a closing parenthesis ) for this one"),
        ("a (b (c)", 3, 1, "a closing parenthesis ) for this one"),
        ("a)", 2, 1, "no closing parenthesis: there is none open here"),
        ('a "b', 3, 1, 'a closing " for this one'),
        ("from:", 6, 1, "a value for the field"),
        ("from: AND", 7, 3, "a value for the field"),
        ("from:(a b)", 9, 1, "OR between the values of a field"),
        ("AND a", 1, 3, SOMETHING),
        ("a OR", 5, 1, SOMETHING),
        ("a AND AND b", 7, 3, SOMETHING),
        ("NOT", 4, 1, SOMETHING),
        ("a NOT OR b", 7, 2, SOMETHING),
        ("NEAR/5 b", 1, 6, SOMETHING),
        ("a NEAR/5", 9, 1, SOMETHING),
        ("a NEAR b", 3, 4, "NEAR or BEFORE in capitals with a distance"),
        ("a NEAR/x b", 3, 6, "NEAR or BEFORE in capitals with a distance"),
        ("a near/5 b", 3, 6, "NEAR or BEFORE in capitals with a distance"),
        ("a NEAR/51 b", 3, 7, "a distance of at most 50 words"),
        ("a NEAR/5 b NEAR/5 c", 12, 6, "no NEAR or BEFORE here"),
        ("a NEAR/5 (b c)", 10, 5, "a word, a phrase, a wildcard or (one OR another)"),
        ("a NEAR/5 from:b", 10, 6, "a word, a phrase, a wildcard or (one OR another)"),
        ("a NEAR/5 🚀", 10, 1, "a word, a phrase, a wildcard or (one OR another)"),
        ("frm:anna", 1, 4, "did you mean from:?"),
        ("x user:admin", 3, 5, "the fields are from: to: in:"),
        ('subject:"x"', 1, 8, "a known field before the colon"),
        ("*", 1, 1, "at least 2 letters or digits before the first * or ?"),
        ("m*", 1, 2, "at least 2 letters or digits before the first * or ?"),
        ("foo-ba*", 1, 7, "letters and digits of one word"),
        ("ab*c*d*e*f*", 1, 11, "at most 4 signs"),
        ("会議*", 1, 3, "no wildcard: Chinese, Japanese, Thai and their like are found wherever they stand"),
        ("word~3", 1, 6, "~1 or ~2 after a word"),
        ("ab~1", 1, 4, "at least 3 letters"),
        ("abcd~2", 1, 6, "at least 5 letters"),
        ('"a b"~3', 1, 7, "a phrase without ~"),
        ("/a b/", 3, 1, "no space"),
        ("/.*/", 2, 1, "begins with at least 2 letters"),
        ("/a*b/", 2, 1, "begins with at least 2 letters"),
        ("/ab(/", 4, 1, "something to match"),
        ("/ab(c/", 4, 1, "a closing parenthesis for this one"),
        ("/ab[z-a]/", 4, 1, "from the lower to the higher"),
        ("/ab{9}{9}{9}/", 7, 1, "one repetition sign"),
        ("/(ab){999}/", 2, 1, "at most 500 signs"),
        ("/ab\\b/", 4, 1, "\\d, \\w or an escaped sign"),
        ("has:foo", 5, 3, "one of attachment, link, reaction, pii"),
        ("is:(edited OR gone)", 15, 4, "one of edited, deleted, external, flagged"),
        ("on:2026-02-30", 4, 10, "a day or time such as"),
        ("during:2026-03-15..2026-03-01", 8, 22, "a day or time such as"),
        ("lang:klingon", 6, 7, "a language as its ISO 639 code"),
        ("from:...", 6, 3, "a value with a letter or digit"),
    ],
)
def test_refused_with_its_place(text: str, column: int, length: int, expected: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(text)
    assert (refused.value.column, refused.value.length) == (column, length)
    assert expected in refused.value.expected
    assert refused.value.slug == "query-malformed"
    assert refused.value.status == 400


def test_shown_back() -> None:
    query = parse('(merger OR "big plan") NEAR/5 conf* -from:(anna OR "Bob B") is:edited orgn~1 /q[1-4]x/')
    assert printed(query) == (
        '(merger OR "big plan") NEAR/5 conf* AND NOT from:(anna OR "Bob B") AND is:edited AND orgn~1 AND /q[1-4]x/'
    )
    assert in_words(query) == (
        "messages with (“merger” in any form or exactly “big plan”) at most 5 words from a word like “conf*”, "
        "and not from anna or “Bob B”, and that are edited, and with “orgn” or a word at most 1 letter off it, "
        "and with a word that matches /q[1-4]x/"
    )
    assert as_json(parse("a -from:b")) == {
        "and": [{"word": "a"}, {"not": {"field": "from", "values": [{"text": "b", "quoted": False}]}}]
    }
