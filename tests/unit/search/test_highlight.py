"""Fragments as safe HTML."""

from quire.search.highlight import AFTER, BEFORE, fragments


def marked(text: str) -> str:
    return text.replace("[", BEFORE).replace("]", AFTER)


def test_only_our_marks_are_markup() -> None:
    found = {"content": [marked("<i>[x]</i> & \"y\" 'z'")]}
    assert fragments(found, ["content"]) == ["&lt;i&gt;<mark>x</mark>&lt;/i&gt; &amp; &quot;y&quot; &#x27;z&#x27;"]


def test_neighbouring_marks_become_one() -> None:
    assert fragments({"content": [marked("会議の[議][事][録]を")]}, ["content"]) == ["会議の<mark>議事録</mark>を"]


def test_stray_marks_vanish() -> None:
    assert fragments({"content": [marked("]a[ b [c[d] e]")]}, ["content"]) == ["a b c<mark>d</mark> e"]


def test_the_first_field_first_and_no_more_than_three() -> None:
    found = {"history": ["h1", "h2"], "content": ["c1", "c2"], "other": ["x"]}
    assert fragments(found, ["content", "history"]) == ["c1", "c2", "h1"]
    assert fragments({"content": ["same"], "history": ["same"]}, ["content", "history"]) == ["same"]


def test_a_fragment_of_two_fields_is_one_with_the_marks_of_both() -> None:
    found = {
        "content": [marked("[charts] of <organisations>")],
        "content.exact": [marked("charts of <[organisations]>")],
    }
    assert fragments(found, ["content", "content.exact"]) == [
        "<mark>charts</mark> of &lt;<mark>organisations</mark>&gt;"
    ]
