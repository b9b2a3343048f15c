"""The evidence of a message in the console, whether the stack has sealed it yet or not."""

import json
import re

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.accessibility import accessibility_faults
from tests.browser.console import PATIENCE_MS, Console
from tests.browser.evidence_fixture import FIXTURE

pytestmark = pytest.mark.browser

ANY = "Castellan"
TOLD = re.compile(r"^(Verified in this browser\.|Captured, not sealed yet\.|Sealed\. No checkpoint|The hashes hold\.)")
BROKEN = "The evidence does not hold."


def _open_evidence(console: Console) -> None:
    console.open("/search")
    console.search(ANY).first.get_by_role("button", name="Details").click()
    console.page.get_by_role("button", name="Evidence", exact=True).click()


def _fits(part: Locator) -> bool:
    """Nothing sticks out of it sideways, nor it out of the page. (The panel may lie over the page.)"""
    fits: bool = part.evaluate(
        """part => part.scrollWidth <= part.clientWidth
            && part.getBoundingClientRect().right <= innerWidth
            && document.documentElement.scrollWidth <= innerWidth"""
    )
    return fits


def test_the_evidence_of_a_message_is_verified_or_said_to_be_on_its_way(console: Console) -> None:
    _open_evidence(console)
    page = console.page
    expect(page.get_by_text(TOLD)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text(BROKEN)).to_have_count(0)
    expect(page.get_by_text("The platform does not sign messages")).to_be_visible()
    events = page.get_by_role("list", name="Events of the message")
    expect(events.get_by_text("In the journal").first).to_be_visible()
    events.scroll_into_view_if_needed()
    console.picture("evidence")
    assert _fits(events)
    assert accessibility_faults(page) == []


def test_evidence_that_was_made_for_another_message_does_not_hold(console: Console) -> None:
    """Whoever answers in the API's place: a proof that holds, of other words."""
    written = json.loads(FIXTURE.read_text("utf-8"))["stamped"]

    def answer(route: Route) -> None:
        asked = route.request.url.split("/")[-2]
        route.fulfill(json=written | {"messageId": asked}, headers={"access-control-allow-origin": "*"})

    console.page.route("**/v1/messages/*/evidence", answer)
    _open_evidence(console)
    expect(console.page.get_by_text(BROKEN)).to_be_visible(timeout=PATIENCE_MS)
    console.picture("evidence-broken")
    assert _fits(console.page.get_by_role("list", name="Events of the message"))
