"""``quire witness``: whoever kept an older checkpoint finds a fork and a roll-back."""

import json
import random
import sys
from email.message import EmailMessage
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from quire.cli.main import app
from quire.evidence.witness import WitnessFolder
from tests.public_log import PublicLog, served


class Watched:
    """A witness's folder, and a log that it can see."""

    def __init__(self, path: Path, entries: int = 5) -> None:
        self.kept, self.published = path / "kept", path / "log"
        self.log = PublicLog(entries)
        self.code, self.report = 0, dict[str, Any]()

    def look(self, *arguments: str | Path, log: bool = True, key: str | None = None) -> list[str]:
        """One look; the kinds of what it found."""
        told = [str(self.kept), *map(str, arguments), "--key", key or self.log.key.text()]
        done = CliRunner().invoke(app, ["witness", *told, *(["--log", str(self.published)] if log else [])])
        self.code, self.report = done.exit_code, json.loads(done.stdout) if done.stdout else {}
        return [finding["kind"] for finding in self.report.get("findings", [])]

    def file(self, note: bytes) -> Path:
        path = self.kept.parent / "given"
        path.write_bytes(note)
        return path


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    made = Watched(tmp_path)
    made.log.publish(made.published)
    return made


def test_a_log_that_only_grows_is_fine(watched: Watched) -> None:
    """Over the edges of tiles, with gaps in between, and the same checkpoint again and again."""
    for size in (5, 5, 6, 255, 256, 257, 700, 70_000):
        watched.log.grow(size)
        watched.log.publish(watched.published)
        assert watched.look() == []
        assert (watched.code, watched.report["newest"]) == (0, size)
    assert (watched.report["kept"], watched.report["consistent"]) == (7, 7)


def test_a_checkpoint_in_between_that_comes_late_is_checked_too(watched: Watched) -> None:
    watched.look()
    watched.log.grow(900)
    watched.log.publish(watched.published)
    assert watched.look() == []
    assert watched.look(watched.file(watched.log.note(300))) == []
    assert watched.report["consistent"] == 3
    assert watched.look(watched.file(watched.log.forked(7).note(400))) == ["fork"]
    assert (watched.code, watched.report["consistent"]) == (3, 3)


def test_a_fork_is_found_by_who_kept_an_older_checkpoint(watched: Watched) -> None:
    watched.look()
    other = watched.log.forked(2)
    other.grow(9)
    other.publish(watched.published)
    assert watched.look() == ["fork"]
    assert watched.code == 3
    other.grow(12)
    other.publish(watched.published)
    assert set(watched.look()) == {"fork"}, "and is not forgotten"


def test_another_root_of_the_same_size_is_a_fork_even_without_the_log(watched: Watched) -> None:
    watched.look(watched.file(watched.log.note()), log=False)
    assert watched.look(watched.file(watched.log.forked(1).note()), log=False) == ["fork"]
    assert watched.code == 3
    assert watched.look(log=False) == ["fork"], "both are kept, as the proof"


def test_a_roll_back_is_found_and_an_old_checkpoint_handed_in_is_none(watched: Watched) -> None:
    watched.log.grow(9)
    watched.log.publish(watched.published)
    watched.look()
    assert watched.look(watched.file(watched.log.note(5))) == []
    (watched.published / "checkpoint").write_bytes(watched.log.note(5))
    assert watched.look() == ["rolled_back"]
    assert watched.code == 4


def test_a_log_that_was_set_back_and_went_another_way_is_found_twice(watched: Watched) -> None:
    watched.log.grow(20)
    watched.log.publish(watched.published)
    watched.look()
    other = watched.log.forked(15)
    other.entries = other.entries[:18]
    other.publish(watched.published)
    assert sorted(watched.look()) == ["fork", "rolled_back"]
    assert watched.code == 3


def test_other_keys_other_logs_and_other_text_are_not_kept(watched: Watched) -> None:
    watched.look()
    for note in (
        PublicLog(5, seed=b"x").note(),
        PublicLog(5, origin="quire.example/other").note(),
        watched.log.note().replace(b"\n5\n", b"\n6\n"),
        b"",
        b"\xff\xfe",
        b"quire.example/acme\n7\n",
    ):
        assert watched.look(watched.file(note)) == ["not_signed"]
        assert watched.code == 5
    assert watched.report["kept"] == 1


