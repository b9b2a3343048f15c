"""A compliance officer travels in time: a conversation as it stood, two moments compared, members, a person's day."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.accessibility import accessibility_faults
from tests.browser.console import PATIENCE_MS, Console
from tests.browser.layout import layout_faults

pytestmark = pytest.mark.browser

EDITED = "We would target around 8% a year"
ONCE = "guarantee you 8% a year"


def opened(console: Console) -> Locator:
    """The message that was edited, in its conversation."""
    console.open("/search")
    console.search(f'"{ONCE}"').filter(has_text="James Whitlock").first.get_by_role("link").first.click()
    message = console.message(EDITED)
    expect(message).to_be_focused(timeout=PATIENCE_MS)
    return message


def just_sent(message: Locator) -> str:
    """A second after it was sent, before anybody edits."""
    sent = message.locator("time").first.get_attribute("datetime")
    assert sent is not None
    return f"{datetime.fromisoformat(sent) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"


def here(console: Console) -> str:
    """The conversation's address."""
    found = re.search(r"/conversations/[0-9a-f-]+", console.page.url)
    assert found is not None
    return found.group()


def test_a_conversation_as_it_stood_before_an_edit(console: Console) -> None:
    at = just_sent(opened(console))
    console.open(f"{here(console)}?asOf={at}")
    expect(console.page.get_by_text("As it stood at")).to_be_visible()
    expect(console.message(ONCE)).to_be_visible()
    expect(console.page.get_by_text(EDITED)).to_have_count(0)
    console.picture("as-it-stood")
    assert layout_faults(console.page) == []
    assert accessibility_faults(console.page) == []
    console.page.get_by_role("button", name="Back to now").click()
    expect(console.message(EDITED)).to_be_visible()


def test_two_moments_compared(console: Console) -> None:
    at = just_sent(opened(console))
    console.open(f"{here(console)}/compare?from={at}&to=2100-01-01T00:00:00Z")
    change = console.page.get_by_role("article").filter(has_text="target around")
    expect(change.get_by_text("Edited", exact=True)).to_be_visible()
    expect(change.locator("del").first).to_contain_text("guarantee")
    console.picture("compared")
    assert layout_faults(console.page) == []
    assert accessibility_faults(console.page) == []


def test_members(console: Console) -> None:
    opened(console)
    console.page.get_by_role("button", name="Members, now and before").click()
    members = console.page.get_by_role("list", name="Members")
    expect(members.get_by_text("James Whitlock")).to_be_visible()
    members.scroll_into_view_if_needed()
    console.picture("members")
    assert accessibility_faults(console.page) == []


def test_a_persons_day(console: Console) -> None:
    day = just_sent(opened(console))[:10]
    console.open("/people")
    console.page.get_by_role("searchbox").fill("Whitlock")
    console.page.get_by_role("link", name="James Whitlock").first.click()
    console.page.get_by_role("link", name="A day of theirs").click()
    console.page.wait_for_url("**/day")
    console.open(f"{console.page.url.removeprefix(console.origin)}?date={day}&zone=UTC")
    acts = console.page.get_by_role("list", name="What they did").get_by_role("article")
    expect(acts.filter(has_text=ONCE).filter(has_text="wrote").first).to_be_visible()
    expect(acts.filter(has_text=EDITED).filter(has_text="changed it to").first).to_be_visible()
    console.picture("day")
    assert layout_faults(console.page) == []
    assert accessibility_faults(console.page) == []
