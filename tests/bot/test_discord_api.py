from __future__ import annotations

import json

from channelwright.discord_api import campaign
from channelwright.templates import Channel


def test_a_role_grants_nothing_and_only_channels_that_have_one_get_a_topic() -> None:
    channels = (Channel(name="lore", type="forum", description="Old"), Channel(name="Table", type="voice"))
    calls = [(call.method, call.url, json.loads(call.body or "")) for call in campaign("12", "Strahd", channels)]
    guild = "https://discord.com/api/v10/guilds/12"
    assert calls == [
        ("POST", f"{guild}/roles", {"name": "Strahd Members", "permissions": "0"}),
        ("POST", f"{guild}/channels", {"name": "Strahd", "type": 4}),
        ("POST", f"{guild}/channels", {"name": "lore", "type": 15, "topic": "Old"}),
        ("POST", f"{guild}/channels", {"name": "Table", "type": 2}),
    ]
