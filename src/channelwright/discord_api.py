"""The one door to Discord's HTTP API, https://docs.discord.com/developers/reference."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from requests import PreparedRequest, Request

from channelwright.templates import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channelwright.templates import Channel

API = "https://discord.com/api/v10"
CATEGORY = 4


def campaign(guild_id: str, name: str, channels: tuple[Channel, ...]) -> Iterator[PreparedRequest]:
    """Yield the calls that make a campaign, in order. The channels' parent is known once the category exists."""
    yield _post(f"guilds/{guild_id}/roles", name=f"{name} Members", permissions="0")
    yield _post(f"guilds/{guild_id}/channels", name=name, type=CATEGORY)
    for channel in channels:
        topic = {"topic": channel.description} if channel.has_topic else {}
        yield _post(f"guilds/{guild_id}/channels", name=channel.name, type=TYPES[channel.type], **topic)


def summary(call: PreparedRequest) -> str:
    return f"{call.method} {call.path_url} {json.loads(call.body or '{}').get('name')}"


def _post(path: str, **body: Any) -> PreparedRequest:
    return Request("POST", f"{API}/{path}", json=body).prepare()
