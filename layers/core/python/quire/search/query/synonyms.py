"""What a tenant's people call by several names: a word of a query finds the others of its group too. Pure.

Words are widened where a query is read, not where texts are analysed: no index has to be built anew when a group
changes, both engines do the same, and who searches is told. A word within quotes stands for itself alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from quire.domain.errors import Fault, InvalidFieldsError
from quire.search.query.ast import And, Near, Node, Not, Operand, Or, Phrase, Query, Word, all_of, any_of
from quire.search.query.folding import folded

MOST_GROUPS, MOST_TERMS, LONGEST, MOST_WORDS = 500, 20, 60, 5
_TERM = re.compile(r"[^\W_](?:[\w&'+.\-]*[^\W_])?(?: [^\W_](?:[\w&'+.\-]*[^\W_])?)*\Z")

Groups = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Synonyms:
    """Groups of terms that stand for each other, by every term's folded words."""

    groups: tuple[tuple[str, ...], ...] = ()
    _by_words: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict, repr=False)

    def of(self, words: Sequence[str]) -> tuple[str, ...]:
        """The whole group of a term, in its order; empty where it has none."""
        return self._by_words.get(tuple(map(folded, words)), ())


def synonyms(groups: Groups) -> Synonyms:
    """The groups as a tenant wrote them; spaces around and within terms do not count.

    Raises:
        InvalidFieldsError: a group or a term is not possible, by place (``groups.0.1``).
    """
    tidy = tuple(tuple(" ".join(term.split()) for term in group) for group in groups)
    faults = _faults(tidy)
    if faults:
        raise InvalidFieldsError(faults)
    by_words = {tuple(folded(term).split()): group for group in tidy for term in group}
    return Synonyms(tidy, by_words)


def widened(query: Query, known: Synonyms) -> tuple[Query, tuple[str, ...]]:
    """The query with every word, and every run of words, that has synonyms beside its alternatives; and notes that say
    so."""
    if not known.groups or query.root is None:
        return query, ()
    notes: dict[str, None] = {}
    return Query(_widened(query.root, known, notes)), tuple(notes)


def _widened(node: Node, known: Synonyms, notes: dict[str, None]) -> Node:
    match node:
        case Word(text):
            return _alternatives(node, (text,), known, notes)
        case Not(of):
            return Not(_widened(of, known, notes))
        case Or(of):
            return any_of(_widened(each, known, notes) for each in of) or node
        case And(of):
            return all_of(_runs(of, known, notes)) or node
        case Near(first, second, distance, ordered):
            # Words become alternatives, and alternatives of operands stay such: both are operands.
            before, after = (cast("Operand", _widened(each, known, notes)) for each in (first, second))
            return Near(before, after, distance, ordered)
        case _:
            return node


def _runs(parts: Sequence[Node], known: Synonyms, notes: dict[str, None]) -> list[Node]:
    """Parts of a conjunction, the longest runs of words that are a term first."""
    found: list[Node] = []
    at = 0
    while at < len(parts):
        for length in range(min(MOST_WORDS, len(parts) - at), 1, -1):
            run = parts[at : at + length]
            texts = tuple(part.text for part in run if isinstance(part, Word))
            if len(texts) == length and known.of(texts):
                found.append(_alternatives(And(tuple(run)), texts, known, notes))
                at += length
                break
        else:
            found.append(_widened(parts[at], known, notes))
            at += 1
    return found


def _alternatives(node: Node, texts: Sequence[str], known: Synonyms, notes: dict[str, None]) -> Node:
    own = tuple(map(folded, texts))
    others = [term for term in known.of(texts) if tuple(folded(term).split()) != own]
    if not others:
        return node
    shown = ", ".join(others)
    notes[f"{' '.join(texts)} also finds {shown}"] = None
    return any_of([node, *(Phrase(term) if " " in term else Word(term) for term in others)]) or node


def _faults(groups: Groups) -> list[Fault]:
    faults: list[Fault] = []
    if len(groups) > MOST_GROUPS:
        faults.append(Fault("groups", f"at most {MOST_GROUPS} groups"))
    seen: dict[str, int] = {}
    for number, group in enumerate(groups):
        if not 2 <= len(group) <= MOST_TERMS:
            faults.append(Fault(f"groups.{number}", f"a group has 2 to {MOST_TERMS} terms"))
        for place, term in enumerate(group):
            at = f"groups.{number}.{place}"
            if not _TERM.match(term) or len(term) > LONGEST or len(term.split()) > MOST_WORDS:
                faults.append(
                    Fault(at, f"a term is 1 to {MOST_WORDS} words, at most {LONGEST} characters, and no syntax")
                )
            elif folded(term) in seen:
                faults.append(Fault(at, f"the same term stands in group {seen[folded(term)]}"))
            seen.setdefault(folded(term), number)
    return faults