def test_one_folder_is_for_one_log_and_wants_its_key_once(watched: Watched) -> None:
    watched.look(key=str(watched.file(watched.log.key.text().encode() + b"\n")))
    assert watched.code == 0
    CliRunner().invoke(app, ["witness", str(watched.kept)])
    watched.look(key=PublicLog(1, seed=b"x").key.text())
    assert watched.code == 2
    assert CliRunner().invoke(app, ["witness", str(watched.kept.parent / "new")]).exit_code == 2


def test_what_cannot_be_checked_is_said(watched: Watched) -> None:
    watched.look(watched.file(watched.log.note(3)), log=False)
    assert watched.code == 0, "one alone needs no other"
    assert watched.look(watched.file(watched.log.note(5)), log=False) == ["unproven"]
    assert watched.code == 6
    tile = watched.published / "tile/0/000.p/5"
    data = tile.read_bytes()
    tile.unlink()
    assert watched.look() == ["unproven"]
    tile.write_bytes(data[:-1])
    assert watched.look() == ["unproven"]
    tile.write_bytes(data)
    assert watched.look() == []
    assert watched.look("/nowhere") == ["unproven"]


def test_tiles_that_are_not_those_under_the_checkpoint_are_no_proof(watched: Watched) -> None:
    watched.look()
    watched.log.grow(8)
    watched.log.publish(watched.published)
    watched.log.forked(2).publish(watched.published)
    (watched.published / "checkpoint").write_bytes(watched.log.note())
    assert watched.look() == ["fork"]


def test_a_kept_checkpoint_that_was_changed_is_told(watched: Watched) -> None:
    watched.look()
    kept = watched.kept / "checkpoints" / "5"
    kept.write_bytes(kept.read_bytes().replace(b"\n5\n", b"\n4\n"))
    watched.log.grow(8)
    watched.log.publish(watched.published)
    assert watched.look() == ["not_signed"]


def test_a_saved_mail_and_the_standard_input_hold_checkpoints_too(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Checkpoint"
    mail.set_content("The log stands as attached.\n")
    mail.add_attachment(watched.log.note(4), maintype="text", subtype="plain", filename="checkpoint-4.txt")
    assert watched.look(watched.file(mail.as_bytes())) == []
    folder = WitnessFolder(watched.kept)
    assert folder.sizes() == [4, 5]
    assert (watched.kept / "checkpoints" / "4").read_bytes() == watched.log.note(4)

    from quire.cli.witness import Looking

    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(watched.log.note(2))))
    assert Looking(folder, ("-",), str(watched.published)).look() == 0
    assert folder.sizes() == [2, 4, 5]


def test_a_log_is_polled_over_http(watched: Watched) -> None:
    watched.log.grow(300)
    watched.log.publish(watched.published)
    with served(watched.published) as url:
        assert watched.look("--log", url, log=False) == []
        assert watched.look(f"{url}/checkpoint", log=False) == []
        watched.log.grow(600)
        watched.log.publish(watched.published)
        assert watched.look("--log", url, log=False) == []
        assert (watched.report["newest"], watched.report["consistent"]) == (600, 2)
        (watched.published / "checkpoint").write_bytes(watched.log.note(300))
        assert watched.look(f"{url}/checkpoint", log=False) == ["rolled_back"]
        assert watched.look(f"{url}/nothing", log=False) == ["unproven"]
    assert watched.look("--log", url, log=False)[0] == "unproven"


def test_any_history_with_one_change_is_found(tmp_path: Path) -> None:
    """Random growth, seen now and then; one entry of what was seen is changed: the next look finds it."""
    dice = random.Random(11)  # noqa: S311 - not for keys
    for turn in range(12):
        watched = Watched(tmp_path / str(turn), dice.randint(1, 600))
        for _ in range(dice.randint(1, 4)):
            watched.log.publish(watched.published)
            assert watched.look() == []
            watched.log.grow(len(watched.log.entries) + dice.randint(1, 500))
        seen = max(WitnessFolder(watched.kept).sizes())
        watched.log.forked(dice.randrange(seen)).publish(watched.published)
        assert set(watched.look()) == {"fork"}
