"""Whatever comes, the fake answers as Discord would: by the official description, and without breaking down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lanes import examples
from tests.tools.fake_discord.conftest import USER_AGENT
from tests.tools.fake_discord.interacting import ADD, DEFERRED, Endpoint
from tools.fake_discord import FakeDiscord, Opening, Request
from tools.fake_discord.operations.events import ScheduledEvent
from tools.fake_discord.operations.routes import PREFIX, ROUTES, Route

WORDS = st.sampled_from(["a", "general", "Curse of Strahd", "", "x" * 101, "0", "1024", "-1", "9" * 25, "🗄", "\x00"])
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-2, 20), st.sampled_from([1 << 40, 1.5]), WORDS)
NAMES = (
    *("name", "type", "topic", "parent_id", "permission_overwrites", "position", "id", "allow", "deny", "permissions"),
    *("colors", "primary_color", "content", "embeds", "components", "flags", "custom_id", "style", "label", "nonce"),
    *("description", "options", "choices", "required", "data", "title", "available_tags", "lock_permissions", "fields"),
    *("enforce_nonce", "allowed_mentions", "parse", "users", "interactions_endpoint_url", "nsfw", "accessory"),
)
JSON = st.recursive(
    PLAIN,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)),
    max_leaves=12,
)


class Story:
    """A fake with an interaction under way, so that every path can lead somewhere."""

    def __init__(self) -> None:
        self.fake = FakeDiscord(Opening(community=True), frozen=True)
        self.fake.limits.lift()
        self.fake.endpoint = Endpoint(self.fake.public_key, [DEFERRED])
        self.fake.register(ADD)
        self.fake.gm.command("add-campaign", name="x")
        interaction = self.fake.interactions[0]
        application = self.fake.application.id
        lounge = self.fake.channel("Lounge").id
        bot = self.fake.bot.member.user
        event = ScheduledEvent("4712", self.fake.guild_id, lounge, bot, "Session", "", self.fake.clock.now() + 3600)
        self.fake.world.events[event.id] = event
        self.ids = {
            "guild_id": [self.fake.guild_id],
            "channel_id": [each.id for each in self.fake.channels],
            "role_id": [each.id for each in self.fake.roles],
            "user_id": list(self.fake.world.users),
            "overwrite_id": [self.fake.guild_id, self.fake.gm.id],
            "message_id": [interaction.message_id or "", "4711"],
            "guild_scheduled_event_id": [event.id, "4711"],
            "application_id": [application],
            "webhook_id": [application],
            "webhook_token": [interaction.token, "nonsense"],
            "interaction_id": [interaction.id],
            "interaction_token": [interaction.token],
            "command_id": [self.fake.world.commands[self.fake.guild_id][0]["id"]],
        }

    def ask(self, route: Route, path: str, body: Any) -> int:
        headers = {"user-agent": USER_AGENT, "content-type": "application/json"}
        if not route.open:
            headers["authorization"] = f"Bot {self.fake.application.token}"
        content = b"" if route.method in {"GET", "DELETE"} else json.dumps(body).encode()
        answer = self.fake.handle(Request(route.method, PREFIX + path, {}, headers, content))
        assert answer is not None
        json.dumps(answer.body)
        return answer.status


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(data=st.data())
def test_any_body_gets_an_answer_that_discord_could_have_given(route: Route, data: st.DataObject) -> None:
    story = Story()
    for _ in range(3):
        chosen = {name: data.draw(st.sampled_from(story.ids[name])) for name in route.pattern.groupindex}
        status = story.ask(route, route.template.format(**chosen), data.draw(JSON))
        assert 200 <= status < 500
    assert story.fake.unfaithful == []
