"""Slack's text as a person reads it, and what blocks add to it."""

import time
from typing import Any

import pytest

from quire.connectors.slack.blocks import complete
from quire.connectors.slack.content import content
from quire.connectors.slack.mrkdwn import Speller

NAMES = {"U1": "Priya Raman", "C1": "deals"}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("plain", "plain"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt; stays escaped once", "&lt; stays escaped once"),
        ("&quot;typed&quot; &nbsp;", "&quot;typed&quot; &nbsp;"),
        ("<@U1> and <@U2>", "@Priya Raman and @U2"),
        ("<@U2|tomas> then <@U2>", "@tomas then @tomas"),
        ("<#C1> <#C2|general> <#C3|>", "#deals #general #C3"),
        ("<!here> <!channel> <!everyone> <!here|@here>", "@here @channel @everyone @here"),
        ("<!subteam^S1|@legal> <!subteam^S2>", "@legal @S2"),
        ("<!date^1392734382^{date}|18 February>", "18 February"),
        ("<!unknown^x>", "<!unknown^x>"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("<https://a.example/?a=1&amp;b=2|the &lt;list&gt;>", "the <list> (https://a.example/?a=1&b=2)"),
        ("<https://a.example|a.example>", "a.example"),
        ("<http://a.example|http://a.example>", "http://a.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<mailto:a@b.example|write me>", "write me (a@b.example)"),
        ("<tel:+441234|+441234>", "+441234"),
        ("a <> b", "a <> b"),
        ("unclosed <@U1", "unclosed <@U1"),
        (":smile: :flag-gb:", ":smile: :flag-gb:"),
    ],
)
def test_references_are_spelled_out(source: str, said: str) -> None:
    assert Speller(NAMES).text(source) == said


def test_mentions_are_listed_once_each_with_the_best_name() -> None:
    speller = Speller(NAMES)
    speller.text("<@U2> <@U2|tomas> <@U1> <!here> <!here> <#C9|x> <!subteam^S1|@legal>")
    assert [(m.kind, m.id, m.name) for m in speller.mentions] == [
        ("user", "U2", "tomas"),
        ("user", "U1", "Priya Raman"),
        ("everyone", None, "here"),
        ("channel", "C9", "x"),
        ("group", "S1", "legal"),
    ]


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def rich(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}]


@pytest.mark.parametrize(
    ("told", "blocks", "said"),
    [
        ("Hi *there*", rich({"type": "text", "text": "Hi "}, {"type": "text", "text": "there"}), "Hi *there*"),
        ("Invoice 1200", [section("200")], "Invoice 1200\n200"),
        (
            "これは *大事* です、よく見て",
            rich({"type": "text", "text": "これは大事です、よく見て"}),
            "これは *大事* です、よく見て",
        ),
        ("", [section("only <@U1> here")], "only @Priya Raman here"),
        ("  ", rich({"type": "emoji", "name": "tada"}), ":tada:"),
        ("done", rich({"type": "emoji", "name": "tada"}), "done\n:tada:"),
        ("a b", [section("a b"), section("c")], "a b\nc"),
        ("text", None, "text"),
        ("text", "not blocks", "text"),
        ("text", [5, None, {}, {"type": "unknown"}, {"type": "section"}], "text"),
        (
            "see",
            rich({"type": "link", "url": "https://a.example", "text": "the plan"}),
            "see\nthe plan (https://a.example)",
        ),
    ],
)
def test_blocks_add_what_the_text_lacks(told: str, blocks: Any, said: str) -> None:
    assert complete(told, blocks, Speller(NAMES)) == said


def test_unknown_blocks_are_searched_for_words() -> None:
    strange = {
        "type": "poll",
        "title": {"type": "plain_text", "text": "Vote &amp; win"},
        "elements": [section("option one")],
    }
    assert complete("", [strange], Speller({})) == "Vote & win\noption one"


def test_hostile_blocks_cost_little() -> None:
    deep: Any = "bottom"
    for _ in range(900):
        deep = {"type": "strange", "elements": [deep]}
    wide = [{"type": "strange", "fields": [{"type": "x"}] * 1000}] * 50
    began = time.process_time()
    assert complete("text", [deep, *wide], Speller({})) == "text"
    assert time.process_time() - began < 5


def test_files_cards_and_pictures_are_told_apart() -> None:
    says = content(
        {
            "text": "",
            "file": {"id": "F1", "name": "a.txt", "mimetype": "text/plain", "size": 2**60, "preview": "1 &lt; 2"},
            "attachments": [
                {"text": "made by an app", "fallback": "x"},
                {"fallback": "only a fallback"},
                {"from_url": "https://a.example", "title": "A"},
                {"is_share": True, "text": "said before", "author_name": "Priya"},
                {"blocks": [section("in a block")], "files": [{"id": "F2", "mimetype": "image/png"}]},
                {"is_msg_unfurl": True, "message_blocks": [{"message": {"blocks": [section("shared")]}}]},
            ],
            "blocks": [{"type": "image", "slack_file": {"id": "F3", "url": "https://f.example"}, "alt_text": "chart"}],
        },
        {},
    )
    assert [(a.kind, a.id, a.text) for a in says.attachments] == [
        ("file", "F1", "1 < 2"),
        ("card", "attachment-1", "made by an app"),
        ("card", "attachment-2", "only a fallback"),
        ("link", "attachment-3", "A"),
        ("quote", "attachment-4", "Priya\nsaid before"),
        ("card", "attachment-5", "in a block"),
        ("image", "F2", None),
        ("quote", "attachment-6", "shared"),
        ("image", "F3", None),
    ]
    assert says.attachments[0].size is None
    assert says.text == "chart"


@pytest.mark.parametrize(
    "stub", [{"mode": "file_access"}, {"file_access": "file_not_found"}, {"mode": "hidden_by_limit"}]
)
def test_files_we_cannot_have_are_unavailable(stub: dict[str, str]) -> None:
    assert content({"text": "", "files": [{"id": "F1", **stub}]}, {}).attachments[0].kind == "unavailable"
