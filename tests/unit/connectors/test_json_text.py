"""JSON as platforms send it: read leniently, cut exactly."""

import pytest

from quire.connectors.json_text import array_slices, read_json
from quire.domain.errors import MalformedError


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (b'"\\ud83d"', "�"),
        (b'"\\ude00"', "�"),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\ud83d\\ud83d\\ude00"', "�😀"),
        (b'"\\ude00\\ud83d"', "��"),
        (b'"\\ude00\\ude00"', "��"),
        (b'"\\\\ud83d"', "\\ud83d"),
        (b'"\\\\\\ud83d"', "\\�"),
        (b'"\\ud83dx\\ude00 \\n\\u00e9"', "�x� \né"),
        (b'\xef\xbb\xbf{"a":1}', {"a": 1}),
        (b'{"a":1,"a":2}', {"a": 2}),
        ("5", 5),
        ("\ud800", None),
    ],
)
def test_what_platforms_send_is_read(source: bytes | str, value: object) -> None:
    if value is None:
        with pytest.raises(MalformedError):
            read_json(source)
    else:
        assert read_json(source) == value


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"NaN",
        b"[Infinity]",
        b"1e999",
        b"{'a':1}",
        b"\xff",
        b'"\\ud83d',
        b'"\\x"',
        b"[" * 5000 + b"]" * 5000,
        b"1 2",
    ],
)
def test_what_is_no_json_is_malformed(source: bytes) -> None:
    with pytest.raises(MalformedError):
        read_json(source)


@pytest.mark.parametrize(
    ("body", "key", "slices"),
    [
        (b"[]", None, []),
        (b' [ 1 , "a,]" ,\t{"b": [2, 3]}\n] ', None, [b"1", b'"a,]"', b'{"b": [2, 3]}']),
        (b'{"value":[{"x":1.10}],"z":0}', "value", [b'{"x":1.10}']),
        (b'{"value":[1],"value":[2]}', "value", [b"2"]),
        (b'{"v\\u0061lue":[ 1e5 ]}', "value", [b"1e5"]),
        (b'{"a":{"value":[1]},"value":[2]}', "value", [b"2"]),
        ('{"value":["é 😀"]}'.encode(), "value", ['"é 😀"'.encode()]),
        (b"[" + b"9" * 5000 + b"]", None, [b"9" * 5000]),
    ],
)
def test_elements_are_cut_exactly(body: bytes, key: str | None, slices: list[bytes]) -> None:
    assert array_slices(body, key) == slices


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"{}", None),
        (b"{}", "value"),
        (b'{"value":5}', "value"),
        (b"[1", None),
        (b"[1 2]", None),
        (b"", None),
        (b"\xff", "x"),
        (b"[" * 100_000, None),
        (b'{"value" [1]}', "value"),
        (b'{"a":1 "value":[1]}', "value"),
    ],
)
def test_where_no_array_is_nothing_is_cut(body: bytes, key: str | None) -> None:
    with pytest.raises(MalformedError):
        array_slices(body, key)
