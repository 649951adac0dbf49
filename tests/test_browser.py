from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_page_runs_its_script_in_a_real_browser(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<!doctype html><title>x</title><p id=p></p><script>p.textContent = 6 * 7</script>")
    page.goto(path.as_uri())
    assert page.inner_text("#p") == "42"
