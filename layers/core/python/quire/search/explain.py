"""Why a message was found, and why it stands where it stands: asked of the engine by named queries, told in words.

Each part of a query is asked again of just the messages that are shown, text by text and exactly as well as in any
form. What matched is what the engine says that matched; no arithmetic of scores is involved. Pure but for the asking.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from quire.search.query import texts
from quire.search.query.ast import And, Field, Near, Node, Not, Nothing, Or, Phrase, Query, Word
from quire.search.query.compiling import Step, steps
from quire.search.query.meaning import Meaning
from quire.search.query.properties import holds
from quire.search.query.question import Question
from quire.search.query.wording import part_in_words
from quire.search.tenant_engine import TenantEngine

Where = Literal["text", "subject", "earlier", "attachment", "message"]
_PLACES: Mapping[Where, str] = {
    "text": "content",
    "subject": "subject",
    "earlier": "history",
    "attachment": "attachment_text",
}
_SAID: Mapping[Where, str] = {
    "text": "in the text as it reads now",
    "subject": "in the subject",
    "earlier": "in a text from before an edit or deletion",
    "attachment": "in an attachment",
    "message": "of the message",
}
_STEPS: Mapping[Step, str] = {
    "as_asked": "the words stand side by side as they were asked for",
    "now": "all of it stands in the message as it reads now",
    "exactly": "the words stand there exactly as they were typed",
}
_ORDER: Mapping[str, str] = {"newest": "Newest first.", "oldest": "Oldest first."}


@dataclass(frozen=True)
class Reason:
    """A part of the query that holds, as it is told in words. ``exactly``: as typed, not only in another form."""

    part: str
    where: tuple[Where, ...]
    exactly: bool

    @property
    def words(self) -> str:
        """A sentence without its full stop."""
        if self.where == ("message",):
            return self.part
        places = " and ".join(_SAID[each] for each in self.where)
        return f"{self.part}: {places}{', exactly as typed' if self.exactly else ''}"


@dataclass(frozen=True)
class Explanation:
    """Why a message was found: ``reasons``; and ``rank``, why it stands where it stands, in words."""

    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...]
    rank: str


@dataclass(frozen=True)
class Here:
    """Where is searched: one tenant's messages, in which texts."""

    engine: TenantEngine
    texts: texts.Texts


def explained(
    here: Here, question: Question, query: Query, meaning: Meaning, ids: Sequence[str]
) -> dict[str, Explanation]:
    """An explanation for each message of ``ids``.

    Raises:
        UnavailableError: the engine did not answer.
    """
    if not ids:
        return {}
    parts = [] if query.root is None else list(dict.fromkeys(_parts(query.root)))
    named = _named(parts, meaning, here.texts)
    ranked = steps(query.root, meaning, here.texts.current()) if question.ranked else {}
    named |= {f"step {name}": clause for name, clause in ranked.items()}
    body = {
        "size": len(ids),
        "_source": False,
        "query": {
            "bool": {
                "filter": [{"terms": {"message_id": list(ids)}}],
                "should": [{"bool": {"filter": [clause], "_name": name}} for name, clause in named.items()],
            }
        },
    }
    found = here.engine.search(body)["hits"]["hits"]
    matched = {str(hit["_id"]): set(hit.get("matched_queries", ())) for hit in found}
    return {each: _explanation(parts, matched.get(each, set()), question) for each in ids}


def _parts(node: Node) -> Iterator[Node]:
    """What each message was looked at for, without what was not to be."""
    match node:
        case And(of) | Or(of):
            for each in of:
                yield from _parts(each)
        case Not() | Nothing():
            return
        case _:
            yield node


def _named(parts: Sequence[Node], meaning: Meaning, where: texts.Texts) -> dict[str, dict[str, Any]]:
    named: dict[str, dict[str, Any]] = {}
    for number, part in enumerate(parts):
        if isinstance(part, Field):
            named[f"{number} message"] = holds(part, meaning)
        elif not isinstance(part, Near | And | Or | Not | Nothing) and texts.only_symbols(part):
            named[f"{number} message"] = texts.occurs(part, texts.ALL)
        else:
            named |= _in_places(number, part, where)
    return named


def _in_places(number: int, part: Node, where: texts.Texts) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for place, field in _PLACES.items():
        there = replace(where, names=(field,), languages=(), parts=False)
        found[f"{number} {place}"] = _occurs(part, there)
        if isinstance(part, Word):
            found[f"{number} {place} exactly"] = texts.occurs(Phrase(part.text), there)
    if where.languages or where.parts:
        found[f"{number} message"] = _occurs(part, replace(where, names=()))
    return found


def _occurs(part: Node, where: texts.Texts) -> dict[str, Any]:
    if isinstance(part, Near):
        return texts.beside(part, where)
    assert not isinstance(part, And | Or | Not | Nothing | Field)  # noqa: S101
    if not where.names and not isinstance(part, Word):
        return {"match_none": {}}
    return texts.occurs(part, where)


def _explanation(parts: Sequence[Node], matched: set[str], question: Question) -> Explanation:
    reasons = [_reason(number, part, matched) for number, part in enumerate(parts)]
    held: tuple[Step, ...] = tuple(step for step in _STEPS if f"step {step}" in matched)
    return Explanation(tuple(each for each in reasons if each is not None), held, _rank(question, held))


def _reason(number: int, part: Node, matched: set[str]) -> Reason | None:
    exactly = tuple(place for place in _PLACES if f"{number} {place} exactly" in matched)
    anyhow = tuple(place for place in _PLACES if f"{number} {place}" in matched or place in exactly)
    if not anyhow and f"{number} message" not in matched:
        return None
    where: tuple[Where, ...] = anyhow or ("message",)
    return Reason(part_in_words(part), where, bool(exactly))


def _rank(question: Question, held: Sequence[Step]) -> str:
    if not question.ranked:
        return _ORDER[question.sort or "newest"]
    if not held:
        return (
            "Last: some of it stands in earlier texts, attachments or within longer words only. "
            "Within a step the newest comes first."
        )
    told = "; ".join(_STEPS[step] for step in held)
    return f"{told[0].upper()}{told[1:]}. Within a step the newest comes first."
