"""A server's life: random people do random things with campaigns, and change the server by hand in between.

What must never be, whatever they do: that somebody sees a campaign who was not let in by one who may, that a right
grows outside the campaigns, or that a player sees what only the GM sees.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.components import Button
from channelwright.permission_bits import INVITED
from tests.bot.lab import Lab
from tests.bot.worker.hands import Allowed, Hands
from tests.bot.worker.told import REFUSED, told
from tools.fake_discord import CATEGORY, FakeDiscord, Opening, Permission
from tools.fake_discord.members.options import CannotError
from tools.fake_discord.world.permissions import guild_permissions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fake_discord import Channel, Message
    from tools.fake_discord.members.people import Person

LIVES = int(os.environ.get("CHANNELWRIGHT_RANDOM_LIVES", "4"))
STEPS = int(os.environ.get("CHANNELWRIGHT_RANDOM_STEPS", "60"))
PEOPLE = ("gm", "player", "stranger", "ann", "bob", "cid")
NAMES = ("Tomb", "Curse of Strahd", "Lost Mine")
ABOUT_PEOPLE = (
    ("add-player", "player"),
    ("remove-player", "player"),
    ("add-gm", "gm"),
    ("remove-gm", "gm"),
    ("hand-over", "to"),
)
MAKING = Permission.MANAGE_CHANNELS | Permission.MANAGE_ROLES


@dataclass
class Life:
    """One server and what was done in it. `allowed` is by category."""

    chance: random.Random
    lab: Lab = field(default_factory=lambda: Lab(FakeDiscord(Opening(bot_permissions=INVITED), frozen=True, seed=1)))
    allowed: dict[str, Allowed] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    hands: Hands = field(init=False)

    def __post_init__(self) -> None:
        for name in ("ann", "bob", "cid"):
            self.lab.fake.join(name)
        for name in PEOPLE[::2]:  # every other speaks German, and half of the servers
            self.lab.fake.speak(self.lab.fake.person(name), "de")
        locale = self.chance.choice(["de", "en-US"])
        self.lab.fake.change(lambda guild: replace(guild, locale=locale))
        self.hands = Hands(self.lab, self.chance)
        self.outside = {each.id for each in self.lab.fake.channels}
        self.before = self.rights()

    def rights(self) -> dict[str, tuple[int, ...]]:
        """Return what everybody may do in the server, and in each channel that is no campaign's."""
        fake = self.lab.fake
        return {
            name: (
                guild_permissions(fake.guild, fake.person(name).member),
                *(int(fake.person(name).permissions_in(each)) for each in sorted(self.outside)),
            )
            for name in PEOPLE
        }

    def who(self) -> Person:
        return self.lab.fake.person(self.chance.choice(PEOPLE))

    def campaigns(self) -> list[Channel]:
        return [each for each in self.lab.fake.channels if each.type == CATEGORY and each.id not in self.outside]

    def may_run(self, who: Person, where: Channel) -> bool:
        makes = guild_permissions(self.lab.fake.guild, who.member) & MAKING == MAKING
        return makes or who.id in self.allowed.get(where.id, Allowed()).gms

    def step(self) -> None:
        """Let somebody do something; half the time somebody who may, or most of it would be refused."""
        there = self.campaigns()
        where = self.chance.choice(there) if there and self.chance.random() < 0.9 else None
        may = [each for each in map(self.lab.fake.person, PEOPLE) if where and self.may_run(each, where)]
        who = self.chance.choice(may) if may and self.chance.random() < 0.5 else self.who()
        acts: list[Callable[[], None]] = [lambda: self.make(who)]
        acts += [lambda: self.done.append(self.hands.put_together(who))]
        if where:
            acts += [lambda: self.people(who, where)] * 5
            acts += [lambda: self.run(who, where)] * 4 + [lambda: self.press(who)] * 4
            acts += [lambda: self.by_hand(where), lambda: self.delete(who, where)]
        self.lab.fake.clock.advance(self.chance.choice([1, 60, 600]))
        try:
            self.chance.choice(acts)()
        except CannotError as cannot:  # the client does not offer it
            self.done.append(f"{who.name} cannot: {cannot}")

    @property
    def commands(self) -> int:
        """How many commands and presses reached the bot."""
        return len(self.lab.fake.interactions)

    def make(self, who: Person) -> None:
        gm = self.who()
        known = {each.id for each in self.campaigns()}
        like = self.chance.choice([None, *self.campaigns()])
        options = {"like": like} if like else {}
        self.lab.do("add-campaign", who=who, name=self.chance.choice(NAMES), gm=gm, **options)
        for each in self.campaigns():
            if each.id not in known:
                self.allowed[each.id] = Allowed({gm.id})
        self.done.append(f"{who.name} makes one for {gm.name}{f' like {like.name}' if like else ''}")

    def people(self, who: Person, where: Channel) -> None:
        """Let somebody in or out. The account is opened before the command runs, and closed when it says so."""
        line, option = self.chance.choice(ABOUT_PEOPLE)
        whom, there, may = self.who(), self.allowed[where.id], self.may_run(who, where)
        if may and line in {"add-gm", "hand-over"}:
            there.gms.add(whom.id)
        if may and line == "add-player":
            there.players.add(whom.id)
        text = self.lab.text(self.lab.do(f"campaign {line}", who=who, campaign=where, **{option: whom}))
        self.done.append(f"{who.name} {line} {whom.name}: {text[:80]}")
        if told(text, "no longer a player"):
            there.players.discard(whom.id)
        if told(text, "no longer a GM") and not told(text, "as they are"):  # by hand, who sees the rest can take it
            there.gms.discard(whom.id)
        assert may or told(text, *REFUSED), self.done[-1]

    def run(self, who: Person, where: Channel) -> None:
        options: dict[str, dict[str, Any]] = {
            "archive": {},
            "unarchive": {},
            "doctor": {"repair": self.chance.random() < 0.5},
            "rename": {"name": self.chance.choice(NAMES)},
            "invite": {"seats": 2, "approval": self.chance.random() < 0.5},
            "session": self._session(),
            "sessions": {},
        }
        line = self.chance.choice(sorted(options))
        before = self.lab.fake.guild
        shown = self.lab.do(f"campaign {line}", who=who, campaign=where, **options[line])
        self.done.append(f"{who.name} {line}: {self.lab.text(shown)[:80]}")
        assert self.may_run(who, where) or self.lab.fake.guild.channels.keys() == before.channels.keys()
        answer = self.lab.fake.message_of(shown)
        if answer and answer.buttons and self.chance.random() < 0.7:
            self._pressed(who, answer, self.chance.choice(answer.buttons)["label"])

    def _session(self) -> dict[str, Any]:
        """Plan one, or move the first there is; the time may be over, and the zone unknown."""
        when = f"<t:{int(self.lab.fake.clock.now()) + self.chance.choice([-60, 3600, 7200, 86_400])}:F>"
        given: dict[str, Any] = {"when": self.chance.choice([when, when, when, "2099-01-01 19:30", "31.12.2026 20:00"])}
        given |= self.chance.choice([{}, {"zone": "Europe/Berlin"}, {"zone": "Nowhere"}])
        return given | self.chance.choice([{}, {}, {"repeat": "weekly"}, {"moves": 1}])

    def press(self, who: Person) -> None:
        """Press any button of any message that this member reads."""
        there: list[Message] = [each for channel in self.lab.fake.channels for each in who.reads(channel)]
        there.sort(key=lambda each: int(each.id))
        buttons = [(each, button["label"]) for each in there[-9:] for button in each.buttons if "custom_id" in button]
        if not buttons:
            return
        self._pressed(who, *self.chance.choice(buttons))

    def _pressed(self, who: Person, message: Message, label: str) -> None:
        self._count(who, message, label)
        text = self.lab.text(self.lab.press(message, label, who))
        self.done.append(f"{who.name} presses {label}: {text[:80]}")

    def _count(self, who: Person, message: Message, label: str) -> None:
        """Open the account for whom a press lets in, by what the button is about."""
        custom_id = next(each["custom_id"] for each in message.buttons if each.get("label") == label)
        button = Button.read(custom_id)
        there = self.allowed.get(str(button.options.get("campaign")), Allowed())
        if button.kind == "campaign.join":
            there.players.add(who.id)
        if button.kind == "campaign.approve" and any(
            each.id == button.options["campaign"] and self.may_run(who, each) for each in self.campaigns()
        ):
            there.players.add(str(button.options["player"]))

    def delete(self, who: Person, where: Channel) -> None:
        shown = self.lab.do("delete-campaign", who=who, campaign=where)
        self.done.append(f"{who.name} asks to delete {where.name}")
        message = self.lab.fake.message_of(shown)
        if message and message.buttons and self.chance.random() < 0.3:
            self.lab.press(message, message.buttons[0]["label"], who)

    def by_hand(self, where: Channel) -> None:
        self.done.append(self.hands.do(where, self.allowed[where.id], self.who()))

    def check(self) -> None:
        fake, log = self.lab.fake, "\n".join(self.done[-12:])
        assert self.rights() == self.before, log
        for where in self.campaigns():
            account = self.allowed.setdefault(where.id, self.hands.account_of(where) or Allowed())
            self.hands.remember(where, account)
            seen = {name for name in PEOPLE if fake.person(name).sees(where)}
            assert seen <= self.seeing(where, account), f"{where.name}\n{log}"
        for channel in fake.channels:
            if channel.id in self.hands.accounts:
                seeing = {name for name in PEOPLE if fake.person(name).sees(channel)}
                assert seeing <= self.may_see(channel), f"{channel.name}\n{log}"
        assert not self.lab.dead, log

    def may_see(self, channel: Channel) -> set[str]:
        """Return who may see a channel: who was let in, or was shown this one by hand."""
        account = self.hands.accounts[channel.id]
        players = set() if channel.name in {"gm-notes", "gm-planning"} else account.players
        ids = account.gms | players | self.hands.guests.get(channel.id, set())
        return {name for name in PEOPLE if self.lab.fake.person(name).id in ids}

    def seeing(self, where: Channel, account: Allowed) -> set[str]:
        """Return who may see a category: whoever may see anything in it, as Discord has it."""
        inside = [self.may_see(each) for each in self.lab.fake.children(where.id) if each.id in self.hands.accounts]
        own = {name for name in PEOPLE if self.lab.fake.person(name).id in account.gms | account.players}
        return own.union(*inside)


@pytest.mark.parametrize("life", range(LIVES))
def test_whatever_people_do_nobody_sees_or_may_what_they_were_not_given(life: int) -> None:
    lived = Life(random.Random(life))  # noqa: S311 - a life that can be lived again
    while lived.commands < STEPS:
        lived.step()
        lived.check()
    assert lived.lab.fake.violations == []
    assert lived.lab.fake.unfaithful == []
