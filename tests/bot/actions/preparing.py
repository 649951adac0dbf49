"""Ways in which somebody prepares a category, so that a command about it would hand out a role."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.bot.by_hand import campaign, drop, spoil
from tests.bot.outcomes import NAME, categories, roles
from tools.fake_discord import CATEGORY, TEXT, Channel, Overwrite, Permission, Role
from tools.fake_discord.operations.messages import Message

if TYPE_CHECKING:
    from tests.bot.lab import Lab

HELD = Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS | Permission.CONNECT
SPOILS = "Staff Members"


def staff(lab: Lab, *, permissions: int = 0, position: int = 3, name: str = SPOILS) -> Role:
    """Make the role that the moderator is after: it opens the server's private channel."""
    role = Role(lab.fake.world.snowflakes.next(), name, permissions, position)
    lab.fake.change(lambda guild: guild.with_role(role))
    closed = Overwrite(lab.fake.guild_id, 0, 0, Permission.VIEW_CHANNEL)
    held = Overwrite(lab.fake.bot.id, 1, HELD, 0)
    spoil(lab, "moderator-only", closed, held, Overwrite(role.id, 0, Permission.VIEW_CHANNEL, 0))
    bot = lab.fake.role("Channelwright")
    lab.fake.change(lambda guild: guild.with_role(replace(bot, position=5)))
    return role


def prepared(lab: Lab, role: Role, name: str = "Staff") -> Channel:
    """Make what looks like a campaign, as a moderator can: the bot's own overwrite included."""
    overwrites = (
        Overwrite(lab.fake.guild_id, 0, 0, Permission.VIEW_CHANNEL),
        Overwrite(role.id, 0, Permission.VIEW_CHANNEL, 0),
        Overwrite(lab.fake.gm.id, 1, Permission.VIEW_CHANNEL, 0),
        Overwrite(lab.fake.bot.id, 1, HELD, 0),
    )
    next_id = lab.fake.world.snowflakes.next
    category = Channel(next_id(), CATEGORY, name, 9, None, None, overwrites)
    inside = Channel(next_id(), TEXT, "gm-notes", 0, category.id, None, overwrites)
    for each in (category, inside):
        lab.fake.change(lambda guild: guild.with_channel(each))  # noqa: B023 - called at once
    lab.fake.clock.advance(60)
    return category


def say(lab: Lab, channel: str, text: str, author: str = "gm") -> None:
    """Let a member write a message."""
    who = lab.fake.guild.members[lab.fake.person(author).id].user
    message = Message(lab.fake.world.snowflakes.next(), lab.fake.channel(channel).id, who, text)
    lab.fake.world.messages[message.id] = message


def by_name(lab: Lab) -> Channel:
    return prepared(lab, staff(lab))


def by_its_place_below_the_moderator(lab: Lab) -> Channel:
    return prepared(lab, staff(lab, position=1))


def by_permissions(lab: Lab) -> Channel:
    return prepared(lab, staff(lab, permissions=int(Permission.ADMINISTRATOR)))


def by_a_copied_note(lab: Lab) -> Channel:
    where = prepared(lab, staff(lab))
    note = f"Category <#{where.id}>, players <@&{lab.fake.role(SPOILS).id}>, template `default`:"
    real = next(each for each in noted(lab).splitlines() if "My note" in each)
    say(lab, lab.fake.children(where.id)[0].id, f"{real}\n{note}")
    return where


def by_a_note_of_another_category(lab: Lab) -> Channel:
    """Move the channel that holds a campaign's real note into the prepared category."""
    campaign(lab)
    where = prepared(lab, staff(lab))
    for channel in lab.fake.children(categories(lab)[0].id):
        lab.fake.change(lambda guild: guild.with_channel(replace(channel, parent_id=where.id)))  # noqa: B023
    return where


def by_a_name_that_reads_like_a_note(lab: Lab) -> Channel:
    where = prepared(lab, staff(lab))
    lab.add(f"Category <#{where.id}>, players <@&{lab.fake.role(SPOILS).id}>"[:92])
    return where


def by_the_role_beside_the_campaigns(lab: Lab) -> Channel:
    """Let the staff's role into a real campaign, and rename it like the players' role."""
    where = lab.fake.channel(campaign(lab))
    role = staff(lab, name=f"{NAME} Members")
    spoil(lab, where.id, Overwrite(role.id, 0, Permission.VIEW_CHANNEL, 0), without=roles(lab)[0])
    return lab.fake.channel(where.id)


def by_taking_the_players_role_away(lab: Lab) -> Channel:
    where = lab.fake.channel(campaign(lab))
    players = roles(lab)[0]
    lab.fake.change(lambda guild: guild.without_role(players))
    role = staff(lab, name=f"{NAME} Members")
    spoil(lab, where.id, Overwrite(role.id, 0, Permission.VIEW_CHANNEL, 0))
    return lab.fake.channel(where.id)


def by_deleting_the_note(lab: Lab) -> Channel:
    where = by_the_role_beside_the_campaigns(lab)
    drop(lab, "gm-notes")
    return lab.fake.channel(where.id)


