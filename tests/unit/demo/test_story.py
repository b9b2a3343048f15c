"""The story is whole: everybody exists, every reference leads somewhere, nothing got lost between file and story."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from infra.local.demo import markup
from infra.local.demo.script import Edit, Reaction
from infra.local.demo.story import HERE, StoryError, build_week, read_week

WEEK = read_week()
SCENES = sorted((HERE / "week").rglob("*.yaml"))


def _scene(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"in": "ops", "lines": list(lines)}


def test_every_place_has_its_scene() -> None:
    assert {path.stem for path in SCENES} == set(WEEK.firm.places)


def test_every_line_can_be_written_by_its_platform() -> None:
    for line in WEEK.story.lines:
        platform = WEEK.firm.places[line.place].on
        writer = WEEK.firm.people.get(line.by) or WEEK.firm.programs[line.by]
        assert platform in writer.platforms, f"{line.by} is not on {platform}"
        for text in (line.text, *(edit.text for edit in line.edits)):
            spans = markup.parse(WEEK.firm, text)
            assert markup.plain(spans)


def test_private_conversations_hold_members_only() -> None:
    for line in WEEK.story.lines:
        place = WEEK.firm.places[line.place]
        if place.type in {"direct", "group"}:
            joined = {happening.who for happening in WEEK.story.happenings if happening.place == line.place}
            assert line.by in {*place.members, *joined}, f"{line.by} in {line.place}"


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_no_text_was_taken_for_a_comment(path: Path) -> None:
    written = "\n".join(row for row in path.read_text("utf-8").splitlines() if not row.lstrip().startswith("#"))
    lines = [line for line in WEEK.story.lines if line.place == path.stem]
    read = "".join(line.text + "".join(edit.text for edit in line.edits) for line in lines)
    assert read.count("#") == written.count("#")


def test_moments_are_unique_within_a_place() -> None:
    moments = [(line.place, line.at) for line in WEEK.story.lines]
    assert len(set(moments)) == len(moments)


def test_lines_within_a_minute_keep_the_order_of_the_file() -> None:
    week = build_week(
        WEEK.firm, [_scene({"Mon 09:00 aoife": "one"}, {"Mon 09:00 diego": "two"}, {"Mon 09:00 omar": "three"})]
    )
    assert [line.text for line in week.story.lines] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ({"Mon 09:00 nobody": "hello"}, "nobody is called nobody"),
        ({"Mon 25:00 aoife": "hello"}, "starts like"),
        ({"Sun 09:00 aoife": "hello"}, "starts like"),
        ({"Mon 09:00 aoife": "hello", "thread": "missing"}, "no line is called 'missing'"),
        ({"Mon 09:00 aoife": "hello", "id": "self", "thread": "self"}, "not earlier"),
        ({"Mon 09:00 aoife": "hello", "reactions": ["+1m stranger 👍"]}, "nobody is called stranger"),
    ],
)
def test_mistakes_are_named(line: dict[str, Any], complaint: str) -> None:
    with pytest.raises(StoryError, match=re.escape(complaint)):
        build_week(WEEK.firm, [_scene(line)])


def test_a_misspelt_word_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="reactons"):
        build_week(WEEK.firm, [_scene({"Mon 09:00 aoife": "hello", "reactons": []})])


def test_a_time_after_a_line_needs_a_unit() -> None:
    with pytest.raises(ValidationError):
        Edit.model_validate({"+90": "text"})


def test_short_forms() -> None:
    edit = Edit.model_validate({"+90s": "new text"})
    assert (edit.after.total_seconds(), edit.text) == (90, "new text")
    taken_back = Reaction.model_validate("+2m james -👍🏽")
    assert (taken_back.by, taken_back.emoji, taken_back.removed) == ("james", "👍🏽", True)
