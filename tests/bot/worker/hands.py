"""What people do to campaigns in the client, without the bot."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from channelwright.components import Button
from tools.fake_discord import Overwrite, Permission

if TYPE_CHECKING:
    import random

    from tests.bot.lab import Lab
    from tools.fake_discord import Channel
    from tools.fake_discord.members.people import Person

MEMBER = 1
SHOWN = int(Permission.VIEW_CHANNEL)
KEPT = int(Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS | Permission.CONNECT)


@dataclass
class Allowed:
    """Who was let into a campaign by somebody who may: an account that is kept beside the bot's."""

    gms: set[str] = field(default_factory=set)
    players: set[str] = field(default_factory=set)


@dataclass
class Hands:
    """`guests` are shown single channels, by channel; `accounts` are whose campaign a channel was made for."""

    lab: Lab
    chance: random.Random
    guests: dict[str, set[str]] = field(default_factory=dict)
    accounts: dict[str, Allowed] = field(default_factory=dict)

    def do(self, where: Channel, account: Allowed, whom: Person) -> str:
        """Change something as a moderator might, that opens no more than it says; return what."""
        inside = self.lab.fake.children(where.id)
        if not inside:
            return "nothing is left to change"
        channel = self.chance.choice(inside)
        if self.chance.random() < 0.3:
            return self.delete(where) if self.chance.random() < 0.5 else self.delete_role(where, account)
        acts = {"show": lambda: self.show(channel, whom), "delete": lambda: self.delete(channel)}
        acts |= {"close": lambda: self.close(channel), "take": lambda: self.take(channel)}
        return acts[self.chance.choice(["delete", "close", "close", "show", "take"])]()

    def take(self, channel: Channel) -> str:
        """Take it out of its campaign, for those who look after the server."""
        home = self.chance.choice([each.id for each in self.lab.fake.channels if each.name == "Text Channels"] + [None])
        closed = Overwrite(self.lab.fake.guild.id, 0, 0, SHOWN), Overwrite(self.lab.fake.bot.id, MEMBER, KEPT)
        taken = replace(channel, name="staff-talk", parent_id=home, overwrites=closed)
        self.lab.fake.change(lambda guild: guild.with_channel(taken))
        self.accounts[channel.id] = Allowed()
        self.guests.pop(channel.id, None)
        return f"{channel.name} becomes the staff's"

    def delete(self, channel: Channel) -> str:
        self.lab.fake.change(lambda guild: guild.without_channel(channel.id))
        return f"{channel.name} is deleted by hand"

    def close(self, channel: Channel) -> str:
        """Take it from its players: the doctor finds it, and a GM may want it so."""
        own = tuple(each for each in channel.overwrites if each.type == MEMBER or each.id == self.lab.fake.guild.id)
        self.lab.fake.change(lambda guild: guild.with_channel(replace(channel, overwrites=own)))
        return f"{channel.name} is closed to its players by hand"

    def show(self, channel: Channel, whom: Person) -> str:
        if any(each.id == whom.id for each in channel.overwrites):
            return f"{whom.name} has permissions in {channel.name} already"
        shown = replace(channel, overwrites=(*channel.overwrites, Overwrite(whom.id, MEMBER, SHOWN)))
        self.lab.fake.change(lambda guild: guild.with_channel(shown))
        self.guests.setdefault(channel.id, set()).add(whom.id)
        return f"{whom.name} is shown {channel.name} by hand"

    def delete_role(self, where: Channel, account: Allowed) -> str:
        """Delete the players' role: nobody plays until somebody is let in again."""
        roles = {each.id for each in where.overwrites} & set(self.lab.fake.guild.roles) - {self.lab.fake.guild.id}
        for role in roles:
            self.lab.fake.change(lambda guild: guild.without_role(role))  # noqa: B023 - called at once
        account.players.clear()
        return f"the players' role of {where.name} is deleted by hand"

    def put_together(self, who: Person) -> str:
        """Look at the list, and have a campaign put together again whose category was deleted, if that is offered."""
        shown = self.lab.do("campaign list", who=who)
        message = self.lab.fake.message_of(shown)
        buttons = [each["custom_id"] for each in message.buttons] if message else []
        restoring = [each for each in buttons if Button.read(each).kind == "campaign.restore"]
        if not restoring:
            return f"{who.name} looks at the list"
        self.lab.press(shown, self.chance.choice(restoring), who)
        return f"{who.name} puts together: {self.lab.text(shown)[:80]}"

    def account_of(self, where: Channel) -> Allowed | None:
        """Return the account of a category by its channels, which a category made anew has from before."""
        found = [self.accounts[each.id] for each in self.lab.fake.children(where.id) if each.id in self.accounts]
        return found[0] if found else None

    def remember(self, where: Channel, account: Allowed) -> None:
        for each in self.lab.fake.children(where.id):
            self.accounts.setdefault(each.id, account)
