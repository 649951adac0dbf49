"""axe-core in a page that is open: what keeps people with other eyes, ears or hands from using it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page


# https://www.deque.com/axe/core-documentation/api-documentation/#axecore-tags
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental")


def findings(page: Page) -> list[str]:
    """Return what axe finds by its rules for WCAG 2.2 AA and its best practices: the rule, where, and what is wrong."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": _RULES}}).response
    assert found["passes"], "nothing was looked at"
    return [
        f"{rule['id']} at {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
