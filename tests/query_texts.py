"""Texts to throw at whatever reads queries: random, of what the query language is made of; and whole queries."""

import random
from collections.abc import Iterator

from hypothesis import strategies as st

from quire.search.query.ast import (
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
    all_of,
    any_of,
)

_PIECES: list[str] = [
    *"\"()*?~/-:\\|+ \t\n'“”«».,;=<>[]{}^$#@!&%",
    *(
        "AND",
        "OR",
        "NOT",
        "NEAR/5",
        "BEFORE/3",
        "NEAR",
        "near/5",
        "NEAR/x",
        "AND NOT",
        "and",
        "TO",
        "~1",
        "~2",
        "word~1",
    ),
    *("from:", "to:", "in:", "has:", "is:", "on:", "during:", "before:", "file:", "lang:", "frm:", "http://x.y/?a=b"),
    *(
        "anna",
        "link",
        "edited",
        "2026-03-02",
        "last-week",
        "2026-02-30",
        "de",
        "pdf",
        "merg*",
        "organi?ation",
        "*",
        "/ab.c/",
    ),
    *(
        "/ab[a-z]{2,5}/",
        '"big plan"',
        "$ACME",
        "#tag",
        "@name",
        ":rocket:",
        ":)",
        "1,000.50",
        "10:30",
        "C:\\dir",
        "foo/bar",
    ),
    *(
        "会議",
        "🚀",
        "👍🏽",
        "ß",
        "İ",
        "\u0301",
        "\u202e",
        "\x00",
        "\ue000",
        "é",
        "ＡＢ",
        "𝒳",
        "שלום",
        "tenant_id:globex",
    ),
    *(
        '{"match_all":{}}',
        "_exists_:tenant_id",
        "*:*",
        "/.*/",
        "NOT tenant_id:acme",
        "${jndi:ldap://x}",
        "'; DROP TABLE x",
    ),
]


def random_texts(count: int, seed: int) -> Iterator[str]:
    """``count`` texts, always the same for a seed: pieces of queries, characters of any script, both."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    for _ in range(count):
        size = chance.choice((1, 2, 3, 5, 8, 13))
        yield chance.choice(("", " ")).join(_piece(chance) for _ in range(size))


def _piece(chance: random.Random) -> str:
    if chance.random() < 0.85:
        return chance.choice(_PIECES)
    return "".join(chr(chance.randrange(1, 0x2FFF)) for _ in range(chance.randrange(1, 5)))


_letters = st.text("abcdefghijklmnopqrstuvwxyzäéßñ", min_size=5, max_size=9)
_words = _letters | st.sampled_from(
    ["budget.xlsx", "$ACME", ":rocket:", "🚀", "会議", "C:\\dir", "https://x.y/z?a=b", "10:30"]
)
_plain = st.builds(Word, _letters)
_phrases = st.builds(lambda words: Phrase(" ".join(words)), st.lists(_letters, min_size=1, max_size=3))
_wildcards = st.builds(lambda text, sign: Wildcard(f"{text}{sign}"), _letters, st.sampled_from(["*", "?", "*x", "??"]))
_fuzzy = st.builds(Fuzzy, _letters, st.integers(1, 2))
_regexps = st.builds(
    lambda text, end: Regexp(f"{text}{end}"), _letters, st.sampled_from(["[a-z]+", ".?", "(x|y)", "{2,3}"])
)
_operands = _plain | _phrases | _wildcards | _fuzzy
_groups = st.lists(_operands, min_size=2, max_size=3, unique=True).map(lambda parts: Or(tuple(parts)))
_near = st.builds(Near, _operands | _groups, _operands | _groups, st.integers(0, 50), st.booleans())
_values = st.builds(Value, _letters, st.booleans())
_fields = st.one_of(
    st.builds(
        Field,
        st.sampled_from(["from", "to", "in", "mention", "file", "tag", "hold", "thread"]),
        st.lists(_values, min_size=1, max_size=3, unique=True).map(tuple),
    ),
    st.sampled_from(
        [
            Field("has", (Value("link"), Value("pii"))),
            Field("is", (Value("edited"),)),
            Field("on", (Value("2026-03-02"),)),
            Field("during", (Value("last-week"), Value("2026-Q1"))),
            Field("lang", (Value("de"),)),
            Field("type", (Value("direct"),)),
        ]
    ),
)
_leaves = st.builds(Word, _words) | _phrases | _wildcards | _fuzzy | _near | _fields


def _within(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        st.builds(Not, inner),
        several.map(all_of).filter(lambda node: node is not None),
        several.map(any_of).filter(lambda node: node is not None),
    )


queries: st.SearchStrategy[Query] = st.one_of(
    st.just(Query()),
    st.just(Query(Nothing())),
    st.builds(Query, st.recursive(_leaves, _within, max_leaves=8)),
    st.builds(Query, _regexps),
)
"""Whole queries within the limits."""
