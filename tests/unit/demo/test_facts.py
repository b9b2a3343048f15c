"""What is expected of the archive agrees with the story, and every search of the demo leads somewhere."""

import unicodedata

import pytest

from infra.local.demo.facts import Search, expected_facts, searches
from infra.local.demo.story import read_week

WEEK = read_week()
FACTS = expected_facts(WEEK)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def test_every_line_is_one_message() -> None:
    assert len(FACTS.messages) == len(WEEK.story.lines)
    assert len({(message.place, message.native) for message in FACTS.messages}) == len(FACTS.messages)
    assert FACTS.distinct_messages["slack"] > 200
    assert FACTS.distinct_messages["teams"] > 100


def test_the_leaked_price_is_deleted_and_known() -> None:
    (leak,) = FACTS.saying("412p a share all cash")
    assert leak.deleted
    assert leak.sender == "Sofía Álvarez"
    assert leak.reactions == {("james", "👀")}


def test_the_guarantee_is_known_in_both_wordings() -> None:
    (promise,) = [message for message in FACTS.saying("guarantee you 8% a year") if message.place == "ext-northgate"]
    assert promise.edited
    assert "Capital is at risk" in promise.texts[-1]


def test_reactions_taken_back_do_not_stand() -> None:
    (lunch,) = FACTS.saying("Lunch, who's in?")
    assert ("diego", "🌮") not in lunch.reactions
    assert ("diego", "🍜") in lunch.reactions


@pytest.mark.parametrize("search", searches(), ids=lambda search: search.query)
def test_a_search_finds_what_it_says(search: Search) -> None:
    wanted = _folded(search.phrase)
    found = [message for message in FACTS.messages if any(wanted in _folded(text) for text in message.texts)]
    assert bool(found) is not search.why.startswith("finds nothing")
    if "deleted" in search.why:
        assert any(message.deleted for message in found)
    if "edited" in search.why or "rewritten" in search.why or "changed" in search.why:
        assert any(message.edited for message in found)
