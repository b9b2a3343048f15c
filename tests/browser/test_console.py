"""A compliance officer at work: signing in, searching, and reading conversations of the demo's week."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import accessibility_faults
from tests.browser.console import PATIENCE_MS, Console
from tests.browser.layout import layout_faults

pytestmark = pytest.mark.browser

EDITED = "We would target around 8% a year"
ONCE = "guarantee you 8% a year"
DELETED = "412p a share"
REMOVED = "if you read the message that was just removed"
REPLIED = "Did anyone on this desk touch Castellan today?"


def test_signs_in_through_the_hosted_login_and_comes_back_to_the_address(console: Console) -> None:
    console.open("/search?q=Castellan")
    console.page.wait_for_url("**/search?q=Castellan")
    expect(console.page.locator("mark").first).to_be_visible()
    assert layout_faults(console.page) == []
    assert console.page.evaluate("localStorage.length") == 0
    assert "eyJ" not in console.page.evaluate("JSON.stringify(Object.entries(sessionStorage))")


def test_finds_what_was_edited_away_and_shows_what_changed(console: Console) -> None:
    console.open("/search")
    hit = console.search(f'"{ONCE}"').filter(has_text="James Whitlock").first
    expect(hit.locator("mark").first).to_be_visible()
    expect(hit.get_by_text("Edited", exact=True)).to_be_visible()
    console.picture("search")
    assert layout_faults(console.page) == []

    hit.get_by_role("link").first.click()
    message = console.message(EDITED)
    expect(message).to_be_focused(timeout=PATIENCE_MS)
    message.get_by_role("button", name="earlier version").click()
    expect(message.locator("del").first).to_be_visible()
    expect(message).to_contain_text("guarantee")
    console.picture("edited")
    assert layout_faults(console.page) == []


def test_shows_a_deleted_message_as_deleted_with_the_text_that_was_kept(console: Console) -> None:
    console.open("/search")
    hit = console.search(f'"{DELETED}"').first
    expect(hit.get_by_text("Deleted", exact=True)).to_be_visible()
    hit.get_by_role("link").first.click()
    message = console.message(DELETED)
    expect(message).to_be_focused(timeout=PATIENCE_MS)
    expect(message).to_contain_text("Deleted at the source")
    expect(message).to_contain_text("Kept by the archive")
    expect(message.locator("del").first).to_contain_text(DELETED)
    console.picture("deleted")
    assert layout_faults(console.page) == []


def test_shows_threads_and_who_reacted(console: Console) -> None:
    console.open("/search")
    console.search(f'"{REPLIED}"').first.get_by_role("link").first.click()
    expect(console.message(REPLIED)).to_be_focused(timeout=PATIENCE_MS)
    thread = console.page.locator("li", has=console.message(REPLIED)).get_by_role("region", name="Thread")
    expect(thread).to_contain_text("No.")
    expect(thread.locator("article").nth(1)).to_be_visible()
    console.picture("thread")
    assert layout_faults(console.page) == []

    console.open("/search")
    console.search(f'"{REMOVED}"').first.get_by_role("link").first.click()
    reactions = console.message(REMOVED).get_by_role("list", name="Reactions")
    expect(reactions).to_contain_text("Priya Raghunathan")
    expect(reactions).to_contain_text("\U0001f44d")
    console.picture("reactions")
    assert layout_faults(console.page) == []


def test_loads_the_conversation_both_ways(console: Console) -> None:
    console.open("/search")
    console.search(f'"{REPLIED}"').first.get_by_role("link").first.click()
    expect(console.message(REPLIED)).to_be_focused(timeout=PATIENCE_MS)
    messages = console.page.locator("article[data-message]")
    for name in ("Load earlier messages", "Load later messages"):
        button = console.page.get_by_role("button", name=name)
        while button.is_visible():
            before, first = messages.count(), messages.first.get_attribute("data-message")
            button.scroll_into_view_if_needed()
            kept = console.page.locator(f"[data-message='{first}']")
            top = kept.evaluate("element => element.getBoundingClientRect().top")
            button.click()
            expect(messages).not_to_have_count(before)
            assert abs(kept.evaluate("element => element.getBoundingClientRect().top") - top) < 3, "the page jumped"
    expect(console.page.get_by_text("This is the beginning of what the archive holds of it.")).to_be_attached()
    expect(console.page.get_by_text("This is the latest the archive holds of it.")).to_be_attached()


def test_shows_the_details_of_a_message(console: Console) -> None:
    console.open("/search")
    console.search(f'"{ONCE}"').filter(has_text="James Whitlock").get_by_role("link").first.click()
    message = console.message(EDITED)
    expect(message).to_be_focused(timeout=PATIENCE_MS)
    message.get_by_role("button", name="Details").click()
    expect(console.page.get_by_text("Id on the platform")).to_be_visible()
    expect(console.page.get_by_text(".qrs").first).to_be_visible()
    console.picture("details")


def test_lists_the_channels(console: Console) -> None:
    console.open("/channels")
    link = console.page.get_by_role("link", name="#trading-desk")
    expect(link).to_be_visible()
    console.picture("channels")
    assert layout_faults(console.page) == []
    link.click()
    expect(console.page.get_by_role("heading", name="#trading-desk")).to_be_visible()
    expect(console.page.locator("article[data-message]").first).to_be_visible()


def test_helps_when_nothing_is_found(console: Console) -> None:
    console.open("/search?q=zanzibarquux")
    expect(console.page.get_by_text("No message matches")).to_be_visible()
    assert layout_faults(console.page) == []


@pytest.mark.parametrize("path", ["/search", "/search?q=Castellan", "/channels"])
def test_can_be_used_by_keyboard_and_screen_reader(console: Console, path: str) -> None:
    console.open(path)
    expect(console.page.get_by_role("heading", level=1)).to_be_visible()
    if "q=" in path:
        expect(console.page.locator("mark").first).to_be_visible()
        assert accessibility_faults(console.page) == []
        console.page.locator("ol h3 a").first.press("Enter")
        expect(console.page.locator("article[aria-current=true]")).to_be_focused(timeout=PATIENCE_MS)
    assert accessibility_faults(console.page) == []


def test_signing_out_leaves_nothing_behind(console: Console) -> None:
    console.open("/channels")
    console.page.get_by_role("button", name=console.person.email).click()
    console.page.get_by_role("menuitem", name="Sign out").click()
    expect(console.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    kept = console.page.evaluate("Object.keys(sessionStorage)")
    assert [key for key in kept if key.startswith("quire.")] == []
