"""Word differences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.domain.words import WordChange, word_changes

texts = st.text(st.sampled_from("ab \n会é.$"), max_size=20)


def shown(before: str, after: str) -> str:
    """Like ``same[-removed-]{+added+}``."""
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[each.kind].format(each.text) for each in word_changes(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ""),
        ("same", "same", "same"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("buy at noon", "sell at noon", "[-buy-]{+sell+} at noon"),
        ("pay 1,520,000 on Thursday", "pay 1,250,000 on Thursday", "pay 1,[-520-]{+250+},000 on Thursday"),
        ("会議は三時", "会議は四時", "会議は[-三-]{+四+}時"),
        ("a b", "a c b", "a {+c +}b"),
        ("we guarantee you gains", "we target around gains", "we [-guarantee you-]{+target around+} gains"),
    ],
)
def test_examples(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


@given(texts, texts)
def test_both_texts_are_made_of_it(before: str, after: str) -> None:
    changes = word_changes(before, after)
    assert "".join(each.text for each in changes if each.kind != "added") == before
    assert "".join(each.text for each in changes if each.kind != "removed") == after
    assert all(each.text for each in changes)


def test_texts_too_long_to_match_are_told_whole() -> None:
    before, after = ("x" + " a b" * 1500 + " end", "y" + " b c" * 1500 + " end")
    changes = word_changes(before, after)
    assert [each.kind for each in changes] == ["removed", "added", "same"]
    assert changes[-1] == WordChange("same", " end")
