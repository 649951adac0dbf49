"""The page in a real browser, looking at a fake Discord whose members talk to the real bot: endpoint, queue, worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from channelwright.endpoint.commands import TABLE
from tests.bot.lab import Lab
from tests.tools.fake_discord.interacting import Endpoint
from tests.tools.fake_discord.page.theatre import Theatre, working
from tools.command_locales import localized
from tools.fake_discord import FakeDiscord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Serve a fake with the real bot behind it; nothing that the bot asks may be in violation."""
    with FakeDiscord(frozen=True, key_seed=b"seven").serving() as fake:
        lab = Lab(fake, latency=0.1)
        fake.register(*localized(TABLE))
        with working(lab):
            yield lab
        assert fake.violations == []
        assert fake.unfaithful == []


@pytest.fixture
def theatre(lab: Lab, page: Page) -> Theatre:
    """The real bot's page. The fake comes first, so that the page is closed before it stops."""
    return Theatre(lab.fake, page)


@pytest.fixture
def fake() -> Iterator[FakeDiscord]:
    """A fake whose bot answers what a test tells it to."""
    with FakeDiscord(frozen=True).serving() as fake:
        yield fake


@pytest.fixture
def endpoint(fake: FakeDiscord) -> Endpoint:
    fake.endpoint = endpoint = Endpoint(fake.public_key)
    return endpoint


@pytest.fixture
def stage(fake: FakeDiscord, endpoint: Endpoint, page: Page) -> Theatre:
    """The page of a bot that is played by `endpoint`."""
    assert fake.endpoint is endpoint
    return Theatre(fake, page)
