"""Twenty shapes of questions, each asked with other words every time, and the same question for SQLite's FTS5.

``match`` is an FTS5 expression and ``where`` an SQL condition; ``None`` where FTS5 has no such operator.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.search_corpus import BEGAN, PEOPLE, PLATFORMS, SUBJECTS, VOCABULARY, Corpus, Told


@dataclass(frozen=True)
class Asked:
    """The body of a request to ``POST /v1/search``, and how FTS5 is asked the same."""

    request: dict[str, Any]
    match: str | None = None
    where: str = ""
    values: tuple[object, ...] = ()
    comparable: bool = True


@dataclass(frozen=True)
class Words:
    """What questions are made of: words by how frequent they are, and messages that are there."""

    corpus: Corpus
    chance: random.Random = field(default_factory=lambda: random.Random(3))  # noqa: S311 - made-up questions

    def frequent(self) -> str:
        """One of the first two hundred words."""
        return self.chance.choice(self.corpus.vocabulary[:200])

    def common(self) -> str:
        """A word that a few messages in a thousand hold."""
        return self.chance.choice([*SUBJECTS, *self.corpus.vocabulary[200:300]])

    def rare(self) -> str:
        """A word that a few messages in a million hold."""
        return self.chance.choice(self.corpus.vocabulary[4_000:VOCABULARY])

    def said(self) -> Told:
        """A message that is there."""
        return self.corpus.message(self.chance.randrange(self.corpus.size))

    def together(self, count: int) -> list[str]:
        """Words that stand side by side in a message."""
        while True:
            words = re.findall(r"[A-Za-z]+", self.said().text.lower())
            if len(words) > count:
                start = self.chance.randrange(len(words) - count)
                return words[start : start + count]

    def day(self) -> str:
        """A date in the half-year."""
        return f"{BEGAN.year + 1}-0{self.chance.randint(1, 3)}-{self.chance.randint(1, 28):02}"


Shape = Callable[[Words], Asked]


def _query(text: str, match: str | None, **more: Any) -> Asked:
    return Asked({"query": text, **more}, match, comparable=match is not None)


def _one_rare(words: Words) -> Asked:
    word = words.rare()
    return _query(word, word)


def _one_common(words: Words) -> Asked:
    word = words.common()
    return _query(word, word)


def _one_frequent(words: Words) -> Asked:
    word = words.frequent()
    return _query(word, word)


def _two_words(words: Words) -> Asked:
    one, other = words.common(), words.frequent()
    return _query(f"{one} {other}", f"{one} AND {other}")


def _three_words(words: Words) -> Asked:
    found = words.together(3)
    return _query(" ".join(found), " AND ".join(f'"{word}"' for word in found))


def _phrase(words: Words) -> Asked:
    phrase = " ".join(words.together(2))
    return _query(f'"{phrase}"', f'"{phrase}"')


def _long_phrase(words: Words) -> Asked:
    phrase = " ".join(words.together(4))
    return _query(f'"{phrase}"', f'"{phrase}"')


def _alternatives(words: Words) -> Asked:
    found = [words.common(), words.common(), words.rare()]
    return _query(" OR ".join(found), " OR ".join(found))


def _without(words: Words) -> Asked:
    one, other = words.common(), words.frequent()
    return _query(f"{one} AND NOT {other}", f"{one} NOT {other}")


def _grouped(words: Words) -> Asked:
    first, second, third = words.common(), words.common(), words.frequent()
    text = f"({first} OR {second}) AND {third}"
    return _query(text, text)


def _near(words: Words) -> Asked:
    one, other = words.together(2)
    return _query(f"{one} NEAR/5 {other}", f'NEAR("{one}" "{other}", 5)')


def _before(words: Words) -> Asked:
    one, other = words.together(2)
    return _query(f"{one} BEFORE/5 {other}", None)


def _beginning(words: Words) -> Asked:
    start = words.rare()[:7]
    return _query(f"{start}*", f"{start}*")


def _misspelt(words: Words) -> Asked:
    word = words.common()
    return _query(f"{word[:-1]}~1", None)


def _in_a_channel(words: Words) -> Asked:
    told, word = words.said(), words.frequent()
    asked = {"query": word, "filters": {"channelId": told.channel}}
    return Asked(asked, word, "channel = ?", (told.channel,))


def _of_a_person(words: Words) -> Asked:
    told = words.said()
    return Asked({"query": "", "filters": {"userId": told.user}}, None, "user = ?", (told.user,))


def _within_a_month(words: Words) -> Asked:
    word, month = words.common(), words.chance.randint(1, 3)
    began, ended = f"2026-0{month}-01T00:00:00Z", f"2026-0{month}-28T00:00:00Z"
    return Asked({"query": word, "from": began, "to": ended}, word, "at >= ? AND at < ?", (began, ended))


def _newest_of_a_platform(words: Words) -> Asked:
    platform = words.chance.choice(PLATFORMS)
    return Asked({"filters": {"platform": platform}}, None, "platform = ?", (platform,))


def _by_time(words: Words) -> Asked:
    word = words.common()
    return Asked({"query": word, "sort": "newest"}, word)


def _large_page(words: Words) -> Asked:
    one, number = words.common(), words.chance.randrange(PEOPLE)
    return _query(f"{one} {words.corpus.vocabulary[number % 40]}", None, limit=100)


SHAPES: dict[str, Shape] = {
    "one rare word": _one_rare,
    "one common word": _one_common,
    "one frequent word": _one_frequent,
    "two words": _two_words,
    "three words": _three_words,
    "phrase of two": _phrase,
    "phrase of four": _long_phrase,
    "alternatives": _alternatives,
    "one without another": _without,
    "a group and a word": _grouped,
    "near": _near,
    "before": _before,
    "beginning of a word": _beginning,
    "misspelt word": _misspelt,
    "word in a channel": _in_a_channel,
    "all of a person": _of_a_person,
    "word within a month": _within_a_month,
    "newest of a platform": _newest_of_a_platform,
    "word, newest first": _by_time,
    "a page of a hundred": _large_page,
}
