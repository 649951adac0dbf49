"""Fixtures of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.deploy.report.layers import page as written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page


@pytest.fixture
def opened(page: Page, tmp_path: Path) -> Callable[..., Page]:
    def open_page(content: bytes | None = None, **more: Any) -> Page:
        path = tmp_path / "page.html"
        path.write_text(written(content, **more), encoding="utf-8")
        page.emulate_media(reduced_motion="reduce")
        page.goto(path.as_uri())
        return page

    return open_page
