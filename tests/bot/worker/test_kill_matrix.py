"""Every command and button, with everything that can go wrong at every one of its calls.

What must come of it is what comes of it when nothing goes wrong: the same server, and the same word to the one who
asked, once. `nox -s faults` tries every fault at every call; else a slice of the commands meets a few of each.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.bot.by_hand import drop
from tests.bot.outcomes import NAME, categories
from tests.bot.worker.test_creation_faults import PASSING
from tests.lanes import SEED
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bot.lab import Lab, Start
    from tools.fake_discord import Channel, Interaction

ALL = os.environ.get(SEED) == "all"
SAMPLED = ("killed after", "lost answer", "garbled", "429 long", "cloudflare")


def where(lab: Lab) -> Channel:
    return categories(lab)[0]


MEMBERS = {"player", "admin", "stranger"}


def command(line: str, /, who: str = "gm", **options: Any) -> Callable[[Lab], Interaction]:
    """Return the act of running a command about the campaign; text that is a member's name stands for the member."""

    def act(lab: Lab) -> Interaction:
        given = {name: lab.fake.person(each) if each in MEMBERS else each for name, each in options.items()}
        return lab.fake.person(who).command(f"campaign {line}", campaign=where(lab), **given)

    return act


def newest(lab: Lab) -> Any:
    return max((each for each in lab.fake.messages if each.only_for is None), key=lambda each: int(each.id))


def press(who: str, label: str) -> Callable[[Lab], Interaction]:
    """Return the act of pressing a button of the newest message that is for all."""
    return lambda lab: lab.fake.person(who).press(newest(lab), label)


def done(*acts: Callable[[Lab], Interaction]) -> Callable[[Lab], None]:
    """Return a preparation: all of these, each to its end, and a quiet minute after them."""

    def prepare(lab: Lab) -> None:
        for act in acts:
            _begin(lab, act)
            act(lab)
            lab.work()
        lab.fake.clock.advance(60)

    return prepare


def _begin(lab: Lab, act: Callable[[Lab], Interaction]) -> None:
    """Run the command whose answer has the button that is to be pressed, if that is what an act is."""
    if before := act.__dict__.get("before"):
        before(lab)
        lab.work()


def make(lab: Lab) -> Interaction:
    return lab.fake.gm.command("add-campaign", name=NAME)


def damaged(lab: Lab) -> None:
    done(make)(lab)
    drop(lab, "maps-and-visuals")
    channel = lab.fake.channel("general-discussion")
    lab.fake.change(lambda guild: guild.with_channel(_closed(channel)))


def half_made(lab: Lab) -> Interaction:
    lab.fake.faults.on("create_guild_channel", faults.refused(50013), call=5)
    return make(lab)


def fallen_apart(lab: Lab) -> None:
    done(make)(lab)
    drop(lab, NAME)


def emptied(lab: Lab) -> None:
    done(make)(lab)
    for each in lab.fake.children(NAME):
        drop(lab, each.id)


def _closed(channel: Channel) -> Channel:
    return replace(channel, overwrites=channel.overwrites[:1])


def answered(act: Callable[[Lab], Interaction], label: str) -> Callable[[Lab], Interaction]:
    """Return the act of pressing a button of a command's answer, which is given before anything goes wrong."""
    shown: dict[int, Interaction] = {}

    def prepare(lab: Lab) -> Interaction:
        shown[id(lab)] = act(lab)
        return shown[id(lab)]

    def pressed(lab: Lab) -> Interaction:
        return lab.fake.gm.press(shown.pop(id(lab)), label)

    pressed.__dict__["before"] = prepare
    return pressed


@dataclass(frozen=True)
class Story:
    """What was done before, and what is done now while something goes wrong."""

    act: Callable[[Lab], Interaction]
    prepare: Callable[[Lab], None]
    told_late: str = ""  # where a second delivery finds the work of the first done, and its names gone


