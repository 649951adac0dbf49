"""Measuring how a page looks: what overflows, what is cut off, and whether texts stand out from their ground."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = Path(__file__).with_name("looks.js").read_text()
LEAST_CONTRAST = 4.5
"""https://www.w3.org/TR/WCAG22/#contrast-minimum, for texts of ordinary size."""


def faults_of_layout(page: Page) -> list[str]:
    """Return what makes the page scroll sideways, and which texts are cut off."""
    found: list[str] = page.evaluate(f"(() => {{ {SCRIPT}; return faultsOfLayout() }})()")
    return found


def weak_texts(page: Page) -> list[Any]:
    """Return the visible texts with too little contrast, each with its ratio."""
    found: list[Any] = page.evaluate(f"(() => {{ {SCRIPT}; return textsBelow({LEAST_CONTRAST}) }})()")
    return found
