"""Whom a message notifies: its mentions, as far as `allowed_mentions` lets them (docs: resources/message)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.fake_discord.world.state import Guild, User

PARSES_ALL = ("users", "roles", "everyone")
PARSES_USERS = ("users",)


@dataclass(frozen=True)
class Pinged:
    """The users and roles (ids) that were notified, and whether everyone was."""

    users: tuple[User, ...] = ()
    roles: tuple[str, ...] = ()
    everyone: bool = False


def pinged_by(
    content: str,
    allowed: Mapping[str, Any] | None,
    guild: Guild | None,
    *,
    everyone: bool = False,
    parses: tuple[str, ...] = PARSES_ALL,
) -> Pinged:
    """Work out the notifications.

    `parses` is what goes without saying: everything in channel messages, users only in interaction messages.
    `everyone` is whether the author holds MENTION_EVERYONE.
    """
    if guild is None:
        return Pinged()
    rules = {"parse": parses} if allowed is None else allowed
    users = _allowed(re.findall(r"<@!?(\d+)>", content), "users", rules)
    roles = _allowed(re.findall(r"<@&(\d+)>", content), "roles", rules)
    mentionable = tuple(each for each in roles if each in guild.roles and (everyone or guild.roles[each].mentionable))
    shouts = bool(re.search(r"@(everyone|here)\b", content)) and "everyone" in rules.get("parse", ())
    members = tuple(guild.members[each].user for each in users if each in guild.members)
    return Pinged(members, mentionable, shouts and everyone)


def _allowed(found: list[str], kind: str, rules: Mapping[str, Any]) -> tuple[str, ...]:
    listed = rules.get(kind) or ()
    return tuple(dict.fromkeys(each for each in found if kind in rules.get("parse", ()) or each in listed))
