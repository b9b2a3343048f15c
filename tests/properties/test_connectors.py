"""Connectors: exact bytes, one id a fact whichever way it comes."""

import hashlib
import json
import random
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from quire.connectors.json_text import array_slices, read_json
from tests.unit.connectors.reading import observed, read, states

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text('"\\[]{},: \n', max_size=8)
values = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)
blanks = st.text(" \t\r\n", max_size=3)


@st.composite
def spaced(draw: st.DrawFn, value: Any) -> str:
    """``value`` as JSON, with blanks wherever JSON takes them and escapes or not."""
    if isinstance(value, list):
        inner = ",".join(draw(blanks) + draw(spaced(item)) + draw(blanks) for item in value)
        return f"[{inner or draw(blanks)}]"
    if isinstance(value, dict):
        inner = ",".join(
            f"{draw(blanks)}{_string(draw, key)}{draw(blanks)}:{draw(blanks)}{draw(spaced(item))}{draw(blanks)}"
            for key, item in value.items()
        )
        return f"{{{inner or draw(blanks)}}}"
    return _string(draw, value) if isinstance(value, str) else json.dumps(value)


def _string(draw: st.DrawFn, value: str) -> str:
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


@st.composite
def arrays(draw: st.DrawFn) -> tuple[str, list[str], list[Any]]:
    """An array's text, the texts of its elements, and their values."""
    items = draw(st.lists(values, max_size=4))
    elements = [draw(spaced(item)) for item in items]
    inner = ",".join(draw(blanks) + element + draw(blanks) for element in elements)
    return f"[{inner or draw(blanks)}]", elements, items


@given(arrays(), blanks, blanks)
def test_elements_are_cut_byte_by_byte(array: tuple[str, list[str], list[Any]], before: str, after: str) -> None:
    text, elements, items = array
    slices = array_slices((before + text + after).encode())
    assert slices == [element.encode() for element in elements]
    assert [read_json(piece) for piece in slices] == items


@given(arrays(), st.dictionaries(texts.filter(lambda key: key != "value"), values, max_size=3), st.randoms())
def test_elements_are_cut_from_under_a_key(
    array: tuple[str, list[str], list[Any]], others: dict[str, Any], chance: random.Random
) -> None:
    text, elements, _ = array
    members = [f"{json.dumps(key)} : {json.dumps(value)}" for key, value in others.items()]
    members.append(f'"value" :{text}')
    chance.shuffle(members)
    assert array_slices(f"{{ {' , '.join(members)} }}".encode(), "value") == [e.encode() for e in elements]


@given(arrays())
def test_slack_loses_no_element(array: tuple[str, list[str], list[Any]]) -> None:
    text, elements, _ = array
    for body in (text, f'{{"ok":true,"messages":{text}}}'):
        found = observed("slack", body.encode())
        assert {o.raw for o in found} == ({e.encode() for e in elements} or {body.encode()})
        assert all(o.event.raw_sha256 == hashlib.sha256(o.raw).hexdigest() for o in found)


@given(arrays())
def test_teams_loses_no_element(array: tuple[str, list[str], list[Any]]) -> None:
    text, elements, _ = array
    for body in (text, f'{{"value":{text}}}'):
        found = observed("teams", body.encode())
        assert {o.raw for o in found} == ({e.encode() for e in elements} or {body.encode()})


stamps = st.builds(lambda s, f: f"{s}.{f:06d}", st.integers(1_600_000_000, 1_800_000_000), st.integers(0, 999_999))
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
slack_messages = st.fixed_dictionaries(
    {"type": st.just("message"), "user": st.sampled_from(["U1", "U2"]), "text": words, "ts": stamps},
    optional={
        "thread_ts": stamps,
        "edited": st.fixed_dictionaries({"user": st.just("U1"), "ts": stamps}),
        "bot_id": st.just("B1"),
        "subtype": st.sampled_from(["me_message", "file_share", "thread_broadcast", "channel_join", "channel_topic"]),
        "files": st.just([{"id": "F1", "name": "a.pdf"}]),
        "blocks": st.just([{"type": "section", "text": {"type": "mrkdwn", "text": "more *words*"}}]),
    },
)


@given(slack_messages)
def test_slack_tells_a_fact_one_way_only(message: dict[str, Any]) -> None:
    """By webhook, delivered again, on a page, in an export, polled one by one: the same ids and the same state."""
    envelope = {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "event_time": 1_700_000_000,
        "event": {**message, "channel": "C1", "channel_type": "channel", "event_ts": message["ts"]},
    }
    known = {"channel": "C1"}
    ways = [
        read("slack", orjson.dumps(envelope)),
        read("slack", json.dumps(envelope, indent=1).encode(), "T1"),
        read("slack", {"ok": True, "messages": [message]}, "T1", known),
        read("slack", [message], "T1", known),
        read("slack", message, "T1", known),
    ]
    assert len({tuple(event.event_id for event in events) for events in ways}) == 1
    assert len({tuple(event.message_id for event in events) for events in ways}) == 1
    everything = states(event for events in ways for event in events)
    assert [state.versions for state in everything] == [state.versions for state in states(ways[0])]


graph_times = st.builds(
    lambda d, h, f: f"2026-03-{d:02d}T{h:02d}:00:00{f}Z",
    st.integers(1, 28),
    st.integers(0, 23),
    st.sampled_from(["", ".5", ".123"]),
)
chat_messages = st.fixed_dictionaries(
    {
        "id": st.integers(1_600_000_000_000, 1_800_000_000_000).map(str),
        "messageType": st.just("message"),
        "createdDateTime": graph_times,
        "chatId": st.just("19:x@thread.v2"),
        "from": st.just({"user": {"id": "u1", "displayName": "Mei"}}),
        "body": st.fixed_dictionaries({"contentType": st.sampled_from(["html", "text"]), "content": words}),
    },
    optional={
        "replyToId": st.just("1"),
        "lastEditedDateTime": graph_times,
        "lastModifiedDateTime": graph_times,
        "deletedDateTime": graph_times,
        "policyViolation": st.just({"dlpAction": "blockAccess"}),
        "reactions": st.lists(
            st.fixed_dictionaries(
                {
                    "reactionType": st.sampled_from(["like", "❤️"]),
                    "createdDateTime": graph_times,
                    "user": st.just({"user": {"id": "u2"}}),
                }
            ),
            max_size=2,
        ),
    },
)


@given(chat_messages)
def test_teams_tells_a_fact_one_way_only(message: dict[str, Any]) -> None:
    """By notification, on a page, in an array, alone: the same ids and the same state."""
    item = {
        "subscriptionId": "s",
        "changeType": "updated",
        "tenantId": "t1",
        "resource": f"chats('{message['chatId']}')/messages('{message['id']}')",
        "resourceData": {"@odata.type": "#Microsoft.Graph.chatMessage"},
        "encryptedContent": {"data": "x"},
    }
    ways = [
        read("teams", {"value": [item]}, opened={"0": json.dumps(message)}),
        read("teams", {"value": [message]}, "t1"),
        read("teams", [message], context={"tenant": "t1"}),
        read("teams", message, "t1"),
    ]
    assert len({tuple(event.event_id for event in events) for events in ways}) == 1
    everything = states(event for events in ways for event in events)
    assert [state.versions for state in everything] == [state.versions for state in states(ways[0])]
