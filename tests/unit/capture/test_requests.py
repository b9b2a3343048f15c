"""HTTP API events into requests: nothing raises but what is answered with a 4xx."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.capture.requests import MAX_BODY_BYTES, path_parameter, webhook_request
from quire.domain.errors import BadInputError, MalformedError, TooLargeError


def event(body: object = "{}", **more: Any) -> dict[str, Any]:
    return {"headers": {"Content-Type": "application/json"}, "body": body, "isBase64Encoded": False, **more}


def test_a_text_body_is_its_bytes() -> None:
    request = webhook_request(event("{}\u00e9\U0001f600"))
    assert request.body == "{}\u00e9\U0001f600".encode()
    assert request.headers == {"content-type": "application/json"}


def test_a_base64_body_is_decoded() -> None:
    raw = bytes(range(256))
    assert webhook_request(event(base64.b64encode(raw).decode(), isBase64Encoded=True)).body == raw


@pytest.mark.parametrize("body", ["%%%", "abc", "\u00e9", "ab c=", "\ud800"])
def test_a_body_that_is_not_base64_is_malformed(body: str) -> None:
    with pytest.raises(MalformedError):
        webhook_request(event(body, isBase64Encoded=True))


@pytest.mark.parametrize("encoded", [False, True])
def test_four_mebibytes_are_taken_and_not_a_byte_more(encoded: bool) -> None:
    def sized(size: int) -> dict[str, Any]:
        raw = b"x" * size
        return event((base64.b64encode(raw) if encoded else raw).decode(), isBase64Encoded=encoded)

    assert len(webhook_request(sized(MAX_BODY_BYTES)).body) == MAX_BODY_BYTES
    for size in (MAX_BODY_BYTES + 1, 5_000_000):
        with pytest.raises(TooLargeError):
            webhook_request(sized(size))


def test_a_text_that_is_short_in_characters_may_be_long_in_bytes() -> None:
    with pytest.raises(TooLargeError):
        webhook_request(event("\u00e9" * (MAX_BODY_BYTES // 2 + 1)))


def test_bytes_that_were_no_utf_8_come_back_as_they_were() -> None:
    raw = b"\xff\xfe not text"
    assert webhook_request(event(raw.decode("utf-8", "surrogateescape"))).body == raw
    assert webhook_request(event("\ud800")).body == b"\xed\xa0\x80"


def test_repeated_and_odd_headers_are_kept_as_text() -> None:
    request = webhook_request(event(headers={"X-A": "1,2", "X-B": "caf\u00e9", "X-C": "\ud800", "X-D": 5, "x-e": None}))
    assert request.headers == {"x-a": "1,2", "x-b": "caf\u00e9", "x-c": "?", "x-d": "5", "x-e": "None"}


def test_of_a_repeated_query_field_the_first_counts() -> None:
    request = webhook_request(event(rawQueryString="a=1&a=2&validationToken=x%20y%3Cb%3E&empty=&%FF=%FF"))
    assert request.query == {"a": "1", "validationToken": "x y<b>", "empty": "", "\ufffd": "\ufffd"}


def test_a_query_of_very_many_fields_is_malformed() -> None:
    with pytest.raises(MalformedError):
        webhook_request(event(rawQueryString="&".join("a=1" for _ in range(51))))


def test_a_path_without_parts_has_none() -> None:
    none: list[Any] = [None, {}, [], {"platform": None}, {"platform": 3}]
    for parameters in none:
        assert path_parameter({"pathParameters": parameters}, "platform") == ""
    assert path_parameter({"pathParameters": {"platform": "slack"}}, "platform") == "slack"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "headers": anything,
            "body": anything,
            "isBase64Encoded": anything,
            "rawQueryString": anything,
            "pathParameters": anything,
        },
    )
)
def test_no_event_breaks_the_parser(hostile: dict[str, Any]) -> None:
    path_parameter(hostile, "platform")
    try:
        request = webhook_request(hostile)
    except BadInputError:
        return
    assert isinstance(request.body, bytes)
