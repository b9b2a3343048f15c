"""A made-up firm's chat to search in: any number of messages, the same ones every time, and no two alike.

What matters to an index is like real chat: eighteen words a message, few of them frequent and most of them rare (Zipf),
in several languages; a thousand people in four hundred channels of three platforms over half a year; every twentieth
message edited, every fiftieth deleted, every thirtieth with a file and its text, every tenth with a reaction.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from quire.domain.events import Actor, ChannelRef, Event
from quire.domain.ids import TenantId
from tests.chat import Chat, file, mention

BEGAN, ENDED = datetime(2025, 10, 1, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)
PLATFORMS = ("slack", "teams", "whatsapp")
PEOPLE, CHANNELS, VOCABULARY = 1_000, 400, 40_000
SUBJECTS = ("merger", "invoice", "settlement", "compliance", "quarterly", "counterparty", "escalate", "benchmark")
"""Words that everybody uses now and then, whatever the language; what is searched for is among them."""
_EVERY_SUBJECT = 0.06
_LANGUAGES = {
    "en": "the to of and a in is it you that we for on was with be as are this have not at please can will call",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an bitte wir",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se nous avec vous",
    "es": "de la que el en y a los del se las por un para con no una su al lo como más pero sus le hay",
}
_SHARES = (82, 8, 6, 4)
_SOUNDS = "ka lo mi ter ban que si or da ven chu pra en il ro sta mon fi del ur"
_SYLLABLES = _SOUNDS.split()
_EMOJI = ("thumbsup", "eyes", "tada", "heart", "white_check_mark")


@dataclass(frozen=True)
class Told:
    """A message's events, and what a query is made of: its words as they stand now, who said it and where."""

    events: list[Event]
    text: str
    platform: str
    channel: str
    user: str


class Corpus:
    """Messages of one tenant; those of a smaller corpus are the first of a larger one."""

    def __init__(self, tenant: TenantId, size: int) -> None:
        self.tenant = tenant
        self.size = size
        made = random.Random(1)  # noqa: S311 - made-up text
        self.vocabulary = _vocabulary(made)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))
        self._chats = [self._chat(number, made) for number in range(CHANNELS)]
        self._busy = list(accumulate(1 / (rank + 5) for rank in range(CHANNELS)))

    def messages(self, first: int = 0, last: int | None = None) -> Iterator[Told]:
        """Messages number ``first`` to ``last`` (left out)."""
        for number in range(first, self.size if last is None else last):
            yield self.message(number)

    def message(self, number: int) -> Told:
        """One of them."""
        chance = random.Random(number)  # noqa: S311 - made-up text
        chat = chance.choices(self._chats, cum_weights=self._busy)[0]
        person = min(int(chance.paretovariate(0.7)), PEOPLE)
        said_by = chat.called(f"U{person:04}", f"Person {person}")
        # The golden ratio spreads any number of messages evenly over the half-year.
        at = BEGAN + (ENDED - BEGAN) * ((number * 0.6180339887498949) % 1)
        text, native = self._text(chance), f"{number}"
        more: dict[str, Any] = {}
        has_file, mentions = chance.random() < 1 / 30, chance.random() < 0.08
        if has_file:
            more["attachments"] = (file(f"{self._word(chance)}.pdf"),)
        if mentions:
            other = chance.randrange(PEOPLE)
            more["mentions"] = (mention(f"U{other:04}", f"Person {other}"),)
        events = [said_by.says(text, native, _time(at), **more)]
        if has_file:
            events.append(said_by.keeps(more["attachments"][0].name, self._words(chance, 120), native))
        if chance.random() < 1 / 20:
            text = self._text(chance)
            events.append(said_by.edits(text, native, _time(at + timedelta(minutes=3))))
        if chance.random() < 1 / 10:
            by = chat.called(f"U{chance.randrange(PEOPLE):04}")
            events.append(by.reacts(chance.choice(_EMOJI), native, _time(at + timedelta(minutes=5))))
        if chance.random() < 1 / 50:
            events.append(said_by.deletes(native, _time(at + timedelta(hours=1))))
        return Told(events, text, chat.platform, str(chat.channel_id), str(said_by.user_id))

    def _chat(self, number: int, made: random.Random) -> Chat:
        kind = made.choices(("channel", "group", "direct"), (6, 2, 2))[0]
        channel = ChannelRef(id=f"C{number:04}", name=f"{self.vocabulary[500 + number]}-{number}", type=_TYPES[kind])
        platform = made.choices(PLATFORMS, (6, 3, 1))[0]
        return replace(Chat(tenant=self.tenant), platform=platform, channel=channel, user=Actor(id="U0000"))

    def _text(self, chance: random.Random) -> str:
        language = chance.choices(list(_LANGUAGES), _SHARES)[0]
        frequent = _LANGUAGES[language].split()
        length = max(3, min(60, round(chance.lognormvariate(2.7, 0.6))))
        words = [chance.choice(frequent) if chance.random() < 0.45 else self._word(chance) for _ in range(length)]
        ending = chance.choice([".", "?", "!", "", "", " \U0001f44d", f" ${chance.randrange(1000)}", " \u78ba\u8a8d"])
        return " ".join(words).capitalize() + ending

    def _words(self, chance: random.Random, number: int) -> str:
        return " ".join(self._word(chance) for _ in range(number))

    def _word(self, chance: random.Random) -> str:
        if chance.random() < _EVERY_SUBJECT:
            return chance.choice(SUBJECTS)
        return chance.choices(self.vocabulary, cum_weights=self._weights)[0]


_TYPES: dict[str, Any] = {"channel": "channel", "group": "group", "direct": "direct"}


def _vocabulary(made: random.Random) -> list[str]:
    """Distinct words, the frequent ones short."""
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        most = 2 if len(words) < 200 else 3 if len(words) < 4_000 else 5
        words["".join(made.choices(_SYLLABLES, k=made.randint(1 if most == 2 else 2, most)))] = None
    return list(words)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
