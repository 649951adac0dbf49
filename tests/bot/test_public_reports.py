"""What people reported of other bots that make private channels, tried with this one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.campaign.templates import PlannedChannel
from channelwright.discord.text import MAX_CONTENT
from channelwright.permission_bits import INVITED, RUNNING
from tests.bot.by_hand import campaign, drop, spoil
from tests.bot.outcomes import NAME, assert_private, categories, roles
from tests.bot.worker.test_sizes import with_campaigns
from tools.fake_discord import Opening, Overwrite, Permission, Role, Sight

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.lab import Lab, Start
    from tools.fake_discord.members.people import Person

HELPERS = int(Permission.VIEW_CHANNEL | Permission.MANAGE_MESSAGES)


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("doctor", lambda _lab: {"repair": True}),
        ("archive", lambda _lab: {}),
        ("unarchive", lambda _lab: {}),
        ("add-gm", lambda lab: {"gm": lab.fake.player}),
        ("hand-over", lambda lab: {"to": lab.fake.player}),
        ("rename", lambda _lab: {"name": "Tomb"}),
    ],
)
def test_what_moderators_gave_to_others_in_a_category_stays_theirs(
    lab: Lab, line: str, options: Callable[[Lab], dict[str, Any]]
) -> None:
    """https://github.com/discord-tickets/bot/issues/56: the bot's overwrites took the place of the category's."""
    lab.add()
    where = categories(lab)[0]
    helpers = Overwrite(lab.fake.role("Game Masters").id, 0, HELPERS)
    for name in (NAME, *(each.name for each in lab.fake.children(where.id))):
        spoil(lab, name, helpers)
    drop(lab, "maps-and-visuals")
    lab.do(f"campaign {line}", campaign=where, **options(lab))
    left = [lab.fake.channel(where.id), *lab.fake.children(where.id)]
    assert [each.name for each in left if helpers not in each.overwrites and each.name != "maps-and-visuals"] == []


@pytest.mark.parametrize(
    "name", ["Campaign-Main", " campaign-main", "campaign-main\u00a0", "campaign-main\u200b", "Our Table"]
)
def test_a_voice_channel_whose_name_discord_or_somebody_changed_is_not_made_again(lab: Lab, name: str) -> None:
    """https://github.com/nwithan8/tauticord/issues/104 and 244: channels that existed were made once more."""
    lab.add()
    where = categories(lab)[0]
    renamed = replace(lab.fake.channel("campaign-main"), name=name)
    lab.fake.change(lambda guild: guild.with_channel(renamed))
    lab.fake.clock.advance(60)
    shown = lab.do("campaign doctor", campaign=where, repair=True)
    assert "nothing is wrong" in lab.text(shown)
    assert len(lab.fake.children(where.id)) == 11


def test_a_new_channel_is_as_private_as_its_category_from_its_first_moment(lab: Lab) -> None:
    """https://github.com/discord/discord-api-docs/issues/6573: what is set right after may be answered, and lost."""
    lab.add()
    drop(lab, "gm-notes")
    before = len(lab.fake.calls())
    lab.do("campaign doctor", campaign=categories(lab)[0], repair=True)
    made = [each for each in lab.fake.calls()[before:] if each.operation == "create_guild_channel"]
    assert [len(each.asked["permission_overwrites"]) for each in made] == [4]
    assert_private(lab)


ABOUT_A_ROLE: dict[str, Callable[[Lab], dict[str, Any]]] = {
    "campaign add-player": lambda lab: {"player": lab.fake.gm},
    "campaign remove-player": lambda lab: {"player": lab.fake.player},
    "campaign rename": lambda _lab: {"name": "Tomb"},
    "campaign archive": lambda _lab: {},
    "campaign doctor": lambda _lab: {"repair": True},
    "delete-campaign": lambda _lab: {},
}


@pytest.mark.parametrize("line", ABOUT_A_ROLE)
def test_a_moderator_neither_gives_nor_changes_nor_deletes_a_role_above_the_own(lab: Lab, line: str) -> None:
    """https://github.com/GAwesomeBot/bot/issues/160: to manage roles was enough, whatever stood above one's own."""
    where = lab.fake.channel(campaign(lab))
    players = roles(lab)[0]
    spoil(lab, where.id, without=lab.fake.gm.id)
    lab.fake.give_role(lab.fake.player, players)
    for name, position in (("Channelwright", 9), (f"{NAME} Members", 8)):
        role = lab.fake.role(name)
        lab.fake.change(lambda guild: guild.with_role(replace(role, position=position)))  # noqa: B023 - called at once
    before = lab.fake.guild
    shown = lab.do(line, campaign=where, **ABOUT_A_ROLE[line](lab))
    message = lab.fake.message_of(shown)
    for label in [each["label"] for each in message.buttons] if message else []:
        lab.press(shown, label)
    assert lab.fake.guild.roles == before.roles
    assert lab.fake.guild.members == before.members
    assert lab.fake.guild.channels == before.channels


def test_a_list_of_forty_campaigns_is_shown_and_read_to_its_end(lab: Lab) -> None:
    """https://github.com/rHomelab/LabBot-Cogs/issues/262: a list longer than a message was an error."""
    names = [f"{number:02} {'A story with a title that takes its time, and then some':.70}" for number in range(40)]
    lab.fake.change(lambda guild: with_campaigns(lab, guild, names))
    shown, read = lab.do("campaign list"), ""
    for page in range(len(names)):
        message = lab.fake.message_of(shown)
        assert message is not None
        assert len(message.content) <= MAX_CONTENT
        read += message.content
        if len(message.buttons) < 1 + (page > 0):  # one page back, and one on
            break
        lab.press(shown, message.buttons[-1]["label"])
    assert [name for name in names if name not in read] == []


