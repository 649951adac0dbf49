"""What Discord's client makes of a member's input to a command: typed options, with the objects they name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tools.fake_discord.operations.shapes import member_json, role_json, user_json
from tools.fake_discord.world.permissions import Permission, guild_permissions, permissions_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import UnionType

    from tools.fake_discord.world.state import Channel, Guild, Member
    from tools.fake_discord.world.world import World

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(1, 11)
Json = dict[str, Any]
_PYTHON: dict[int, type | UnionType] = {STRING: str, INTEGER: int, BOOLEAN: bool, NUMBER: int | float}


class CannotError(Exception):
    """The client would not let a member do this: no such command, not permitted, a wrong or missing option."""


@dataclass
class Filling:
    """A command being filled in. `resolved` gathers the objects that options name."""

    world: World
    guild: Guild
    resolved: dict[str, Json] = field(default_factory=dict)

    def fill(self, described: list[Json], given: Mapping[str, Any], focused: str | None = None) -> list[Json]:
        """Return the options as sent. `focused` is the one that is still being typed (autocomplete)."""
        by_name = {each["name"]: each for each in described}
        if unknown := given.keys() - by_name.keys():
            raise CannotError(f"there are no options {sorted(unknown)}; there are {sorted(by_name)}")
        missing = [name for name, each in by_name.items() if each.get("required") and name not in given]
        if missing and focused is None:
            raise CannotError(f"required options are missing: {missing}")
        return [self._option(by_name[name], given[name], focused) for name in by_name if name in given]

    def _option(self, described: Json, value: Any, focused: str | None) -> Json:
        typing = described["name"] == focused
        option = {
            "name": described["name"],
            "type": described["type"],
            "value": str(value) if typing else self._value(described, value),
        }
        return option | ({"focused": True} if typing else {})

    def _value(self, described: Json, value: Any) -> Any:
        kind = described["type"]
        if kind in {USER, CHANNEL, ROLE, MENTIONABLE}:
            return self._named(described, getattr(value, "id", value))
        if not isinstance(value, _PYTHON[kind]) or (isinstance(value, bool) and kind != BOOLEAN):
            raise CannotError(f"{described['name']} cannot be {value!r}")
        choices = [choice["value"] for choice in described.get("choices") or ()]
        if choices and value not in choices:
            raise CannotError(f"{described['name']} is one of {choices}, not {value!r}")
        _check_length(described, value)
        return value

    def _named(self, described: Json, object_id: str) -> str:
        """Resolve what a user, role or channel option names."""
        kind = described["type"]
        if kind in {USER, MENTIONABLE} and object_id in self.world.users:
            self.add_user(object_id)
        elif kind in {ROLE, MENTIONABLE} and object_id in self.guild.roles:
            self.add("roles", object_id, role_json(self.guild.roles[object_id]))
        elif kind == CHANNEL and object_id in self.guild.channels:
            self._add_channel(described, self.guild.channels[object_id])
        else:
            raise CannotError(f"{described['name']} cannot be {object_id!r}")
        return object_id

    def add(self, sort: str, object_id: str, shape: Json) -> None:
        self.resolved.setdefault(sort, {})[object_id] = shape

    def add_user(self, user_id: str) -> None:
        self.add("users", user_id, user_json(self.world.users[user_id]))
        if user_id in self.guild.members:
            member = self.guild.members[user_id]
            shape = member_json(member, self.world.clock)
            for key in ("user", "mute", "deaf"):
                del shape[key]
            self.add("members", user_id, shape | {"permissions": str(guild_permissions(self.guild, member))})

    def _add_channel(self, described: Json, channel: Channel) -> None:
        if described.get("channel_types") and channel.type not in described["channel_types"]:
            raise CannotError(f"{described['name']} cannot be a channel of type {channel.type}")
        self.add("channels", channel.id, partial_channel(channel))


def partial_channel(channel: Channel, permissions: int = 0) -> Json:
    return {
        "id": channel.id,
        "type": channel.type,
        "name": channel.name,
        "parent_id": channel.parent_id,
        "permissions": str(permissions),
    }


def _check_length(described: Json, value: Any) -> None:
    if isinstance(value, str):
        low, high = described.get("min_length", 0), described.get("max_length", 6000)
        if not low <= len(value) <= high:
            raise CannotError(f"{described['name']} takes {low} to {high} characters")
    elif not described.get("min_value", value) <= value <= described.get("max_value", value):
        raise CannotError(f"{described['name']} is out of range")


def may_use(command: Json, guild: Guild, member: Member, channel: Channel) -> bool:
    """Tell whether the client offers a command: all of its default permissions are needed, in the channel."""
    wanted = command.get("default_member_permissions")
    if wanted is None:
        return True
    held = permissions_in(guild, member, channel)
    return held & int(wanted) == int(wanted) and (int(wanted) != 0 or held & Permission.ADMINISTRATOR != 0)