PLAN = command("session", when="2027-01-30 19:30", zone="Europe/Berlin")
INVITE = command("invite", seats=3)
ASKING = command("invite", seats=3, approval=True)
ANOTHER_GM = command("add-gm", gm="stranger")  # one who is no moderator
ADD_GM, ADD_PLAYER = command("add-gm", gm="player"), command("add-player", player="player")
DELETE = lambda lab: lab.fake.gm.command("delete-campaign", campaign=where(lab))  # noqa: E731 - an act like the others
LIST = lambda lab: lab.fake.gm.command("campaign list")  # noqa: E731 - as well
MOVE = command("session", when="2027-02-06 19:30", moves=1)
MADE = done(make)
PLANNED = answered(PLAN, "Plan it")
STORIES = {
    "create": Story(make, lambda _lab: None),
    "resume": Story(answered(half_made, "Resume"), lambda _lab: None),
    "remove": Story(answered(half_made, "Remove"), lambda _lab: None),
    "put together": Story(answered(LIST, f"Put {NAME} together again"), fallen_apart),
    "repair": Story(command("doctor", repair=True), damaged),
    "keep": Story(answered(command("doctor"), "This is how I want it"), damaged),
    "archive": Story(command("archive"), MADE),
    "unarchive": Story(command("unarchive"), done(make, command("archive"))),
    "add-player": Story(ADD_PLAYER, MADE),
    "remove-player": Story(command("remove-player", player="player"), done(make, ADD_PLAYER)),
    "rename": Story(command("rename", name="Tomb"), MADE),
    "add-gm": Story(ADD_GM, MADE),
    "remove-gm": Story(command("remove-gm", gm="player"), done(make, ADD_GM)),
    "hand-over": Story(command("hand-over", to="player"), MADE),
    "hand-over beside another GM": Story(command("hand-over", to="player"), done(make, ANOTHER_GM)),
    "hand-over by who is GM alone": Story(command("hand-over", "stranger", to="player"), done(make, ANOTHER_GM)),
    "remove-gm of oneself": Story(command("remove-gm", "stranger", gm="stranger"), done(make, ANOTHER_GM)),
    "delete": Story(answered(DELETE, "Delete 11 channels"), MADE, "The campaign is deleted"),
    "delete nothing": Story(answered(DELETE, "Delete 0 channels"), emptied),
    "invite": Story(INVITE, MADE),
    "join": Story(press("player", "Join"), done(make, INVITE)),
    "close": Story(press("gm", "Close"), done(make, INVITE)),
    "ask": Story(press("player", "Ask to join"), done(make, ASKING)),
    "approve": Story(press("gm", "Let in"), done(make, ASKING, press("player", "Ask to join"))),
    "decline": Story(press("gm", "Decline"), done(make, ASKING, press("player", "Ask to join"))),
    "leave": Story(press("player", "Leave"), done(make, INVITE, press("player", "Join"))),
    "plan-session": Story(PLANNED, MADE),
    "move-session": Story(answered(MOVE, "Plan it"), done(make, PLANNED)),
    "cancel-session": Story(answered(command("sessions"), "Cancel 1"), done(make, PLANNED)),
}


@dataclass(frozen=True)
class End:
    """How it ended: the server as people see it, and what the one who asked reads, up to its first full stop."""

    server: tuple[Any, ...]
    told: str
    times: int
    calls: int


def played(start: Start, story: Story, fault: str = "", call: int = 0) -> End:
    lab = start()
    story.prepare(lab)
    _begin(lab, story.act)
    since = len(lab.calls())
    if fault:
        lab.fake.faults.on("*", PASSING[fault](), call=call)
    shown = story.act(lab)
    lab.work()
    assert not lab.dead, (fault, call)
    lab.fake.faults.clear()
    lab.fake.clock.advance(60)
    told = _head(_named(lab, lab.text(shown)))
    return End(_server(lab), told, len([each for each in _said(lab) if _head(each) == told]), len(lab.calls()) - since)


def _head(text: str) -> str:
    return re.split(r"[.:\n]", text)[0]


def _said(lab: Lab) -> list[str]:
    """Return what the bot wrote for all to read, with names in place of ids."""
    return [_named(lab, each.content) for each in lab.fake.messages if each.only_for is None]


def _server(lab: Lab) -> tuple[list[Any], ...]:
    guild, names = lab.fake.guild, _names(lab)
    channels = [
        (each.name, each.type, names.get(each.parent_id or "", ""), _overwrites(each, names))
        for each in guild.channels.values()
    ]
    roles = [(each.name, each.permissions) for each in guild.roles.values()]
    members = [(each.user.username, sorted(names[role] for role in each.roles)) for each in guild.members.values()]
    events = [each.name for each in lab.fake.world.events.values()]
    return tuple(sorted(each) for each in (channels, roles, members, _said(lab), events))


def _overwrites(channel: Channel, names: dict[str, str]) -> list[tuple[str, int, int]]:
    return sorted((names[each.id], each.allow, each.deny) for each in channel.overwrites)


def _names(lab: Lab) -> dict[str, str]:
    guild = lab.fake.guild
    people = {each.user.id: each.user.username for each in guild.members.values()}
    channels = {each.id: each.name for each in guild.channels.values()}
    return people | channels | {each.id: each.name for each in guild.roles.values()}


def _named(lab: Lab, text: str) -> str:
    names = _names(lab)
    return re.sub("[0-9]{9,20}", lambda found: names.get(found[0], "#"), text)


def trials(calls: int) -> Iterator[tuple[str, int]]:
    if ALL:
        yield from ((fault, call) for fault in PASSING for call in range(1, calls + 1))
    else:
        yield from ((fault, 1 + at * calls // len(SAMPLED)) for at, fault in enumerate(SAMPLED))


@pytest.mark.sliced(8)
@pytest.mark.parametrize("name", STORIES)
def test_whatever_happens_to_any_call_the_end_is_the_same_and_told_once(start: Start, name: str) -> None:
    story = STORIES[name]
    wanted = played(start, story)
    tried, wrong = 0, []
    for fault, call in trials(wanted.calls):
        end = played(start, story, fault, call)
        tried += 1
        told = end.told in {wanted.told, story.told_late}
        if (end.server, told, end.times) != (wanted.server, True, wanted.times):
            wrong.append((fault, call, end.told, end.times, _differences(wanted, end)))
    print(f"KILL {name}: {tried - len(wrong)} of {tried} as without a fault; {wanted.told!r}")
    assert wrong == []


def _differences(wanted: End, end: End) -> list[Any]:
    return [(one, other) for one, other in zip(wanted.server, end.server, strict=True) if one != other]
