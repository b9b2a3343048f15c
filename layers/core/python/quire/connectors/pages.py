"""A connector's page in the documentation, from its manifest: ``python -m quire.connectors.pages DIRECTORY``."""

import argparse
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from quire.connectors.registry import CONNECTORS
from quire.connectors.seam import Connector

_GRANTS = {
    "none": "The platform is never asked anything: what it sends is all there is.",
    "static": "With a token that lasts until somebody changes it at the platform and here.",
    "oauth": "With the token of an installed app, which is rotated where the platform gives it an end.",
    "certificate": "With short-lived tokens that an application of yours is given for its certificate.",
}
_VOUCHING = {
    True: "An account's e-mail address is vouched for here: it joins the account to others of the same address.",
    False: "No address is vouched for here: accounts are joined to a person by hand.",
}


def page(connector: Connector) -> str:
    """The page, Markdown; it ends in a line feed."""
    return "\n".join(_lines(connector)) + "\n"


def write(folder: Path) -> None:
    """Write the page of every connector."""
    for platform, connector in CONNECTORS.items():
        (folder / f"{platform}.md").write_text(page(connector), "utf-8")


def every(interval: timedelta) -> str:
    """An interval in words: ``every 15 minutes``."""
    seconds = int(interval.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds % size == 0:
            number = seconds // size
            return f"every {unit}" if number == 1 else f"every {number:,} {unit}s"
    raise AssertionError("every number of seconds is one of seconds")


def _lines(connector: Connector) -> Iterator[str]:
    told = connector.manifest
    yield f"# {told.title}"
    yield from (
        "",
        "<!-- Made from the connector's manifest: `python -m quire.connectors.pages docs/connectors` -->",
        "",
    )
    yield _plain(told.summary)
    if told.guide:
        yield from ("", f"More: [{told.guide}](../{told.guide}).")
    yield from ("", "## Connecting", "")
    yield from (f"{number}. {_plain(step)}" for number, step in enumerate(told.setup, start=1))
    yield from _fields("Secrets", "Written once, and never shown again.", told.secrets)
    yield from _fields("Settings", "Kept with the connection.", told.configuration)
    yield from ("", "## What is captured", "")
    yield from _list(told.captures)
    yield from ("", "## What is not, and cannot be", "")
    yield from _list(told.cannot_capture)
    yield from ("", "## How the platform is asked", "", _GRANTS[told.grant])
    if connector.tasks:
        yield from ("", "| task | runs | what it does |", "|---|---|---|")
        for name, task in connector.tasks.items():
            yield f"| `{name}` | {every(task.every)} | {_cell(told.tasks.get(name, ''))} |"
    if connector.reach:
        hosts = ", ".join(f"`{host}`" for host in dict.fromkeys((*connector.reach.hosts, *connector.reach.files)))
        if hosts:
            yield from ("", f"No other hosts are ever called: {hosts}.")
    yield from ("", "## People", "", _VOUCHING[told.vouches_for_email])
    yield from ("", "## Limits", "")
    yield from _list(limit.text() for limit in told.limits.values())
    yield from ("", f"Source: <{told.docs}>.")


def _fields(heading: str, words: str, schema: Mapping[str, Any]) -> Iterator[str]:
    properties = {name: each for name, each in schema["properties"].items() if not each.get("managed")}
    if not properties:
        return
    yield from ("", f"## {heading}", "", words, "", "| field | | needed | what it is |", "|---|---|---|---|")
    for name, each in sorted(properties.items(), key=lambda item: item[1]["order"]):
        needed = "yes" if name in schema.get("required", ()) else ""
        yield f"| `{name}` | {_cell(each['title'])} | {needed} | {_cell(each['description'])} |"


def _list(items: Iterable[str]) -> Iterator[str]:
    return (f"- {_plain(item)}" for item in items)


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """Text that Markdown takes for text: what stands in angle brackets is no markup of ours."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m quire.connectors.pages", description="Write connectors' pages.")
    parser.add_argument("directory", type=Path, help="where the pages go: docs/connectors")
    write(parser.parse_args().directory)
