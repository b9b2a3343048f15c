"""What axe-core, which the console's own packages bring, finds wrong for keyboard and screen reader."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def accessibility_faults(page: Page) -> list[str]:
    """Violations of WCAG 2.1 A and AA, serious or worse: the rule, and where.

    Evaluated by the debugger, so that the page's content security policy stands. Sizes of targets are left out: what
    the bar at the top half covers at the moment would count as too small.
    """
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(
        "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
    )
    return [
        f"{violation['id']}: {node['target']} {node['html'][:120]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"][:3]
    ]