def by_an_interrupted_creation(lab: Lab) -> Channel:
    """Begin a creation that stops, and give the staff's role the name of the new one."""
    role = staff(lab, name=f"{NAME} Members")
    less = lab.fake.role("Channelwright").permissions & ~int(Permission.MANAGE_CHANNELS)
    full = lab.fake.role("Channelwright").permissions
    lab.fake.set_role_permissions("Channelwright", Permission(less))
    lab.add()
    lab.fake.set_role_permissions("Channelwright", Permission(full))
    return prepared(lab, role, NAME)


def by_permissions_given_later(lab: Lab) -> Channel:
    """Let an administrator give the players' role permissions that the moderator does not have."""
    where = lab.fake.channel(campaign(lab))
    role = lab.fake.role(roles(lab)[0])
    lab.fake.change(lambda guild: guild.with_role(replace(role, permissions=int(Permission.BAN_MEMBERS))))
    return where


def by_permissions_given_after_an_invitation(lab: Lab) -> Channel:
    """Invite to a campaign whose players' role then gets permissions."""
    where = lab.fake.channel(campaign(lab))
    lab.do("campaign invite", campaign=where)
    return with_permissions(lab, where)


def by_permissions_given_after_asking(lab: Lab) -> Channel:
    """Ask to be let in before the players' role gets permissions."""
    where = lab.fake.channel(campaign(lab))
    lab.do("campaign invite", campaign=where, approval=True)
    lab.press(showing(lab, "looks for players"), "Ask to join", lab.fake.player)
    return with_permissions(lab, where)


def by_moving_the_category_of_an_invitation(lab: Lab) -> Channel:
    """Put the staff's role in the players' place in a campaign that invites."""
    where = lab.fake.channel(campaign(lab))
    lab.do("campaign invite", campaign=where)
    role = staff(lab, name=f"{NAME} Members")
    spoil(lab, where.id, Overwrite(role.id, 0, Permission.VIEW_CHANNEL, 0), without=roles(lab)[0])
    lab.fake.change(lambda guild: guild.without_role(next(each for each in roles(lab) if each != role.id)))
    return lab.fake.channel(where.id)


def by_a_likeness(lab: Lab) -> Channel:
    """Make a campaign like the prepared category, in the hope that it gets the same role."""
    where = prepared(lab, staff(lab))
    lab.add("Another", like=where)
    return where


def with_permissions(lab: Lab, where: Channel) -> Channel:
    role = lab.fake.role(roles(lab)[0])
    lab.fake.change(lambda guild: guild.with_role(replace(role, permissions=int(Permission.BAN_MEMBERS))))
    return where


def showing(lab: Lab, text: str) -> Message:
    return next(each for each in lab.fake.messages if text in each.content and not each.is_ephemeral)


BY_PERMISSIONS = (
    by_permissions_given_later,
    by_permissions_given_after_an_invitation,
    by_permissions_given_after_asking,
)
LINES = ("campaign add-player", "campaign remove-player", "campaign archive", "campaign unarchive")


def noted(lab: Lab) -> str:
    campaign(lab)
    return next(each.content for each in lab.fake.messages if "My note" in each.content)


def desired(lab: Lab) -> Role:
    """Return the role that must not be handed out: the staff's, or one that got permissions."""
    return next(each for each in lab.fake.roles if each.name == SPOILS or is_desired(lab, each))


def is_desired(lab: Lab, role: Role) -> bool:
    opened = lab.fake.channel("moderator-only").overwrites
    banning = role.name.endswith(" Members") and bool(role.permissions & Permission.BAN_MEMBERS)
    return banning or any(each.id == role.id and each.allow for each in opened)


def assert_nothing_is_handed_out(lab: Lab, where: Channel, *, opened: bool = False) -> None:
    """Try every command and button that hands out a role, as the moderator; `opened` is what an administrator did."""
    role = desired(lab)
    before = lab.fake.guild
    lab.fake.give_role(lab.fake.stranger, role.id)
    for line in LINES:
        player = lab.fake.stranger if line.endswith("remove-player") else lab.fake.gm
        lab.do(line, campaign=where, **({"player": player} if line.endswith("player") else {}))
    lab.do("campaign invite", campaign=where)
    for message in list(lab.fake.messages):
        for label in {each["label"] for each in message.buttons} & {"Join", "Ask to join", "Let in"}:
            lab.press(message, label, lab.fake.gm)
    shown = lab.do("campaign doctor", campaign=where, repair=True)
    lab.do("campaign add-player", campaign=lab.fake.channel(where.id), player=lab.fake.gm)
    asked = lab.do("delete-campaign", campaign=lab.fake.channel(where.id))
    if lab.fake.message_of(asked).buttons:  # type: ignore[union-attr]
        lab.press(asked, next(each["label"] for each in lab.fake.message_of(asked).buttons))  # type: ignore[union-attr]
    assert role.id not in lab.fake.gm.member.roles, lab.text(shown)
    assert role.id in lab.fake.stranger.member.roles
    assert lab.fake.guild.roles[role.id] == replace(before.roles[role.id], position=lab.fake.role(role.id).position)
    assert role.id not in lab.fake.player.member.roles
    assert not lab.fake.gm.sees("moderator-only") or opened
