"""What is done in a campaign, each act with what has to be done before: every command, and every button."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.bot.by_hand import drop
from tests.bot.outcomes import NAME, categories
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.lab import Lab
    from tools.fake_discord import Channel, Interaction


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
            begin(lab, act)
            act(lab)
            lab.work()
        lab.fake.clock.advance(60)

    return prepare


def begin(lab: Lab, act: Callable[[Lab], Interaction]) -> None:
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
