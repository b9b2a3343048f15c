"""A browser on the deployed local stack; without one these tests are skipped."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from infra.local import machine
from tests.browser.console import PATIENCE_MS, Console, Person

ROOT = Path(__file__).resolve().parents[2]
STACK = Path(os.environ.get("QUIRE_STACK", ROOT / ".local" / "stack.json"))
PICTURES = ROOT / ".local" / "screenshots"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {1280: 900, 390: 844}


@pytest.fixture(scope="session")
def stack() -> dict[str, Any]:
    """What the local stack wrote about itself."""
    if not STACK.exists():
        pytest.skip("no local stack runs: `make up` starts one")
    if machine.browser_path() is None:
        pytest.skip(f"no browser is here: Debian's package {machine.SHELL} brings one")
    content: dict[str, Any] = json.loads(STACK.read_text("utf-8"))
    return content


@pytest.fixture(scope="session")
def browser(stack: dict[str, Any]) -> Iterator[Browser]:
    """Headless Chromium with a fresh profile."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=machine.browser_path(), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def officer(stack: dict[str, Any]) -> Person:
    """The compliance officer of the demo's firm."""
    return _somebody(stack, "compliance_officer")


@pytest.fixture(scope="session")
def administrator(stack: dict[str, Any]) -> Person:
    """The administrator of the demo's firm."""
    return _somebody(stack, "administrator")


def _somebody(stack: dict[str, Any], role: str) -> Person:
    for user in stack["tenants"][0]["users"]:
        if user["role"] == role:
            return Person(user["email"], user["password"], user["role"])
    raise LookupError(f"the first tenant of the local stack has no {role}")


@pytest.fixture(params=SIZES, ids=lambda width: f"{width}px")
def console(
    request: pytest.FixtureRequest, browser: Browser, stack: dict[str, Any], officer: Person
) -> Iterator[Console]:
    """The console on a desktop and on a phone; afterwards nobody may have complained, and nobody outside been asked."""
    yield from _console(request.param, browser, stack, officer)


@pytest.fixture(params=SIZES, ids=lambda width: f"{width}px")
def desk(
    request: pytest.FixtureRequest, browser: Browser, stack: dict[str, Any], administrator: Person
) -> Iterator[Console]:
    """As ``console``, for the administrator."""
    yield from _console(request.param, browser, stack, administrator)


def _console(width: int, browser: Browser, stack: dict[str, Any], person: Person) -> Iterator[Console]:
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        locale="en-GB",
        timezone_id="Europe/London",
        # The stack's certificate is its own; that it is one is tested elsewhere.
        ignore_https_errors=True,
    )
    console = Console(context.new_page(), stack["web"], person, PICTURES)
    yield console
    console.page.goto("about:blank")
    context.close()
    assert console.complaints == []
    assert console.strangers() == set()
