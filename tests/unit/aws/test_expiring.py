"""What is remembered, for how long, and how much of it."""

import pytest

from quire.aws.expiring import Expiring, Life


class Source:
    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.asked: list[str] = []
        self.now = 0.0

    def load(self, key: str) -> str | None:
        self.asked.append(key)
        if key == "broken":
            raise ConnectionError
        return self.values.get(key)


def test_present_and_absent_answers_live_apart() -> None:
    source = Source()
    source.values["a"] = "1"
    kept = Expiring(source.load, Life(present=60, absent=10), lambda: source.now)
    assert (kept.get("a"), kept.get("b"), kept.get("a"), kept.get("b")) == ("1", None, "1", None)
    assert source.asked == ["a", "b"]
    source.values["b"] = "2"
    source.now = 10
    assert (kept.get("a"), kept.get("b")) == ("1", "2")
    source.values["a"] = "3"
    assert kept.get("a") == "1"
    assert kept.refresh("a") == "3"
    source.now = 71
    kept.get("a")
    assert source.asked == ["a", "b", "b", "a", "a"]


def test_errors_are_not_kept() -> None:
    source = Source()
    kept = Expiring(source.load, Life(present=60, absent=10), lambda: source.now)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            kept.get("broken")
    assert source.asked == ["broken", "broken"]


def test_the_oldest_make_room() -> None:
    source = Source()
    kept = Expiring(source.load, Life(present=60, absent=10, entries=2), lambda: source.now)
    for key in ("a", "b", "c"):
        kept.get(key)
    source.asked.clear()
    kept.get("c")
    kept.get("a")
    assert source.asked == ["a"]
