"""Every operation that this Discord has, by its name in the official OpenAPI description; anything else is 404."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tools.fake_discord.operations import (
    application,
    callbacks,
    channels,
    commands,
    events,
    guilds,
    messages,
    overwrites,
    roles,
    webhooks,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fake_discord.server.call import Answer, Call

PREFIX = "/api/v10"


@dataclass(frozen=True)
class Route:
    """An operation. `open` is one that takes no bot token: what it may is in the path."""

    method: str
    template: str
    operation: str
    work: Callable[[Call], Answer]

    @property
    def open(self) -> bool:
        return self.template.startswith(("/webhooks/", "/interactions/"))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template))

    @property
    def top_level(self) -> tuple[str, ...]:
        """The parameters that set apart the rate limits of one route (docs: topics/rate-limits)."""
        if self.open:
            return ("webhook_id", "webhook_token", "interaction_token")
        return ("guild_id", "channel_id") if not self.template.startswith("/applications") else ("application_id",)


_GUILD, _CHANNEL = "/guilds/{guild_id}", "/channels/{channel_id}"
_COMMANDS, _GUILD_COMMANDS = (
    "/applications/{application_id}/commands",
    "/applications/{application_id}/guilds/{guild_id}/commands",
)
_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
_ORIGINAL = f"{_WEBHOOK}/messages/@original"
_MEMBER_ROLE = f"{_GUILD}/members/{{user_id}}/roles/{{role_id}}"
_EVENTS = f"{_GUILD}/scheduled-events"
_EVENT = f"{_EVENTS}/{{guild_scheduled_event_id}}"
_OVERWRITE = f"{_CHANNEL}/permissions/{{overwrite_id}}"

CALLBACK = Route(
    "POST",
    "/interactions/{interaction_id}/{interaction_token}/callback",
    "create_interaction_response",
    callbacks.create_interaction_response,
)
ROUTES = (
    Route("GET", "/users/@me", "get_my_user", guilds.get_my_user),
    Route("GET", "/users/@me/guilds", "list_my_guilds", guilds.list_my_guilds),
    Route("GET", "/applications/@me", "get_my_application", application.get_my_application),
    Route("PATCH", "/applications/@me", "update_my_application", application.update_my_application),
    Route("GET", _GUILD, "get_guild", guilds.get_guild),
    Route("GET", f"{_GUILD}/members/{{user_id}}", "get_guild_member", guilds.get_guild_member),
    Route("GET", f"{_GUILD}/channels", "list_guild_channels", channels.list_guild_channels),
    Route("POST", f"{_GUILD}/channels", "create_guild_channel", channels.create_guild_channel),
    Route("PATCH", f"{_GUILD}/channels", "bulk_update_guild_channels", channels.bulk_update_guild_channels),
    Route("GET", _CHANNEL, "get_channel", channels.get_channel),
    Route("PATCH", _CHANNEL, "update_channel", channels.update_channel),
    Route("DELETE", _CHANNEL, "delete_channel", channels.delete_channel),
    Route("PUT", _OVERWRITE, "set_channel_permission_overwrite", overwrites.set_channel_permission_overwrite),
    Route("DELETE", _OVERWRITE, "delete_channel_permission_overwrite", overwrites.delete_channel_permission_overwrite),
    Route("GET", f"{_GUILD}/roles", "list_guild_roles", roles.list_guild_roles),
    Route("POST", f"{_GUILD}/roles", "create_guild_role", roles.create_guild_role),
    Route("GET", f"{_GUILD}/roles/{{role_id}}", "get_guild_role", roles.get_guild_role),
    Route("PATCH", f"{_GUILD}/roles/{{role_id}}", "update_guild_role", roles.update_guild_role),
    Route("DELETE", f"{_GUILD}/roles/{{role_id}}", "delete_guild_role", roles.delete_guild_role),
    Route("PUT", _MEMBER_ROLE, "add_guild_member_role", roles.add_guild_member_role),
    Route("DELETE", _MEMBER_ROLE, "delete_guild_member_role", roles.delete_guild_member_role),
    Route("GET", f"{_CHANNEL}/messages", "list_messages", messages.list_messages),
    Route("POST", f"{_CHANNEL}/messages", "create_message", messages.create_message),
    Route("GET", f"{_CHANNEL}/messages/pins", "list_pins", messages.list_pins),
    Route("PUT", f"{_CHANNEL}/messages/pins/{{message_id}}", "create_pin", messages.create_pin),
    Route("GET", f"{_CHANNEL}/messages/{{message_id}}", "get_message", messages.get_message),
    Route("PATCH", f"{_CHANNEL}/messages/{{message_id}}", "update_message", messages.update_message),
    Route("DELETE", f"{_CHANNEL}/messages/{{message_id}}", "delete_message", messages.delete_message),
    Route("GET", _EVENTS, "list_guild_scheduled_events", events.list_guild_scheduled_events),
    Route("POST", _EVENTS, "create_guild_scheduled_event", events.create_guild_scheduled_event),
    Route("PATCH", _EVENT, "update_guild_scheduled_event", events.update_guild_scheduled_event),
    Route("DELETE", _EVENT, "delete_guild_scheduled_event", events.delete_guild_scheduled_event),
    Route("GET", _COMMANDS, "list_application_commands", commands.list_commands),
    Route("PUT", _COMMANDS, "bulk_set_application_commands", commands.bulk_set_commands),
    Route("GET", f"{_COMMANDS}/{{command_id}}", "get_application_command", commands.get_command),
    Route("DELETE", f"{_COMMANDS}/{{command_id}}", "delete_application_command", commands.delete_command),
    Route("GET", _GUILD_COMMANDS, "list_guild_application_commands", commands.list_commands),
    Route("PUT", _GUILD_COMMANDS, "bulk_set_guild_application_commands", commands.bulk_set_commands),
    Route("GET", f"{_GUILD_COMMANDS}/{{command_id}}", "get_guild_application_command", commands.get_command),
    Route("DELETE", f"{_GUILD_COMMANDS}/{{command_id}}", "delete_guild_application_command", commands.delete_command),
    CALLBACK,
    Route("POST", _WEBHOOK, "execute_webhook", webhooks.execute_webhook),
    Route("GET", _ORIGINAL, "get_original_webhook_message", webhooks.get_original_webhook_message),
    Route("PATCH", _ORIGINAL, "update_original_webhook_message", webhooks.update_original_webhook_message),
    Route("DELETE", _ORIGINAL, "delete_original_webhook_message", webhooks.delete_original_webhook_message),
    Route("GET", f"{_WEBHOOK}/messages/{{message_id}}", "get_webhook_message", webhooks.get_webhook_message),
    Route("PATCH", f"{_WEBHOOK}/messages/{{message_id}}", "update_webhook_message", webhooks.update_webhook_message),
    Route("DELETE", f"{_WEBHOOK}/messages/{{message_id}}", "delete_webhook_message", webhooks.delete_webhook_message),
)
OPERATIONS = frozenset(route.operation for route in ROUTES)


def find(method: str, path: str) -> tuple[Route | None, dict[str, str], bool]:
    """Return the route, the parameters of the path, and whether the path exists at all, maybe with other methods."""
    known = False
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match and route.method == method:
            return route, match.groupdict(), True
        known = known or match is not None
    return None, {}, known
