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
    assert FACTS.distinct_messages["whatsapp"] > 40
    assert FACTS.distinct_messages["telegram"] > 30
    assert FACTS.distinct_messages["discord"] > 20
    assert FACTS.distinct_messages["generic"] > 10


def test_there_is_something_to_search_for_on_every_platform() -> None:
    platforms = {message.platform for search in searches() for message in FACTS.saying(search.phrase)}
    assert platforms == set(FACTS.distinct_messages)


def test_every_platform_carries_a_file_with_words_and_one_that_is_gone() -> None:
    files = [(WEEK.firm.places[line.place].on, file) for line in WEEK.story.lines for file in line.files]
    assert {platform for platform, file in files if file.text and not file.gone} == set(FACTS.distinct_messages)
    assert {platform for platform, file in files if file.gone} == set(FACTS.distinct_messages)


def test_where_only_one_reaction_stands_the_last_one_does() -> None:
    (refusal,) = FACTS.saying("كل تأكيد يُسجَّل")
    assert refusal.reactions == {("rashid", "🤝")}


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
    said = {message: message.texts + message.file_texts for message in FACTS.messages}
    found = [message for message, texts in said.items() if any(wanted in _folded(text) for text in texts)]
    assert bool(found) is not search.why.startswith("finds nothing")
    if "deleted" in search.why:
        assert any(message.deleted for message in found)
    if "edited" in search.why or "rewritten" in search.why or "changed" in search.why:
        assert any(message.edited for message in found)
