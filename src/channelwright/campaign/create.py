"""Making a campaign exactly once: look, adopt what is there, create what is missing.

Every step asks the server first, so that a job can be cut off anywhere, and be delivered again or twice at once. What
may have been done without an answer is looked for, after the time that lists take to show it; it is never repeated
blindly. A job that had any doubt ends only after a look at a quiet server that shows all of it, once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from channelwright.campaign import campaign_state, duplicates, finish, preflight, rights
from channelwright.campaign.campaign_state import Claim, Found, find
from channelwright.campaign.campaigns import is_kept
from channelwright.campaign.overwrites import Parties, put
from channelwright.discord.discord_api import RefusedError, UnsureError
from channelwright.discord.permissions import Role
from channelwright.discord.server import CATEGORY, Channel, Server, listed
from channelwright.discord.text import progress_bar
from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from channelwright.campaign.note import Note
    from channelwright.campaign.plan import Plan, Slot
    from channelwright.campaign.templates import Players
    from channelwright.discord.discord_api import Discord

ROUNDS = 8
UNKNOWN_CHANNEL, UNKNOWN_ROLE = 10003, 10011
NOT_HERE = 50024
INVALID_FORM = 50035
PARENT_FULL = "CHANNEL_PARENT_MAX_CHANNELS"


class LostError(Exception):
    """What the next step builds on is gone: a twin that another delivery removed, or a campaign that somebody did."""


class ExistsError(Exception):
    """There is a category of this name already, which this job did not make."""

    def __init__(self, category: Channel) -> None:
        super().__init__(category.name)
        self.category = category


@dataclass
class Made:
    """What there is of the campaign by now; `left` are twins that somebody used, and that stay."""

    role: Role | None = None
    category: Channel | None = None
    channels: dict[Slot, Channel] = field(default_factory=dict)
    left: list[Channel] = field(default_factory=list)

    @property
    def count(self) -> int:
        return bool(self.role) + bool(self.category) + len(self.channels)


@dataclass
class Maker:
    """One job's work on one campaign. `sure`: lists can be believed. `held` is what the asker may do in a channel."""

    discord: Discord
    guild_id: str
    plan: Plan
    claim: Claim
    progress: Callable[[str], None]
    sure: bool = True
    archived: bool = False
    check: Callable[[Server, Found], None] = lambda _server, _found: None
    noted: Note | None = None
    request: int = 0
    held: Callable[[Server, Channel], int] = lambda _server, _channel: 0
    made: Made = field(default_factory=Made)
    server: Server | None = None
    changes: int = 0
    seen_empty: set[int] = field(default_factory=set)
    _wanted: tuple[Slot, ...] = ()
    _refused_types: set[int] = field(default_factory=set)
    _most: int = 0
    may_be_noted: bool = True

    def make(self) -> Made:
        """Bring the campaign about; raise StoppedError, ExistsError, RefusedError, or what the connection raises."""
        for _ in range(ROUNDS):
            server = self._look()
            try:
                self._round(server)
            except (UnsureError, LostError):
                self.sure = False
                continue
            if self._is_done():
                finish.write(self, self.with_made(dict(server.channels)))
                return self.made
            self.sure = False
        raise StoppedError(say("This server changes faster than I can work on it."))

    def _look(self) -> Server:
        if not self.sure:
            self.discord.pace.settle()
        self.server = Server.seen(self.discord, self.guild_id)
        return self.server

    def _is_done(self) -> bool:
        if not self.sure:
            return not self.changes
        rivals = listed(self.discord, self.guild_id)
        now = self.with_made(rivals)
        return find(self.plan, now, self.claim, self.noted).is_single and not self._rivals(now)

    def with_made(self, channels: dict[int, Channel]) -> Server:
        """Return the server with what was just made, whether the list shows it by now or not."""
        assert self.server  # noqa: S101 - a round ended well
        assert self.made.role  # noqa: S101
        assert self.made.category  # noqa: S101
        own = {each.id: each for each in (self.made.category, *self.made.channels.values())}
        roles = {**self.server.roles, self.made.role.id: self.made.role}
        return replace(self.server, roles=roles, channels={**channels, **own})

    def _rivals(self, server: Server) -> list[Channel]:
        """Return campaigns of this name that are older, and of another command."""
        if self.claim.category_id or self.claim.role_id or self.made.category is None:
            return []
        older = [each for each in campaign_state.namesakes(self.plan, server) if each.id < self.made.category.id]
        return [each for each in older if is_kept(server, each)]

    def _round(self, server: Server) -> None:
        """Take stock, make what is missing, mend what differs, and clear what is there twice."""
        self.changes = 0
        there = find(self.plan, server, self.claim, self.noted)
        self._stop_if_lost(there)
        self._adopt(there)
        self.check(server, there)
        preflight.check(server, self.plan, there)
        if rivals := self._rivals(server):
            raise ExistsError(rivals[0])
        self._show()
        parties = self._fill(server)
        self._mend(parties)
        if there.categories and not there.is_single:
            duplicates.clear(self, server, there)

    def _stop_if_lost(self, there: Found) -> None:
        """Stop if what was made before is gone: whoever deletes a campaign that is being made does not want it."""
        if self.made.role and not there.roles:
            raise StoppedError(say("Somebody deleted the campaign's role while I was at work."))
        if self.made.category and not there.categories:
            raise StoppedError(say("Somebody deleted the campaign's category while I was at work."))

    def _adopt(self, there: Found) -> None:
        self.made.role = there.roles[0] if there.roles else None
        self.made.category = there.categories[0] if there.categories else None
        self.made.channels = {slot: channels[0] for slot, channels in there.slots.items() if channels}
        self._wanted = tuple(there.slots)

    def _fill(self, server: Server) -> Parties:
        """Create what is missing, in order. Whatever is the first of its kind hides what comes after it."""
        role = self.made.role or self._create_role()
        parties = Parties(server.id, role.id, self.plan.gms, server.bot_id, server.grantable, archived=self.archived)
        self.may_be_noted = self.may_be_noted and not (self.sure and self.made.category is None)
        category = self.made.category or self._create_category(parties)
        for slot in self._wanted:
            if slot not in self.made.channels:
                self.made.channels[slot] = self._create_channel(slot, category, parties)
                self._show()
        return parties

    def _mend(self, parties: Parties) -> None:
        """Set right what differs. A category's change reaches the channels that follow it by itself."""
        category = self.made.category
        assert category  # noqa: S101 - it was just filled
        moved = bool(self._put(category, parties))
        for slot, channel in self.made.channels.items():
            if channel.parent_id != category.id:
                self._take_in(channel, category)
            follows = moved and slot.players == "write" and channel.overwrites == category.overwrites
            if not follows:
                self._put(channel, parties, slot.players)

    def _take_in(self, channel: Channel, category: Channel) -> None:
        """Put a channel back into the campaign, whose category somebody deleted, or that was only dragged away."""
        self.discord.patch(f"/channels/{channel.id}", {"parent_id": str(category.id)})
        self.changes += 1
        self.sure = False

    def _put(self, channel: Channel, parties: Parties, players: Players = "write") -> list[Any]:
        kept = self.noted is not None and channel.id in self.noted.kept
        drifted = parties.drifted(channel, players, kept=kept, most=rights.most_in(self, channel))
        for each in drifted:
            put(self.discord, channel, each)
            self.changes += 1
            self.sure = False  # right after a channel was made, overwrites were seen to be taken and lost
        return drifted

    def _create_role(self) -> Role:
        # Without permissions of its own a role gets those of everyone.
        raw = self._create("roles", name=self.plan.role_name, permissions="0", mentionable=True)
        self.made.role = Role.from_json(raw)
        self._show()
        return self.made.role

    def _create_category(self, parties: Parties) -> Channel:
        overwrites = [each.to_json() for each in parties.at_first()]
        raw = self._create("channels", name=self.plan.name, type=CATEGORY, permission_overwrites=overwrites)
        self.made.category = Channel.from_json(raw)
        self._show()
        return self.made.category

    def _create_channel(self, slot: Slot, category: Channel, parties: Parties) -> Channel:
        """Create a channel, of the kind that comes nearest where the server has none of its kind."""
        kind = slot.fallback if slot.type in self._refused_types and slot.fallback is not None else slot.type
        body: dict[str, object] = {"name": slot.channel.name, "type": kind, "parent_id": str(category.id)}
        body |= slot.channel.settings(kind)
        # Explicit, although they are the category's: nobody shall see a channel before it is as it should be.
        body["permission_overwrites"] = [each.to_json() for each in parties.at_first(slot.players)]
        try:
            return Channel.from_json(self._create("channels", **body))
        except RefusedError as refusal:
            if kind != slot.type or slot.fallback is None or not _is_about_type(refusal):
                raise
            self._refused_types.add(slot.type)
            return self._create_channel(slot, category, parties)

    def _create(self, what: str, **body: object) -> Any:
        self.changes += 1
        try:
            return self.discord.create(f"/guilds/{self.guild_id}/{what}", body)
        except RefusedError as refusal:
            if refusal.code in {UNKNOWN_CHANNEL, UNKNOWN_ROLE} or (
                refusal.at("parent_id") and PARENT_FULL not in refusal.at("parent_id")
            ):
                raise LostError from refusal
            raise

    def _show(self) -> None:
        """Show how far it is; not when it had seemed to be further."""
        if self.made.count < self._most:
            return
        self._most = self.made.count
        self.progress(f"**{self.plan.shown}** {progress_bar(self.made.count, 2 + len(self._wanted))}")


def _is_about_type(refusal: RefusedError) -> bool:
    return refusal.code == NOT_HERE or (refusal.code == INVALID_FORM and bool(refusal.at("type")))
