"""People and files in the console: one person across platforms, and what became of a file."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import accessibility_faults
from tests.browser.console import PATIENCE_MS, Console
from tests.browser.layout import layout_faults

pytestmark = pytest.mark.browser

IN_A_FILE = "redemption at par"
PICTURED = "ticket_EQ-77812.png"


def test_people_are_listed_once_joined_and_separated_by_hand(console: Console) -> None:
    console.open("/people")
    page = console.page
    rows = page.locator("#content li")
    expect(rows.first).to_be_visible(timeout=PATIENCE_MS)
    console.picture("people")
    assert layout_faults(page) == []
    assert accessibility_faults(page) == []

    links = rows.get_by_role("link")
    names = [links.nth(number).inner_text() for number in range(2)]
    links.first.click()
    expect(page.get_by_role("heading", level=1, name=names[0])).to_be_visible(timeout=PATIENCE_MS)
    accounts = page.locator("h2", has_text="Accounts")
    expect(accounts).to_be_visible()
    page.get_by_role("searchbox", name="Find an account to join").fill(names[1])
    page.get_by_role("button", name=re.compile("^This person: ")).first.click()
    expect(page.get_by_text("Put here by hand").first).to_be_visible(timeout=PATIENCE_MS)
    console.picture("joined")
    assert layout_faults(page) == []

    row = page.locator("div", has=page.get_by_role("button")).filter(has_text="Put here by hand").last
    row.get_by_role("button", name=re.compile("^Not this person: ")).click()
    expect(page.get_by_text("Put here by hand")).to_have_count(0, timeout=PATIENCE_MS)


def test_a_file_is_found_by_its_text_and_can_be_had(console: Console) -> None:
    console.open("/search")
    hit = console.search(IN_A_FILE).first
    expect(hit.get_by_text("Found in the file")).to_be_visible()
    console.picture("found-in-file")
    assert layout_faults(console.page) == []
    hit.get_by_role("link").first.click()
    message = console.page.locator("article[aria-current=true]")
    expect(message).to_be_focused(timeout=PATIENCE_MS)
    expect(message.get_by_text("Captured", exact=True).first).to_be_visible()
    with console.page.expect_download() as download:
        message.get_by_role("button", name=re.compile("^Download ")).first.click()
    assert download.value.suggested_filename
    console.picture("file")
    assert layout_faults(console.page) == []


def test_a_picture_is_shown_and_comes_from_the_archive(console: Console) -> None:
    """The policy under which the console is served lets it show what the archive's links lead to."""
    console.open("/search")
    console.search(PICTURED).first.get_by_role("link").first.click()
    message = console.page.locator("article[aria-current=true]")
    expect(message).to_be_focused(timeout=PATIENCE_MS)
    picture = message.get_by_role("img", name=PICTURED)
    expect(picture).to_be_visible(timeout=PATIENCE_MS)
    picture.scroll_into_view_if_needed()
    console.page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    console.picture("picture")
    assert layout_faults(console.page) == []
