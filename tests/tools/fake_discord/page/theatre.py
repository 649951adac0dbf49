"""What people do on the page, and a worker that takes from the queue meanwhile."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from tests.bot.lab import Lab
    from tools.fake_discord import FakeDiscord

CALL_SECONDS = 0.02
"""How long each call of the worker takes in real time, so that progress can be seen."""
PATIENCE = 60_000
"""How long a whole campaign may take on a busy machine, in milliseconds."""
expect.set_options(timeout=20_000)  # anything else that is waited for


@contextmanager
def working(lab: Lab) -> Iterator[None]:
    """Let the worker take what comes into the queue, as Lambda does, until the end."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while not stop.wait(0.01):
                lab.work()
        except BaseException as error:  # noqa: BLE001 - raised below, where the test sees it
            failed.append(error)

    lab.fake.gate.listeners.append(lambda _exchange: time.sleep(CALL_SECONDS))
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    for error in failed:
        raise error


@dataclass
class Theatre:
    """The page of a fake, and how people use it."""

    fake: FakeDiscord
    page: Page

    def look(self, viewer: str = "gm", channel: str = "") -> None:
        """Open the page through somebody's eyes."""
        within = self.fake.channel(channel).id if channel else ""
        self.page.goto(f"{self.fake.url}/#viewer={viewer}&channel={within}")
        self.is_seen_by(viewer)

    def switch(self, viewer: str) -> None:
        """See with other eyes; wait until these are what the page shows."""
        self.page.locator(f'#viewers label:has(input[value="{viewer}"])').click()
        self.is_seen_by(viewer)

    def is_seen_by(self, viewer: str) -> None:
        expect(self.page.locator("#viewers input:checked")).to_have_value(viewer)
        link = self.page.locator("#tree a").first
        expect(link).to_have_attribute("href", f"#viewer={viewer}&channel={self.fake.channel('general').id}")

    def fill(self, line: str, **options: str) -> None:
        """Fill in a command: text, or the label of a choice."""
        self.page.get_by_label("Command", exact=True).select_option(line)
        for name, value in options.items():
            field = self.page.locator(f"#option-{name}")
            if field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)

    def run(self, line: str, **options: str) -> None:
        self.fill(line, **options)
        self.page.get_by_role("button", name="Send", exact=True).click()

    def add_campaign(self, name: str = "Curse of Strahd", **options: str) -> Locator:
        """Make a campaign, and return the message that tells of it."""
        count = self.messages.count()
        self.run("add-campaign", name=name, **options)
        message = self.messages.nth(count)
        expect(message).to_contain_text("is ready", timeout=PATIENCE)
        return message

    @property
    def messages(self) -> Locator:
        return self.page.locator("#message-list > li")

    @property
    def wire(self) -> Locator:
        return self.page.locator("#wire > li")

    def channels(self) -> list[str]:
        """Return the names in the tree, categories and channels, from top to bottom."""
        return self.page.locator("#tree h3 > span:first-of-type, #tree a > span:first-of-type").all_inner_texts()

    def shows_channels(self, names: list[str]) -> None:
        expect(self.page.locator("#tree h3 > span:nth-of-type(1), #tree a > span:nth-of-type(1)")).to_have_text(names)

    def focused(self) -> str:
        """Return the id of what has the focus."""
        return str(self.page.evaluate("document.activeElement.id"))
