"""Whether a message matches a query, decided on its document and without an engine. Pure.

The rules are those of :mod:`.compiling`, in as few words as possible: this is what a search falls back to when the
index does not answer, and what the engines are held against in tests. It knows no stems of languages other than
English (their words match as they are written), and divides words as :mod:`.analysis` says.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quire.domain.time import nanoseconds
from quire.search.mapping import indexable_time
from quire.search.query import regexps
from quire.search.query.analysis import signs, stem, tokens
from quire.search.query.ast import (
    And,
    Field,
    Fuzzy,
    Near,
    Node,
    Not,
    Nothing,
    Operand,
    Or,
    Phrase,
    Query,
    Regexp,
    Value,
    Wildcard,
    Word,
)
from quire.search.query.folding import folded
from quire.search.query.meaning import Meaning
from quire.search.query.patterns import is_wild
from quire.search.query.properties import FLAGS, KEYWORDS
from quire.search.query.texts import CJK, EMOJI_NAME, PARTS, TEXT_FIELDS, asked_tokens, literal, readings, special_of
from quire.search.query.times import Span
from quire.search.tokens import in_parts, symbols_of

Document = Mapping[str, Any]
Stretch = tuple[int, int]
"""First and last position of something in a text."""


def matches(query: Query, document: Document, meaning: Meaning) -> bool:
    """Whether a document (:mod:`quire.search.documents`) matches."""
    return query.root is None or _Message(document, meaning).says(query.root)


@dataclass(slots=True)
class Text:
    """The words of a text, as they are written (without case and accents) and as English stems."""

    exact: list[str]
    stems: list[str]


class _Message:
    def __init__(self, document: Document, meaning: Meaning) -> None:
        self.document = document
        self.meaning = meaning
        self._texts: list[Text] | None = None

    def says(self, node: Node) -> bool:
        match node:
            case Nothing():
                return False
            case And(of):
                return all(map(self.says, of))
            case Or(of):
                return any(map(self.says, of))
            case Not(of):
                return not self.says(of)
            case Field(name, values):
                return any(self._has(name, value) for value in values)
            case Near():
                return any(_beside(node, text) for text in self.texts())
            case Wildcard(pattern) if pattern[0] in "#@$":
                return any(map(_wild(pattern), self._values("tokens")))
            case _:
                special = self._special(node)
                return self._said(node) if special is None else special

    def texts(self) -> list[Text]:
        if self._texts is None:
            self._texts = [_text(text) for name in TEXT_FIELDS for text in self._values(name)]
        return self._texts

    def _said(self, node: Node) -> bool:
        if not isinstance(node, Word):
            return any(_found(node, text) for text in self.texts())
        words = [Word(each) for each in readings(node.text)]
        if any(_found(word, text) for word in words for text in self.texts()):
            return True
        parts = Word(in_parts(node.text))
        return not CJK.search(node.text) and any(_found(parts, _text(each)) for each in self._values(PARTS))

    def _values(self, name: str) -> Sequence[str]:
        value = self.document.get(name, ())
        return [value] if isinstance(value, str) else value

    def _special(self, node: Node) -> bool | None:
        """Whether it is among the message's symbols, tokens or emoji; ``None`` where texts are to be looked at."""
        if not isinstance(node, Word | Phrase):
            return None
        if isinstance(node, Word) and (emoji := EMOJI_NAME.match(node.text)):
            return emoji[1].lower() in self._values("emoji")
        if not any(map(str.isalnum, node.text)):
            return set(symbols_of(node.text)) <= set(self._values("symbols"))
        token = special_of(node.text)
        if token is None:
            return None
        return not set(asked_tokens(token, quoted=isinstance(node, Phrase))).isdisjoint(self._values("tokens"))

    def _has(self, name: str, value: Value) -> bool:
        if name in ("before", "after", "on", "during"):
            return _sent(name, self.meaning.spans[value], self.document["timestamp"])
        if name in ("from", "to", "mention", "in"):
            return self._named(name, value)
        if name == "thread":
            return value.text.lower() in (self.document.get("thread_id"), self.document.get("message_id"))
        if name == "file":
            return any(_called(value, tokens(each)) for each in self._values("file_names"))
        if (name, value.text) == ("has", "pii"):
            return bool(self._values("pii"))
        if (name, value.text) in FLAGS:
            return bool(self.document.get(FLAGS[name, value.text]))
        return value.text.lower() in [each.lower() for each in self._values(KEYWORDS[name])]

    def _named(self, name: str, value: Value) -> bool:
        meant = self.meaning.named[name, value]
        sender, channel = self.document.get("user_id"), self.document.get("channel_id")
        if name == "from":
            return sender in meant.ids
        if name == "in":
            return channel in meant.ids
        mentioned = not set(self._values("mentioned_ids")).isdisjoint(meant.ids)
        return mentioned or (name == "to" and channel in meant.private and sender not in meant.ids)


