"""The page in a real browser, looking at a fake Discord whose members talk to the real bot: endpoint, queue, worker."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.bot.worker.conftest import TEMPLATES, Lab
from tests.fake_discord import FakeDiscord
from tools.discord_application import commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

SECONDS = 0.02
"""How long each call of the worker takes in real time, so that progress can be seen."""


@contextmanager
def working(lab: Lab) -> Iterator[None]:
    """Let the worker take what comes into the queue, as Lambda does, until the end."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while not stop.wait(0.01):
                lab.work()
        except BaseException as error:  # shown below, where the test can see it
            failed.append(error)

    lab.fake.gate.listeners.append(lambda _exchange: time.sleep(SECONDS))
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert failed == []


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Serve a fake with the real bot behind it; nothing that the bot asks may be in violation."""
    with FakeDiscord(frozen=True, key_seed=b"seven").serving() as fake:
        lab = Lab(fake, latency=0.1)
        fake.register(*commands(list(TEMPLATES)))
        with working(lab):
            yield lab
        assert fake.violations == []
        assert fake.unfaithful == []


@dataclass
class Theatre:
    """The page, and what people do on it."""

    page: Page
    lab: Lab

    @property
    def fake(self) -> FakeDiscord:
        return self.lab.fake

    def look(self, viewer: str = "gm", channel: str = "") -> None:
        """Open the page through somebody's eyes."""
        within = self.fake.channel(channel).id if channel else ""
        self.page.goto(f"{self.fake.url}/#viewer={viewer}&channel={within}")
        expect(self.page.get_by_role("radio", name=viewer)).to_be_checked()
        expect(self.page.locator("#tree")).not_to_be_empty()

    def switch(self, viewer: str) -> None:
        self.page.get_by_role("radio", name=viewer).check(force=True)

    def run(self, line: str, **options: str) -> None:
        """Fill in a command and send it; options by the label of the choice, or the text."""
        self.page.get_by_label("Command", exact=True).select_option(line)
        for name, value in options.items():
            field = self.page.locator(f"#option-{name}")
            if field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)
        self.page.get_by_role("button", name="Send", exact=True).click()

    def add_campaign(self, name: str = "Curse of Strahd", **options: str) -> Locator:
        """Make a campaign, and return the message that tells of it."""
        self.run("add-campaign", name=name, **options)
        message = self.messages.last
        expect(message).to_contain_text("is ready", timeout=30_000)
        return message

    @property
    def messages(self) -> Locator:
        return self.page.locator("#message-list > li")

    @property
    def tree(self) -> Locator:
        return self.page.get_by_role("navigation", name="Channels")

    def channel_names(self) -> list[str]:
        return self.page.locator("#tree a > span:first-of-type").all_inner_texts()

    def evaluate(self, script: str, given: Any = None) -> Any:
        return self.page.evaluate(script, given)


@pytest.fixture
def theatre(lab: Lab, page: Page) -> Theatre:
    """Take the fake first, so that the page is closed before it stops."""
    return Theatre(page, lab)


SCREENSHOTS = Path("/tmp/s/transcripts")
