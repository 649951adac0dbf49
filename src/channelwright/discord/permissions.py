"""Roles and overwrites, and what comes of them: https://docs.discord.com/developers/topics/permissions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from channelwright.permission_bits import ADMINISTRATOR, ALL, VIEW_CHANNEL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROLE, MEMBER = 0, 1


@dataclass(frozen=True, order=True)
class Overwrite:
    """What a channel gives to and takes from a role (type 0) or a member (type 1)."""

    id: int
    type: int
    allow: int = 0
    deny: int = 0

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Overwrite:
        return cls(int(raw["id"]), raw["type"], int(raw["allow"]), int(raw["deny"]))

    def to_json(self) -> dict[str, object]:
        return {"id": str(self.id), "type": self.type, "allow": str(self.allow), "deny": str(self.deny)}


@dataclass(frozen=True)
class Role:
    id: int
    name: str
    permissions: int
    position: int
    managed: bool

    @property
    def is_plain(self) -> bool:
        """Tell whether it gives nothing by itself, as all roles that the bot makes."""
        return not self.managed and self.permissions == 0

    @property
    def rank(self) -> tuple[int, int]:
        """Compare roles: who may manage one has a higher one. Of equal positions the older is higher."""
        return self.position, -self.id

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Role:
        return cls(int(raw["id"]), raw["name"], int(raw["permissions"]), raw["position"], raw["managed"])


def in_guild(everyone: Role, roles: Iterable[Role]) -> int:
    """Return what a member may do before any channel has its say. The owner's case is not here: bots own nothing."""
    bits = everyone.permissions
    for role in roles:
        bits |= role.permissions
    return int(ALL if bits & ADMINISTRATOR else bits)


def in_channel(bits: int, guild_id: int, held: Iterable[int], user_id: int, overwrites: Iterable[Overwrite]) -> int:
    """Return what is left of, or added to, a member's guild-wide `bits`: everyone first, then roles, then the member.

    `held` are the ids of the member's roles. Without View Channel nothing is left ("Implicit Permissions").
    """
    if bits & ADMINISTRATOR:
        return ALL
    by_id = {each.id: each for each in overwrites}
    roles = [by_id[role] for role in held if role in by_id and role != guild_id]
    denied = allowed = 0
    for each in roles:
        denied, allowed = denied | each.deny, allowed | each.allow
    bits = _overwritten(bits, by_id.get(guild_id)) & ~denied | allowed
    bits = _overwritten(bits, by_id.get(user_id))
    return bits if bits & VIEW_CHANNEL else 0


def _overwritten(bits: int, overwrite: Overwrite | None) -> int:
    return bits & ~overwrite.deny | overwrite.allow if overwrite else bits
