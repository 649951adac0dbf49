"""What a server consists of, as values that never change: a change makes a new Guild, so the past can be read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16
THREAD = 11  # has no permissions of its own, is in no list of channels, and goes with the channel that it is in
TYPE_NAMES = {
    TEXT: "text",
    VOICE: "voice",
    CATEGORY: "category",
    ANNOUNCEMENT: "announcement",
    STAGE: "stage",
    FORUM: "forum",
    MEDIA: "media",
}


@dataclass(frozen=True)
class User:
    """An account: a person's, or a bot's. `locale` is what the person chose in the client."""

    id: str
    username: str
    bot: bool = False
    locale: str = "en-US"


@dataclass(frozen=True)
class Role:
    """Permissions as a number. `bot_id` is set on the managed role that comes with a bot."""

    id: str
    name: str
    permissions: int = 0
    position: int = 0
    managed: bool = False
    mentionable: bool = False
    hoist: bool = False
    color: int = 0
    bot_id: str | None = None

    @property
    def rank(self) -> tuple[int, int]:
        """Compare roles: higher position first, of equals the lower id (docs: topics/permissions)."""
        return self.position, -int(self.id)


@dataclass(frozen=True)
class Member:
    """A user in the guild, with the ids of its roles; @everyone, which all have, is not among them.

    Until `timed_out_until` it can do nothing but read: in its client, for the arithmetic of permissions knows no time.
    """

    user: User
    roles: frozenset[str] = frozenset()
    joined_at: float = 0.0
    timed_out_until: float = 0.0


@dataclass(frozen=True)
class Overwrite:
    """What a channel gives to or takes from a role (type 0) or a member (type 1)."""

    id: str
    type: int
    allow: int = 0
    deny: int = 0


@dataclass(frozen=True)
class Channel:
    """`more` holds the fields that only some types have: bitrate, available_tags, …, as sent."""

    id: str
    type: int
    name: str
    position: int = 0
    parent_id: str | None = None
    topic: str | None = None
    overwrites: tuple[Overwrite, ...] = ()
    last_message_id: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_voice(self) -> bool:
        return self.type in {VOICE, STAGE}

    def synced_with(self, other: Channel) -> bool:
        """Tell whether two channels carry the same overwrites, in any order."""
        return frozenset(self.overwrites) == frozenset(other.overwrites)


@dataclass(frozen=True)
class Guild:
    """A server. `forums` is what creating one comes to: "allowed", or the code of the refusal."""

    id: str
    name: str
    owner_id: str
    roles: Mapping[str, Role]
    members: Mapping[str, Member]
    channels: Mapping[str, Channel] = field(default_factory=dict)
    features: frozenset[str] = frozenset()
    forums: str = "allowed"
    mfa_level: int = 0
    rules_channel_id: str | None = None
    public_updates_channel_id: str | None = None
    locale: str = "en-US"

    def children(self, category_id: str) -> tuple[Channel, ...]:
        return tuple(channel for channel in self.channels.values() if channel.parent_id == category_id)

    def with_channel(self, channel: Channel) -> Guild:
        return replace(self, channels={**self.channels, channel.id: channel})

    def threads(self, channel_id: str) -> frozenset[str]:
        return frozenset(each.id for each in self.children(channel_id) if each.type == THREAD)

    def without_channel(self, channel_id: str) -> Guild:
        """Delete a channel with its threads. The channels of a category stay, and lose their parent."""
        gone = {channel_id, *self.threads(channel_id)}
        left = {
            each.id: replace(each, parent_id=None) if each.parent_id == channel_id else each
            for each in self.channels.values()
            if each.id not in gone
        }
        return replace(self, channels=left)

    def with_role(self, role: Role) -> Guild:
        return replace(self, roles={**self.roles, role.id: role})

    def with_new_role(self, role: Role) -> Guild:
        """Add a role just above @everyone, and push the others up."""
        raised = {
            each.id: each if each.id == self.id else replace(each, position=each.position + 1)
            for each in self.roles.values()
        }
        return replace(self, roles={**raised, role.id: replace(role, position=1)})

    def without_role(self, role_id: str) -> Guild:
        """Delete a role, its overwrites in every channel, and take it from every member."""
        return replace(
            self,
            roles={each.id: each for each in self.roles.values() if each.id != role_id},
            members={key: replace(each, roles=each.roles - {role_id}) for key, each in self.members.items()},
            channels={
                key: replace(each, overwrites=tuple(one for one in each.overwrites if one.id != role_id))
                for key, each in self.channels.items()
            },
        )

    def with_member(self, member: Member) -> Guild:
        return replace(self, members={**self.members, member.user.id: member})

    def without_member(self, user_id: str) -> Guild:
        """Let a member go; with a bot goes its managed role."""
        left = replace(self, members={key: each for key, each in self.members.items() if key != user_id})
        for role in self.roles.values():
            if role.bot_id == user_id:
                left = left.without_role(role.id)
        return left
