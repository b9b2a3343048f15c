"""A made-up firm's Slack, and what its connection tells."""

from typing import Any

from quire.connectors.slack.install import SCOPES
from quire.domain.events import Event
from quire.domain.work import Page, Step
from tests.simulators.running import Running
from tests.unit.connectors.reading import read

TEAM = "T07MERIDIAN"
PDF = b"%PDF-1.7 as agreed"


def person(number: int, **more: Any) -> dict[str, Any]:
    """An entry of the directory."""
    profile = {"display_name": f"person {number}", "email": f"p{number}@meridian.example"}
    return {
        "id": f"U{number:03}",
        "team_id": TEAM,
        "name": f"p{number}",
        "profile": profile,
        "updated": 1771000000,
        **more,
    }


def open_slack(platforms: Running) -> Running:
    """The platforms, with the firm in Slack."""
    platforms.put(
        "slack",
        {
            "team": {"id": TEAM, "name": "Meridian", "domain": "meridian"},
            "pageSize": 2,
            "users": [person(1), person(2), person(3, deleted=True), person(4, is_bot=True), person(5)],
            "channels": [
                {"id": "C1", "name": "deals", "is_channel": True, "created": 1770000000, "updated": 1771000000123},
                {"id": "C2", "name": "old", "is_channel": True, "is_archived": True, "created": 1770000000},
                {"id": "G1", "name": "board", "is_private": True, "created": 1770000000},
                {"id": "D1", "is_im": True, "user": "U001", "created": 1770000000},
            ],
            "files": {
                "F1": {
                    "name": "contract.pdf",
                    "mimetype": "application/pdf",
                    "url_private_download": "https://files.slack.com/files-pri/T07MERIDIAN-F1/download/contract.pdf",
                    "bytes": {"text": PDF.decode(), "contentType": "application/pdf", "name": "contract.pdf"},
                },
                "F2": {"bytes": {"deleted": True}},
            },
            "tokens": {"xoxb-1": {"scopes": list(SCOPES)}},
            "apps": {"1.2": {"secret": "shh", "rotation": True, "scopes": list(SCOPES)}},
        },
    )
    return platforms


def methods(slack: Running) -> list[str]:
    """What was asked."""
    return [str(entry["path"]).removeprefix("/api/") for entry in slack.requests("slack")]


def events_of(steps: list[Step]) -> list[Event]:
    """What the pages of a run tell."""
    pages = [step for step in steps if isinstance(step, Page)]
    return [event for page in pages for event in read("slack", page.body, TEAM, page.context)]
