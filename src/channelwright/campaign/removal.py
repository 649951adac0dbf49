"""Deleting the parts of a campaign: channels, then their category, then the role. What is gone is done.

A category does not take its channels along, https://docs.discord.com/developers/resources/channel#deleteclose-channel:
so it goes last, and stays if anything in it stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from channelwright.campaign.campaigns import is_kept
from channelwright.discord.discord_api import RefusedError
from channelwright.discord.messages import meaning
from channelwright.discord.server import Channel, Server, listed
from channelwright.language import say

if TYPE_CHECKING:
    from channelwright.discord.discord_api import Discord
    from channelwright.discord.permissions import Role

# A channel that a Community server needs; no access; no permission.
PROTECTED = frozenset({50001, 50013, 50074})
ROUNDS = 4


@dataclass
class Removal:
    """`since` marks what may go: ids above it were made by the job, or, in a deletion, below it were agreed to."""

    discord: Discord
    server: Server
    since: int
    kept: dict[int, str] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    in_doubt: bool = False  # something was gone already: lists may still show it

    def delete(self, channel: Channel) -> bool:
        """Delete a channel; note why it stays if Discord protects it."""
        return self._delete(channel.id, f"/channels/{channel.id}")

    def may_delete(self, role: Role) -> bool:
        """Tell whether the bot's own highest role stands above a role; note it if not."""
        if role.rank >= self.server.rank:
            self.kept[role.id] = say("my own role has to stand above it, in Server Settings, Roles")
        return role.rank < self.server.rank

    def delete_role(self, role: Role) -> bool:
        return self._delete(role.id, f"/guilds/{self.server.id}/roles/{role.id}")

    def _delete(self, id_: int, path: str) -> bool:
        try:
            if self.discord.delete(path):
                self.deleted.add(id_)
            else:
                self.in_doubt = True
        except RefusedError as refusal:
            if refusal.code not in PROTECTED:
                raise
            self.kept[id_] = meaning(refusal)
            return False
        return True

    def now(self) -> Server:
        """Look at the channels once more, without those that were just deleted and may still be listed."""
        if self.in_doubt:
            self.discord.pace.settle()
            self.in_doubt = False
        channels = listed(self.discord, str(self.server.id))
        left = {id_: each for id_, each in channels.items() if id_ not in self.deleted}
        return self.server.with_channels(left)

    def take_back(self, role: Role | None, category: Channel | None) -> list[Channel]:
        """Delete what was made after `since` and never used. Return what stays."""
        if category:
            left = [each for each in self.server.children(category) if not self._taken_back(each)]
            left += [] if left else [each for each in self.now().children(category) if not self._taken_back(each)]
            if left or not self._taken_back(category):
                return left or [category]
        if role and role.id > self.since and not any(each.overwrite(role.id) for each in self.now().channels.values()):
            self.delete_role(role)
        return []

    def _taken_back(self, channel: Channel) -> bool:
        ours = channel.id > self.since and is_kept(self.server, channel)
        return ours and (channel.is_empty or self._is_unused(channel)) and self.delete(channel)

    def _is_unused(self, channel: Channel) -> bool:
        """Tell whether nobody but the bot wrote here."""
        try:
            said = self.discord.get(f"/channels/{channel.id}/messages?limit=10")
        except RefusedError:
            return False
        return bool(said) and all(each["author"]["id"] == str(self.server.bot_id) for each in said)
