"""What is read from the report's page in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

BOXES = """() => [...document.querySelectorAll("#map [role=treeitem]")].map((each) => {
    const {x, y, width, height} = each.getBoundingClientRect();
    return {name: each.node.name, size: each.node.size, zipped: each.node.zipped, x, y, width, height};
})"""


def parts(page: Page) -> Locator:
    return page.locator("#map [role=treeitem]")
