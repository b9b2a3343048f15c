"""The console as a person drives it: a browser page that signs in when asked to, and remembers what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

PATIENCE_MS = 30_000


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in."""

    email: str
    password: str
    role: str


@dataclass
class Console:
    """A page on the console at ``origin``, used by ``person``; screenshots go to ``pictures``.

    ``complaints`` are the browser's console errors and uncaught exceptions, ``hosts`` everybody it talked to.
    """

    page: Page
    origin: str
    person: Person
    pictures: Path
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("request", self._asked)

    def open(self, path: str) -> None:
        """Go to an address of the console, signing in on the way if it asks for that."""
        self.page.goto(self.origin + path)
        sign_in = self.page.get_by_role("button", name="Sign in", exact=True)
        top = self.page.get_by_role("button", name=self.person.email)
        expect(sign_in.or_(top).first).to_be_visible(timeout=PATIENCE_MS)
        if top.is_visible():
            return
        if self.page.url.startswith(self.origin):
            sign_in.click()
        self.page.get_by_label("Username").fill(self.person.email)
        self.page.get_by_label("Password").fill(self.person.password)
        sign_in.click()
        expect(top).to_be_visible(timeout=PATIENCE_MS)

    def search(self, query: str) -> Locator:
        """Ask from the search page, wait for the answer, and give its hits."""
        box = self.page.get_by_role("combobox", name="Search messages")
        box.fill(query)
        box.press("Enter")
        hits = self.page.locator("ol > li > article")
        expect(hits.first).to_be_visible(timeout=PATIENCE_MS)
        return hits

    def message(self, text: str) -> Locator:
        """The message of the open conversation that says ``text``."""
        return self.page.locator("article[data-message]", has_text=text).first

    def picture(self, name: str) -> None:
        """A screenshot of what is in sight, named after the page's width."""
        width = (self.page.viewport_size or {"width": 0})["width"]
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.pictures / f"{name}-{width}.png", animations="disabled")

    def strangers(self) -> set[str]:
        """Hosts other than this machine that the browser asked for anything."""
        return {host for host in self.hosts if not _is_here(host)}

    def _heard(self, message: ConsoleMessage) -> None:
        # The hosted login's page is not ours.
        if message.type == "error" and self.page.url.startswith(self.origin):
            self.complaints.append(f"{message.text} ({_place(message.location)})")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss"):
            self.hosts.add(address.hostname or "")


def _is_here(host: str) -> bool:
    return host in ("127.0.0.1", "localhost", "::1") or host.endswith(".localhost")


def _place(location: Mapping[str, object]) -> str:
    return f"{location.get('url')}:{location.get('lineNumber')}"
