"""What a test asks of a fake: its objects by name, who sees what, what was asked of it, what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tools.fake_discord.world.permissions import sees
from tools.fake_discord.world.sight import Sight, matrix, snapshot, title, tree, who_sees

if TYPE_CHECKING:
    from tools.fake_discord.members.people import Person
    from tools.fake_discord.operations.messages import Message
    from tools.fake_discord.server.faults import Faults
    from tools.fake_discord.server.gate import Gate
    from tools.fake_discord.server.rate_limits import RateLimits
    from tools.fake_discord.validator.openapi import Violation
    from tools.fake_discord.world.exchanges import Exchange
    from tools.fake_discord.world.interactions import Interaction
    from tools.fake_discord.world.state import Channel, Guild, Role
    from tools.fake_discord.world.world import AuditEntry, World


class Inspection:
    """The half of FakeDiscord that changes nothing."""

    world: World
    gate: Gate
    guild_id: str

    @property
    def guild(self) -> Guild:
        return self.world.guilds[self.guild_id]

    @property
    def faults(self) -> Faults:
        return self.gate.faults

    @property
    def limits(self) -> RateLimits:
        return self.gate.limits

    @property
    def exchanges(self) -> list[Exchange]:
        return self.gate.exchanges

    @property
    def violations(self) -> list[Violation]:
        """Return what the bot asked that it must not, by the official description and by Discord's rules of conduct."""
        return self.gate.violations

    @property
    def unfaithful(self) -> list[Violation]:
        """Return where this fake itself left the official description, or broke down."""
        return self.gate.unfaithful

    @property
    def checks_openapi(self) -> bool:
        """Tell whether the official description is at hand; without it only the fake's own rules find violations."""
        return self.gate.description is not None

    @property
    def channels(self) -> list[Channel]:
        return list(self.guild.channels.values())

    @property
    def roles(self) -> list[Role]:
        return list(self.guild.roles.values())

    @property
    def messages(self) -> list[Message]:
        return list(self.world.messages.values())

    @property
    def interactions(self) -> list[Interaction]:
        return list(self.world.interactions.values())

    @property
    def audit_log(self) -> list[AuditEntry]:
        return self.world.audit_log

    def calls(self, operation: str | None = None) -> list[Exchange]:
        """Return what the bot asked of Discord, of one operation or of all."""
        return [each for each in self.exchanges if each.towards == "discord" and operation in {None, each.operation}]

    def channel(self, which: Any) -> Channel:
        """Find a channel: itself as it is now, by id, or by a name that only one has."""
        return _the_one(self.channels, which)

    def role(self, which: Any) -> Role:
        """Find a role, by id or by a name that only one has."""
        return _the_one(self.roles, which)

    def children(self, category: Any) -> list[Channel]:
        return list(self.guild.children(self.channel(category).id))

    def message_of(self, interaction: Interaction) -> Message | None:
        """Return @original as it is now."""
        return self.world.messages.get(interaction.message_id or "")

    def who_sees(self, channel: Any) -> dict[str, bool]:
        return who_sees(self.guild, self.channel(channel))

    def ever_seen_by(self, person: Person) -> set[str]:
        """Return all channels ("Category/channel") that a member had in its list at any moment since the start."""
        return {
            title(guild, channel)
            for guild in self.world.past(self.guild_id)
            for channel in guild.channels.values()
            if person.id in guild.members and sees(guild, guild.members[person.id], channel)
        }

    def matrix(self) -> dict[str, dict[str, Sight]]:
        """Return what every member makes of every channel: {"Category/channel": {"gm": Sight.WRITES, …}, …}."""
        return matrix(self.guild)

    def tree(self, viewer: Person) -> list[str]:
        """Draw the channel list as one member sees it."""
        return tree(self.guild, viewer.member)

    def snapshot(self) -> dict[str, Any]:
        """Return the guild as JSON, with who sees what."""
        return snapshot(self.guild)


_Named = TypeVar("_Named", "Channel", "Role")


def _the_one(every: list[_Named], which: Any) -> _Named:
    wanted = getattr(which, "id", which)
    found = [each for each in every if wanted in {each.id, each.name}]
    if len(found) != 1:
        raise LookupError(f"{len(found)} are {wanted!r}; there are {[each.name for each in every]}")
    return found[0]
