"""One text, written as each platform writes it."""

import pytest

from infra.local.demo import emoji, ids
from infra.local.demo.markup import Span, UnknownMentionError, parse, plain
from infra.local.demo.slack_text import mrkdwn, rich_text
from infra.local.demo.story import read_week
from infra.local.demo.teams_text import html, mentions

FIRM = read_week().firm
AMARA = ids.slack_id("U", "amara")
OPS = ids.slack_id("C", "ops")


@pytest.mark.parametrize(
    ("text", "slack", "teams", "read"),
    [
        ("a < b & c", "a &lt; b &amp; c", "<p>a &lt; b &amp; c</p>", "a < b & c"),
        ("hi @amara!", f"hi <@{AMARA}>!", '<p>hi <at id="0">Amara Okafor</at>!</p>', "hi @Amara Okafor!"),
        ("see #ops now", f"see <#{OPS}|ops> now", "<p>see #ops now</p>", "see #ops now"),
        ("@here look", "<!here> look", "<p>@here look</p>", "@here look"),
        ("run `ls -l`", "run `ls -l`", "<p>run <code>ls -l</code></p>", "run ls -l"),
        ("*no* _way_", "*no* _way_", "<p><strong>no</strong> <em>way</em></p>", "no way"),
        (
            "ok 👍🏽",
            "ok :+1::skin-tone-4:",
            '<p>ok <emoji id="+1::skin-tone-4" alt="👍🏽" title=""></emoji></p>',
            "ok 👍🏽",
        ),
        ("one\ntwo", "one\ntwo", "<p>one<br>two</p>", "one\ntwo"),
        ("2*3*4 and a_b_c", "2*3*4 and a_b_c", "<p>2*3*4 and a_b_c</p>", "2*3*4 and a_b_c"),
        ("mail a@amara.example", "mail a@amara.example", "<p>mail a@amara.example</p>", "mail a@amara.example"),
    ],
)
def test_inline(text: str, slack: str, teams: str, read: str) -> None:
    spans = parse(FIRM, text)
    assert mrkdwn(spans) == slack
    assert html(spans) == teams
    assert plain(spans) == read


def test_a_link_ends_before_punctuation() -> None:
    spans = parse(FIRM, "see https://a.example/b?c=1.")
    assert spans == [
        Span("text", "see "),
        Span("link", "https://a.example/b?c=1", "https://a.example/b?c=1"),
        Span("text", "."),
    ]


def test_a_code_block_keeps_what_is_in_it() -> None:
    spans = parse(FIRM, "look:\n```\nif a < b: @amara #ops *x*\n```")
    assert plain(spans) == "look:\nif a < b: @amara #ops *x*"
    assert mrkdwn(spans) == "look:\n```\nif a &lt; b: @amara #ops *x*\n```"
    kinds = [element["type"] for element in rich_text("k", spans)["elements"]]
    assert kinds == ["rich_text_section", "rich_text_preformatted"]


def test_quotes_are_blocks_of_their_own() -> None:
    elements = rich_text("k", parse(FIRM, "as said\n> first\n> second"))["elements"]
    assert [element["type"] for element in elements] == ["rich_text_section", "rich_text_quote", "rich_text_quote"]


def test_an_unknown_mention_is_a_mistake() -> None:
    with pytest.raises(UnknownMentionError):
        parse(FIRM, "hi @nobody")


def test_an_unlisted_emoji_is_a_mistake() -> None:
    with pytest.raises(emoji.UnknownEmojiError, match="🦆"):
        parse(FIRM, "quack 🦆")


@pytest.mark.parametrize(
    ("characters", "name", "code_points"),
    [
        ("👍", "+1", "1f44d"),
        ("👋🏿", "wave::skin-tone-6", "1f44b-1f3ff"),
        ("👩🏽‍💻", "female-technologist::skin-tone-4", "1f469-1f3fd-200d-1f4bb"),
        ("🏳️‍🌈", "rainbow-flag", "1f3f3-fe0f-200d-1f308"),
        ("👨‍👩‍👧", "man-woman-girl", "1f468-200d-1f469-200d-1f467"),
        ("🇵🇱", "flag-pl", "1f1f5-1f1f1"),
    ],
)
def test_emoji_names(characters: str, name: str, code_points: str) -> None:
    found = emoji.read(characters)
    assert (found.slack, found.code_points) == (name, code_points)


def test_mentions_beside_html_are_numbered_alike() -> None:
    spans = parse(FIRM, "@amara meet @Surveillance and @hannah")
    names = {key: person.name for key, person in FIRM.people.items()}
    told = mentions(spans, names)
    assert [(m["id"], m["mentionText"]) for m in told] == [
        (0, "Amara Okafor"),
        (1, "Surveillance"),
        (2, "Hannah Müller"),
    ]
    assert told[1]["mentioned"]["tag"]["displayName"] == "Surveillance"
    assert '<at id="2">Hannah Müller</at>' in html(spans)