@pytest.mark.parametrize(
    "name", ["Campaign-Status", "Player Chat", "what?!", "GM's (secret) Notes", "übersicht", "📜 Lore"]
)
def test_a_channel_whose_name_discord_writes_otherwise_is_made_once(start: Start, name: str) -> None:
    """https://github.com/nwithan8/tauticord/issues/119: a configured name in capitals was made anew at each start."""
    template = (PlannedChannel(name=name, type="text"), PlannedChannel(name="notes", type="text", players="none"))
    lab = start(channels={"default": template})
    lab.fake.gm.command("add-campaign", name=NAME)
    [message] = lab.waiting
    assert lab.deliver(message)
    lab.fake.clock.advance(60)
    assert lab.deliver(message)  # once more, as a queue may
    lab.waiting.clear()
    lab.fake.clock.advance(60)
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", campaign=categories(lab)[0], repair=True))
    assert "There is a campaign" in lab.text(lab.add())
    assert len(lab.fake.children(categories(lab)[0].id)) == 2


OF_A_GM: dict[str, Callable[[Lab], dict[str, Any]]] = {
    **{line: about for line, about in ABOUT_A_ROLE.items() if line != "delete-campaign"},
    "campaign unarchive": lambda _lab: {},
    "campaign add-gm": lambda lab: {"gm": lab.fake.player},
    "campaign remove-gm": lambda lab: {"gm": lab.fake.gm},
    "campaign hand-over": lambda lab: {"to": lab.fake.player},
    "campaign invite": lambda _lab: {},
    "campaign session": lambda _lab: {"when": "2027-01-30 19:30", "zone": "UTC"},
    "campaign sessions": lambda _lab: {},
}


@pytest.mark.parametrize("line", OF_A_GM)
def test_what_a_gm_may_is_for_the_campaigns_own_gm_and_not_for_who_is_called_so(lab: Lab, line: str) -> None:
    """https://github.com/TheCraiggers/Pathfinder-Discord-Bot/issues/51: anybody could run the GM's commands."""
    lab.fake.join("ann")
    lab.add("Another", gm=lab.fake.person("ann"))
    where = lab.fake.channel(campaign(lab))
    lab.fake.change(lambda guild: guild.with_role(Role(lab.fake.world.snowflakes.next(), "GM")))
    lab.fake.give_role(lab.fake.player, "GM")
    before = lab.fake.guild
    for name in ("player", "ann", "stranger"):
        shown = lab.do(line, who=lab.fake.person(name), campaign=where, **OF_A_GM[line](lab))
        assert "is run by its GM" in lab.text(shown)
    assert lab.fake.guild == before


SPLIT = Permission.PIN_MESSAGES | Permission.CREATE_EVENTS | Permission.BYPASS_SLOWMODE


def test_what_was_split_from_other_permissions_is_asked_for_and_given_by_itself(start: Start) -> None:
    """https://github.com/discord/discord-api-docs/pull/8002: managing messages or events no longer stands for it."""
    assert INVITED & SPLIT == RUNNING & SPLIT == SPLIT
    lab = start(Opening(bot_permissions=INVITED))
    lab.fake.join("sybil")
    sybil: Person = lab.fake.person("sybil")
    lab.add(gm=sybil)
    given = {each.allow & SPLIT for each in lab.fake.channel("gm-notes").overwrites if each.id == sybil.id}
    assert given == {int(SPLIT)}


def test_a_bot_that_was_invited_before_the_split_makes_campaigns_and_gives_what_it_has(start: Start) -> None:
    """The same: a bot that asks for one bit more than it has is refused everything."""
    lab = start(Opening(bot_permissions=INVITED & ~SPLIT))
    lab.fake.join("sybil")
    lab.add(gm=lab.fake.person("sybil"))
    assert_private(lab)
    assert lab.fake.person("sybil").permissions_in("gm-notes") & (RUNNING & ~SPLIT) == RUNNING & ~SPLIT


SHOWN = int(Permission.VIEW_CHANNEL)
LET_IN: dict[str, int] = {"shown": SHOWN, "writing": SHOWN | int(Permission.SEND_MESSAGES)}


@pytest.mark.parametrize("place", ["the category", "safety", "gm-notes", "campaign-main"])
@pytest.mark.parametrize("target", ["a role", "a member", "a member with a role", "a member who plays", "everybody"])
@pytest.mark.parametrize("given", LET_IN)
def test_whoever_still_writes_in_an_archive_is_named_however_they_may(
    lab: Lab, place: str, target: str, given: str
) -> None:
    """https://github.com/ralphkb/sentinel-tickets/issues/83: of a closed ticket some roles went on writing."""
    where = lab.fake.channel(campaign(lab))
    helpers, stranger = lab.fake.role("Game Masters"), lab.fake.stranger
    if target not in {"a member", "everybody"}:
        lab.fake.give_role(stranger, roles(lab)[0] if target == "a member who plays" else helpers.name)
    about = {"a role": (helpers.id, 0), "everybody": (lab.fake.guild.id, 0)}.get(target, (stranger.id, 1))
    spoil(lab, where.id if place == "the category" else place, Overwrite(*about, LET_IN[given]))
    text = lab.text(lab.do("campaign archive", campaign=where))
    writes = [
        name
        for name, row in lab.fake.matrix().items()
        if name.startswith(f"{NAME}/") and row["stranger"] is Sight.WRITES
    ]
    named = {"a role": f"<@&{helpers.id}>", "everybody": "- everybody in "}.get(target, f"<@{stranger.id}>")
    assert (named in text) == bool(writes), (writes, text)
    assert ("only the GM writes" in text) == (not writes)
