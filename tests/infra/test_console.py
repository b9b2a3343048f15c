"""The console's zip: named by its sources, built when they change."""

import zipfile
from pathlib import Path

import pytest

from infra import console


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A console of one source, whose build is one page; the folder of its sources."""
    folder = tmp_path / "web"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.ts").write_text("1", "utf-8")
    monkeypatch.setattr(console, "ROOT", tmp_path)
    monkeypatch.setattr(console, "WEB", folder)
    monkeypatch.setattr(console, "BUILT", folder / "dist")

    def npm(*arguments: str) -> None:
        if arguments == ("run", "build"):
            (folder / "dist").mkdir(exist_ok=True)
            (folder / "dist" / "index.html").write_text("page", "utf-8")

    monkeypatch.setattr(console, "_npm", npm)
    return folder


def test_it_holds_the_built_files(web: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert console.main() == 0
    with zipfile.ZipFile(capsys.readouterr().out.strip()) as archive:
        assert archive.namelist() == ["index.html"]


def test_it_is_built_again_when_a_source_changes_and_only_then(web: Path) -> None:
    first = console.pack()
    assert console.pack() == first
    (web / "node_modules").mkdir()
    (web / "node_modules" / "other.js").write_text("2", "utf-8")
    assert console.pack() == first
    (web / "src" / "main.ts").write_text("2", "utf-8")
    second = console.pack()
    assert second != first
    assert second.exists()
    assert not first.exists()


def test_a_build_that_fails_says_so(
    web: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: str) -> None:
        raise console.ConsoleError("npm run build failed")

    monkeypatch.setattr(console, "_npm", broken)
    assert console.main() == 1
    assert "npm run build failed" in capsys.readouterr().err
