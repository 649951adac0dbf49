"""The end of a creation in words: what there is, who sees it, and what is not as it was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.campaign import note, visibility
from channelwright.discord.messages import kind
from channelwright.discord.text import fitted, listed, mention
from channelwright.language import say
from channelwright.permission_bits import ADMINISTRATOR

if TYPE_CHECKING:
    from channelwright.campaign.create import Made
    from channelwright.campaign.plan import Plan
    from channelwright.discord.server import Server


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
    tail = [_also(server), *_fallbacks(made), *_left(made)]
    return "\n".join([fitted(lines, 1990 - len("\n".join(tail))), *tail])


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
            channels=listed(names),
            fallback=kind(fallback),
        )
        for wanted, fallback, names in _grouped([(slot.type, each.type, each.named) for slot, each in fallen])
    ]


def _grouped(fallen: list[tuple[int, int, str]]) -> list[tuple[int, int, list[str]]]:
    groups: dict[tuple[int, int], list[str]] = {}
    for wanted, fallback, name in fallen:
        groups.setdefault((wanted, fallback), []).append(name)
    return [(wanted, fallback, names) for (wanted, fallback), names in groups.items()]


def _left(made: Made) -> list[str]:
    if not made.left:
        return []
    names = listed([each.named for each in made.left])
    return [say("Discord made these twice, and I did not delete what may be in use: {names}.", names=names)]


def home(made: Made) -> int | None:
    """Return the channel for what the user cannot be told any other way: the GM's, if there is one."""
    channels = [(not slot.gm_only, each) for slot, each in made.channels.items() if each.type in note.WRITABLE]
    return min(channels, key=lambda pair: pair[0])[1].id if channels else None
