"""A fake Discord over HTTP, and a bot that knows how to ask it. Every test ends with nothing in violation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tools.fake_discord.interacting import ADD, CAMPAIGN, DELETE, Endpoint
from tools.fake_discord import FakeDiscord, Opening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USER_AGENT = "DiscordBot (https://example.org/channelwright, 1.0)"


@dataclass
class Bot:
    """A client that sends what it is told; `headers` are Discord's wishes, and can be spoiled."""

    fake: FakeDiscord
    headers: dict[str, str] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.headers = {"User-Agent": USER_AGENT, "Authorization": f"Bot {self.fake.application.token}"}

    def ask(self, method: str, path: str, body: Any = None, **how: Any) -> requests.Response:
        headers = self.headers | how.pop("headers", {})
        if path.startswith(("/webhooks", "/interactions")):
            headers.pop("Authorization", None)
        content = {} if body is None else {"json": body}
        how = {"timeout": 10} | how
        return self.session.request(method, self.fake.api + path, headers=headers, **content, **how)

    def create_channel(self, name: str = "a-channel", **fields: Any) -> requests.Response:
        return self.ask("POST", f"/guilds/{self.fake.guild_id}/channels", {"name": name, **fields})

    def made_channel(self, name: str = "a-channel", **fields: Any) -> dict[str, Any]:
        answer = self.create_channel(name, **fields)
        assert answer.status_code == 201, answer.text
        shape: dict[str, Any] = answer.json()
        return shape

    def list_channels(self) -> list[str]:
        return [each["name"] for each in self.ask("GET", f"/guilds/{self.fake.guild_id}/channels").json()]

    def create_role(self, **fields: Any) -> requests.Response:
        return self.ask("POST", f"/guilds/{self.fake.guild_id}/roles", fields)


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[Callable[..., FakeDiscord]]:
    """Open a fake of one's own making, over HTTP, with a clock that stands still."""
    from contextlib import ExitStack

    opened: list[FakeDiscord] = []
    with ExitStack() as stack:

        def open_one(opening: Opening | None = None, *, frozen: bool = True, **how: Any) -> FakeDiscord:
            opened.append(stack.enter_context(FakeDiscord(opening, frozen=frozen, **how).serving()))
            return opened[-1]

        yield open_one
    for fake in opened:
        assert fake.unfaithful == []
        assert fake.violations == [] or request.node.get_closest_marker("violates")
        assert fake.faults.outstanding == 0


@pytest.fixture
def fake(stage: Callable[..., FakeDiscord]) -> FakeDiscord:
    return stage()


@pytest.fixture
def bot(fake: FakeDiscord) -> Iterator[Bot]:
    bot = Bot(fake)
    yield bot
    bot.session.close()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "violates: this test breaks Discord's rules on purpose")


def problem(answer: requests.Response) -> tuple[int, int]:
    """Return the status and Discord's code of a refusal."""
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def endpoint(fake: FakeDiscord) -> Endpoint:
    endpoint = Endpoint(fake.public_key)
    fake.endpoint = endpoint
    fake.register(ADD, DELETE, CAMPAIGN)
    return endpoint
