"""A real headless Chromium for the pages that people look at. A test fails on any error of the page's own."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

# The names of the program in Debian, in Ubuntu, and on GitHub's runners.
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Without these it looks for updates of its own.
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def program() -> str | None:
    """Return the path of the browser on this machine, None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Open an empty page that reaches loopback and files alone; its errors and requests elsewhere fail the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    # Chromium logs every refusal as an error, though the page may expect and show it: 409 is what cannot be done.
    # The machine's own network changes whenever a container comes or goes; what a page lacks for it fails by itself.
    expected = re.compile(r"status of 409|net::ERR_NETWORK_CHANGED")
    opened.on(
        "console",
        lambda said: wrong.append(said.text) if said.type == "error" and not expected.search(said.text) else None,
    )

    def only_here(route: Route) -> None:
        if urlsplit(route.request.url).hostname in {None, "127.0.0.1", "localhost"}:
            route.continue_()
        else:
            wrong.append(f"asked for {route.request.url}")
            route.abort()

    context.route("**/*", only_here)
    yield opened
    context.close()
    assert wrong == []
