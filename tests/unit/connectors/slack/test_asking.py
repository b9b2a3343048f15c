"""How Slack asks for patience, and what the guide tells people to allow."""

import re
from pathlib import Path

import pytest

from quire.connectors.slack.install import SCOPES
from quire.connectors.slack.reach import pause
from quire.domain.calls import Answer

GUIDE = Path(__file__).parents[4] / "docs" / "capture" / "slack.md"


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (Answer(429, {"retry-after": "12"}, b""), 12.0),
        (Answer(429, {}, b'{"ok":false,"error":"ratelimited"}'), 30.0),
        (Answer(429, {"retry-after": "soon"}, b""), 30.0),
        (Answer(200, {"retry-after": "3"}, b'{"ok":false,"error":"ratelimited"}'), 3.0),
        (Answer(200, {}, b'{"ok":false,"error":"rate_limited"}'), 30.0),
        (Answer(200, {}, b'{"ok":true,"error":"ratelimited"}'), None),
        (Answer(200, {}, b'{"ok":false,"error":"not_limited"}'), None),
        (Answer(200, {}, b"limited, but no JSON"), None),
        (Answer(200, {}, b'{"ok":false,"error":"ratelimited","x":"' + b"x" * 5000 + b'"}'), None),
        (Answer(503, {"retry-after": "5"}, b""), None),
    ],
)
def test_slack_asks_for_patience_in_two_ways(answer: Answer, seconds: float | None) -> None:
    assert pause(answer) == seconds


def test_the_guides_app_asks_for_what_an_install_asks_for() -> None:
    (block,) = re.findall(r"    bot:\n((?:      - .*\n)+)", GUIDE.read_text("utf-8"))
    assert tuple(re.findall(r"- (\S+)", block)) == SCOPES
