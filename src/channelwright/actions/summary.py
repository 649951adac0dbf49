"""The end of a creation in words: what there is, who sees it, and what is not as it was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.campaign import note, visibility
from channelwright.discord.messages import kind
from channelwright.discord.text import MAX_CONTENT, fitted, linked, listed, mention
from channelwright.language import say
from channelwright.permission_bits import ADMINISTRATOR

if TYPE_CHECKING:
    from channelwright.campaign.create import Made
    from channelwright.campaign.plan import Plan
    from channelwright.discord.server import Channel, Server

# Characters for what is said of the whole; the rest is for who sees which channel.
MOST_BESIDE = 1000


def finished(plan: Plan, made: Made, server: Server, title: str) -> str:
    """Tell what exists, not what was planned."""
    assert made.role  # noqa: S101 - it is finished
    gms = listed([mention(each) for each in plan.gms]) or say("nobody")
    lines = [
        title,
        say(
            "Players are those with <@&{role}>; `/campaign add-player` lets them in. GM: {gms}.",
            role=made.role.id,
            gms=gms,
        ),
        *visibility.lines(server, made.channels.values(), made.role, plan.gms),
    ]
    tail = fitted([_also(server), *_fallbacks(made), *_left(made)], MOST_BESIDE)
    return f"{fitted(lines, MAX_CONTENT - 10 - len(tail))}\n{tail}"


def _also(server: Server) -> str:
    admins = [
        f"<@&{role.id}>" for role in server.roles.values() if role.permissions & ADMINISTRATOR and not role.managed
    ]
    shown = f" ({listed(admins, 3)})" if admins else ""
    return say("The server's owner and administrators{shown} see every channel, and so do I.", shown=shown)


def _fallbacks(made: Made) -> list[str]:
    """Name what is of another kind than planned. Servers decide that, and may differ in what they have."""
    fallen = [(slot, channel) for slot, channel in made.channels.items() if channel.type != slot.type]
    return [
        say(
            "This server has no {kind} channels: {channels} became {fallback}.",
            kind=kind(wanted),
            channels=linked(channels),
            fallback=kind(fallback),
        )
        for wanted, fallback, channels in _grouped([(slot.type, each.type, each) for slot, each in fallen])
    ]


def _grouped(fallen: list[tuple[int, int, Channel]]) -> list[tuple[int, int, list[Channel]]]:
    groups: dict[tuple[int, int], list[Channel]] = {}
    for wanted, fallback, channel in fallen:
        groups.setdefault((wanted, fallback), []).append(channel)
    return [(wanted, fallback, channels) for (wanted, fallback), channels in groups.items()]


def _left(made: Made) -> list[str]:
    if not made.left:
        return []
    names = linked(made.left)
    return [say("Discord made these twice, and I did not delete what may be in use: {names}.", names=names)]


def home(made: Made) -> int | None:
    """Return the channel for what the user cannot be told any other way: the GM's, if there is one."""
    channels = [(not slot.gm_only, each) for slot, each in made.channels.items() if each.type in note.WRITABLE]
    return min(channels, key=lambda pair: pair[0])[1].id if channels else None
