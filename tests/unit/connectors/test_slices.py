"""Exact bytes by path."""

import pytest

from quire.connectors.json_text import Slices
from quire.domain.errors import MalformedError

BODY = '\ufeff { "a" : [ {"x": 1, "x": [1.0 , {"y":"\\u00e9 é \\ud83d"}] }, 2e400 ] , "b": null }\n'.encode()


def test_bytes_are_those_delivered() -> None:
    slices = Slices(BODY)
    assert slices.at() == BODY
    assert slices.at("a", 0) == '{"x": 1, "x": [1.0 , {"y":"\\u00e9 é \\ud83d"}] }'.encode()
    assert slices.at("a", 1) == b"2e400"
    assert slices.at("b") == b"null"


def test_of_a_repeated_key_the_last_counts() -> None:
    assert Slices(BODY).at("a", 0, "x", 0) == b"1.0"
    assert Slices(BODY).at("a", 0, "x", 1, "y") == '"\\u00e9 é \\ud83d"'.encode()


@pytest.mark.parametrize("path", [("c",), ("a", 2), ("b", 0), ("a", "x"), ("a", 0, "x", 0, "z")])
def test_what_is_not_there_is_told(path: tuple[str | int, ...]) -> None:
    with pytest.raises(MalformedError):
        Slices(BODY).at(*path)


@pytest.mark.parametrize("body", [b"", b"{", b'{"a"', b'{"a":[1', b"\xff", b'{"a":' + b"[" * 100_000])
def test_what_is_no_json_is_told(body: bytes) -> None:
    with pytest.raises(MalformedError):
        Slices(body).at("a", 0)
