"""A campaign that the bot may touch: its own note names category and role, and the asker may run it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from channelwright.campaign import campaigns, note
from channelwright.campaign.rights import Asker
from channelwright.campaign.roles import check_plain
from channelwright.discord.discord_api import UNKNOWN_MEMBER, RefusedError
from channelwright.discord.messages import lacking, lacks
from channelwright.discord.server import CATEGORY
from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from channelwright.actions.work import Work
    from channelwright.campaign.campaigns import Campaign
    from channelwright.campaign.note import Written
    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Channel, Server


def take_up() -> str:
    """Say how a campaign without a note gets one."""
    return say(
        "Somebody with Manage Channels and Manage Roles, whose highest role stands above the players' role, can have "
        "me take it up again: `/campaign doctor`, then Repair."
    )


@dataclass(frozen=True)
class Proved:
    """A category with the bot's note on it, and the players' role that the note names, if it is still there."""

    server: Server
    category: Channel
    written: Written
    role: Role | None

    @property
    def campaign(self) -> Campaign:
        """The campaign of this role; raises StoppedError where the role is gone, or not as the bot makes them."""
        if self.role is None:
            raise StoppedError(say("The players' role of this campaign is gone. `/campaign doctor` makes another one."))
        check_plain(self.server, self.role)
        return campaigns.of(self.server, self.category, self.role)


def proved(work: Work, server: Server, option: str = "campaign") -> Campaign:
    """Return the campaign that a job is about; raise StoppedError unless the bot's note proves it."""
    return noted(work, server, option).campaign


def campaign(work: Work, server: Server, option: str = "campaign") -> Campaign:
    """Return the campaign that a job is about; raise StoppedError unless it is proved and the asker may run it."""
    found = noted(work, server, option)
    check(work, found)
    return found.campaign


def check(work: Work, there: Proved) -> None:
    """Raise StoppedError unless the asker may run a campaign that is proved."""
    check_asker(Asker.seen(work.discord, there.server, work.job.user_id), there.server, there.campaign)
    work.home = there.written.channel_id


def has_role(work: Work, campaign: Campaign, player: int | str) -> bool:
    """Tell whether somebody is a player; False for who left the server."""
    return campaign.role.id in (_roles(work, player) or ())


def roles_of(work: Work) -> Callable[[int], frozenset[int] | None]:
    """Return what tells the ids of a member's roles, None of who left; it looks at each of them once."""
    return cache(lambda member: _roles(work, member))


def _roles(work: Work, member: int | str) -> frozenset[int] | None:
    try:
        return frozenset(map(int, work.discord.get(f"/guilds/{work.job.guild_id}/members/{member}")["roles"]))
    except RefusedError as refusal:
        if refusal.code != UNKNOWN_MEMBER:
            raise
        return None


def held(work: Work) -> Callable[[Server, Channel], int]:
    """Return what tells how much the asker may do in a channel; it looks at the asker once, when it is first asked."""
    seen: list[Asker] = []

    def may_in(server: Server, channel: Channel) -> int:
        if not seen:
            seen.append(Asker.seen(work.discord, server, work.job.user_id))
        return seen[0].may_in(server, channel)

    return may_in


def named(work: Work, server: Server, option: str = "campaign") -> Channel:
    """Return the category that a job is about; raise StoppedError if it is gone, out of sight, or no category."""
    wanted = int(work.text(option, "0"))
    found = server.channels.get(wanted)
    if found is None:
        if work.discord.is_gone(f"/channels/{wanted}"):
            raise StoppedError(say("This campaign is gone: somebody deleted its category."))
        raise StoppedError(
            say(
                "I cannot see this category. If it is a campaign of mine, give me View Channel, Manage "
                "Channels and Connect in its permissions, and ask again."
            )
        )
    if found.type != CATEGORY:
        raise foreign(work, server, found)
    return found


def noted(work: Work, server: Server, option: str = "campaign") -> Proved:
    """Return what the bot's note on a category proves; raise StoppedError, with the way on, if there is none."""
    category = named(work, server, option)
    seeming = campaigns.recognised(server, category)
    written = note.found(work.discord, server, category, seeming.role.id if seeming else 0)
    if written is None:
        raise _without_note(work, server, category, seeming)
    return Proved(server, category, written, server.roles.get(written.note.role_id))


def check_asker(asker: Asker, server: Server, campaign: Campaign) -> None:
    """Raise StoppedError unless the asker is a GM of the campaign, or could look after it without the bot."""
    if asker.is_gm(campaign) or (asker.is_maker() and asker.outranks(campaign.role)):
        return
    if asker.is_maker():
        raise StoppedError(
            say("Your highest role has to stand above <@&{role}> for that. I changed nothing.", role=campaign.role.id)
        )
    raise not_theirs(asker, server, campaign.category)


def not_theirs(asker: Asker, server: Server, category: Channel) -> StoppedError:
    """Return the refusal for who runs a campaign neither as its GM nor as a moderator."""
    if not asker.knows(server, category):
        return StoppedError(
            say(
                "This campaign is run by its GM, and by those who have Manage Channels and Manage Roles in this "
                "server. I changed nothing."
            )
        )
    return StoppedError(
        say(
            "**{campaign}** is run by its GM, and by those who have Manage Channels and Manage Roles "
            "in this server. I changed nothing.",
            campaign=category.shown,
        )
    )


def foreign(work: Work, server: Server, channel: Channel) -> StoppedError:
    """Return the refusal for what is no campaign; with its name only for who knows it."""
    if not Asker.seen(work.discord, server, work.job.user_id).knows(server, channel):
        return StoppedError(say("I know no campaign there that you see. I changed nothing."))
    return StoppedError(
        say(
            "{category} is not a campaign of mine, so I leave it alone. I know mine by my note in "
            "one of its channels. If it was one, `/campaign doctor` reports what it lacks.",
            category=channel.named,
        )
    )


def _without_note(work: Work, server: Server, category: Channel, seeming: Campaign | None) -> StoppedError:
    if not note.may_be_read(server):
        return lacks(lacking(server.bits))
    if seeming is None or not Asker.seen(work.discord, server, work.job.user_id).knows(server, category):
        return foreign(work, server, category)
    return StoppedError(
        say(
            "{category} looks like a campaign of mine, but has no note of mine that names "
            "<@&{role}>: an earlier version of me made it, or somebody deleted the note, or it is "
            "made to look like one. So I hand out, change and delete nothing here. {take_up}",
            category=category.named,
            role=seeming.role.id,
            take_up=take_up(),
        )
    )
