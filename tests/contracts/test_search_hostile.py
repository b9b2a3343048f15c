"""Whatever is typed: a search answers, or the query is refused with its place; nothing else ever happens."""

import pytest

from quire.domain.errors import MalformedError
from quire.search.query import Question
from quire.search.query.errors import QueryError
from tests.chat import Chat, file
from tests.query_texts import random_texts
from tests.search_engines import Bench

TEXTS = 1_500


def test_random_texts_are_answered_or_refused(search: Bench) -> None:
    chat = Chat(tenant=search.tenant)
    stranger = Chat(tenant=type(search.tenant)(f"{search.tenant}-2"))
    search.index(
        chat.says("anna links the big plan 🚀 to $ACME #tag @name", "1", attachments=(file("plan.pdf", "a pdf"),)),
        chat.says("会議 about the organisation merging at 10:30", "2"),
        stranger.says("anna links the big plan", "3"),
    )
    searcher, answered, found = search.searcher(), 0, 0
    for text in random_texts(TEXTS, seed=8):
        try:
            page = searcher.search(Question(text=text))
        except QueryError:
            continue
        answered += 1
        found += len(page.hits)
        assert all(hit.document["tenant_id"] == search.tenant for hit in page.hits)
    assert answered > TEXTS / 10
    assert found > 50


def test_a_pattern_for_too_many_words_is_refused_in_words(search: Bench) -> None:
    if not search.real:
        pytest.skip("the embedded engine knows no limit")
    chat = Chat(tenant=search.tenant)
    search.index(chat.says(" ".join(f"word{n}x" for n in range(1_100)) + " target"))
    assert len(search.searcher().search(Question(text="word*")).hits) == 1
    assert len(search.searcher().search(Question(text="word109?x NEAR/50 target")).hits) == 1
    with pytest.raises(QueryError) as refused:
        search.searcher().search(Question(text="word* NEAR/5 target"))
    assert "more letters" in refused.value.expected
    assert isinstance(refused.value, MalformedError)
