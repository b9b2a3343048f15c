"""Connections in the console: an administrator connects a system, an officer looks, and nobody sees a secret."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import accessibility_faults
from tests.browser.console import PATIENCE_MS, Console
from tests.browser.layout import layout_faults

pytestmark = pytest.mark.browser

SECRET = "a-secret-that-nobody-sees-again"
PLATFORMS = ("Slack", "Microsoft Teams", "WhatsApp", "Telegram", "Discord")


def test_an_officer_sees_what_is_connected_and_changes_nothing(console: Console, stack: dict[str, Any]) -> None:
    console.open("/connections")
    rows = console.page.locator("main li, #content li")
    for connection in stack["tenants"][0]["connections"]:
        link = console.page.locator(f"a[href='/connections/{connection['connectionId']}']")
        expect(link.first).to_be_visible(timeout=PATIENCE_MS)
    for platform in PLATFORMS:
        expect(rows.get_by_text(platform, exact=True).first).to_be_visible()
    expect(console.page.get_by_role("button", name="Connect a platform")).to_have_count(0)
    console.picture("connections")
    assert layout_faults(console.page) == []
    assert accessibility_faults(console.page) == []

    slack = next(each for each in stack["tenants"][0]["connections"] if each["platform"] == "slack")
    console.page.locator(f"a[href='/connections/{slack['connectionId']}']").click()
    expect(console.page.get_by_text(slack["webhookUrl"])).to_be_visible(timeout=PATIENCE_MS)
    expect(console.page.get_by_text("Not captured, and cannot be")).to_be_visible()
    expect(console.page.get_by_text("An administrator can change this connection.")).to_be_visible()
    expect(console.page.locator("input[type=password]")).to_have_count(0)
    console.picture("connection")
    assert layout_faults(console.page) == []


def test_an_administrator_connects_another_system_and_removes_it_again(desk: Console) -> None:
    desk.open("/connections")
    page = desk.page
    page.get_by_role("button", name="Connect a platform").click()
    page.get_by_text("Any other system", exact=True).click()
    page.get_by_label("What to call this connection").fill("Ticket system")
    page.get_by_label("File hosts").fill("https://files.acme.example")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_text("Signing secret is needed.")).to_be_visible()
    page.get_by_label("Signing secret").fill(SECRET)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_text("Does not have the expected form.")).to_be_visible(timeout=PATIENCE_MS)
    desk.picture("connect-refused")
    assert layout_faults(page) == []
    desk.complaints = [each for each in desk.complaints if "400" not in each]  # that answer was what we wanted
    page.get_by_label("File hosts").fill("files.acme.example")
    page.get_by_role("button", name="Connect", exact=True).click()

    expect(page.get_by_role("heading", level=1, name="Ticket system")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("/generic/").first).to_be_visible()
    expect(page.get_by_text("Set. Leave it empty to keep it; it is never shown.")).to_be_visible()
    assert SECRET not in page.content()
    desk.picture("connected")
    assert layout_faults(page) == []
    assert accessibility_faults(page) == []

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused: nothing is taken")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1, name="Connections")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Ticket system")).to_have_count(0)


def test_an_install_that_was_not_begun_here_is_refused(desk: Console) -> None:
    desk.open("/connections/installed?code=made-up&state=made-up")
    expect(desk.page.get_by_text("This install was not begun here", exact=False)).to_be_visible(timeout=PATIENCE_MS)
    desk.complaints = [each for each in desk.complaints if "403" not in each]
    assert layout_faults(desk.page) == []