def _text(text: str) -> Text:
    exact = tokens(text)
    return Text(exact, [stem(token) for token in exact])


def _found(node: Node, text: Text) -> bool:
    if isinstance(node, Regexp):
        compiled = re.compile(regexps.compiled(node.pattern).pattern)
        return any(compiled.fullmatch(token) for token in text.exact)
    return any(True for _ in stretches(node, text))


def stretches(node: Node, text: Text) -> Iterator[Stretch]:
    """Where something stands in a text."""
    match node:
        case Or(of):
            for each in of:
                yield from stretches(each, text)
        case Word(said) | Phrase(said) if CJK.search(said):
            yield from in_a_row(tokens(said), text.exact)
            yield from in_a_row(signs(tokens(said)), signs(text.exact))
        case Word(said):
            yield from in_a_row([stem(token) for token in tokens(said)], text.stems)
        case Phrase(said):
            yield from in_a_row(tokens(said), text.exact)
        case Wildcard(pattern):
            fits = _wild(pattern.lstrip("#@$"))
            yield from ((at, at) for at, token in enumerate(text.exact) if fits(token))
        case Fuzzy(said, edits):
            wanted = folded(said)
            yield from ((at, at) for at, token in enumerate(text.exact) if _apart(wanted, token, edits))
        case _:
            raise TypeError(f"stands nowhere in a text: {type(node).__name__}")


def _beside(near: Near, text: Text) -> bool:
    sides = (near.first, near.second)
    first, second = (list(_places(_as_written(each) if literal(near) else each, text)) for each in sides)
    return any(
        0 <= other[0] - one[1] - 1 <= near.distance
        or (not near.ordered and 0 <= one[0] - other[1] - 1 <= near.distance)
        for one in first
        for other in second
    )


def _as_written(operand: Operand) -> Operand:
    if isinstance(operand, Or):
        return Or(tuple(Phrase(each.text) if isinstance(each, Word) else each for each in operand.of))
    return Phrase(operand.text) if isinstance(operand, Word) else operand


def _places(operand: Operand, text: Text) -> Collection[Stretch]:
    return set(stretches(operand, text))


def in_a_row(wanted: Sequence[str], there: Sequence[str]) -> Iterator[Stretch]:
    """Where some words stand side by side."""
    length = len(wanted)
    if length:
        yield from ((at, at + length - 1) for at in range(len(there) - length + 1) if there[at : at + length] == wanted)


def _wild(pattern: str) -> Callable[[str], bool]:
    signs = {"*": ".*", "?": "."}
    compiled = re.compile("".join(signs.get(sign) or re.escape(sign) for sign in folded(pattern)), re.DOTALL)
    return lambda token: compiled.fullmatch(token) is not None


def _apart(one: str, other: str, edits: int) -> bool:
    """Whether two words are at most so many letters apart; two neighbours changed about are one."""
    if abs(len(one) - len(other)) > edits:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for number, sign in enumerate(one, 1):
        previous, row = row, [number]
        for at, there in enumerate(other, 1):
            cost = min(previous[at] + 1, row[at - 1] + 1, previous[at - 1] + (sign != there))
            if number > 1 and at > 1 and sign == other[at - 2] and one[number - 2] == there:
                cost = min(cost, before[at - 2] + 1)
            row.append(cost)
        before = previous
    return row[-1] <= edits


def _called(value: Value, name: Sequence[str]) -> bool:
    if not value.quoted and is_wild(value.text):
        return any(map(_wild(value.text), name))
    if value.quoted:
        return any(True for _ in in_a_row(tokens(value.text), name))
    wanted = [stem(token) for token in tokens(value.text)]
    if any(True for _ in in_a_row(wanted, [stem(token) for token in name])):
        return True
    return value.text.isalnum() and any(token.startswith(f"{folded(value.text)}.") for token in name)


def _sent(name: str, span: Span, timestamp: str) -> bool:
    at, start, end = (nanoseconds(indexable_time(each)) for each in (timestamp, span.start, span.end))
    if name == "before":
        return at < start
    return at >= end if name == "after" else start <= at < end
