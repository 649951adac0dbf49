"""List, players and archive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from channelwright.campaign.templates import PlannedChannel
from channelwright.endpoint.commands import TABLE
from tests.bot.by_hand import campaign, spoil
from tests.bot.outcomes import NAME, categories, is_as_planned, roles
from tests.bot.worker.test_creation_faults import PASSING
from tools.fake_discord import Overwrite, Permission, Sight
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tests.lanes import Every


def test_the_list_names_every_campaign_with_its_role_gm_and_state(lab: Lab) -> None:
    first = campaign(lab)
    lab.add("Tomb of Annihilation", template="one-shot" if "one-shot" in lab.channels else "default")
    lab.do("campaign archive", campaign=lab.fake.channel(first))
    text = lab.text(lab.do("campaign list"))
    assert "**Campaigns** (2)" in text
    assert f"<#{first}>: 11 channels, <@&{roles(lab)[0]}>, GM <@{lab.fake.gm.id}>, archived" in text
    assert f"**{NAME}** <#{first}>" in text


def test_an_empty_list_says_what_to_do(lab: Lab) -> None:
    assert "`/add-campaign` makes one" in lab.text(lab.do("campaign list"))


def test_a_player_comes_in_and_goes(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    calls = len(lab.calls())
    assert "is in **Curse of Strahd**" in lab.text(
        lab.do("campaign add-player", campaign=where, player=lab.fake.player)
    )
    assert lab.calls(calls)[-2:] == ["add_guild_member_role", "update_original_webhook_message"]
    assert lab.fake.matrix()[f"{NAME}/safety"]["player"] is Sight.WRITES
    assert lab.fake.matrix()[f"{NAME}/gm-notes"]["player"] is Sight.HIDDEN
    lab.do("campaign remove-player", campaign=where, player=lab.fake.player)
    assert lab.fake.matrix()[f"{NAME}/safety"]["player"] is Sight.HIDDEN


def test_nobody_is_let_into_what_is_not_a_campaign(lab: Lab) -> None:
    shown = lab.do("campaign add-player", campaign=lab.fake.channel("Voice Channels"), player=lab.fake.player)
    assert "not a campaign of mine" in lab.text(shown)
    assert not lab.fake.calls("add_guild_member_role")


def test_a_role_above_the_bots_is_explained(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    role = lab.fake.role(roles(lab)[0])
    lab.fake.change(lambda guild: guild.with_role(replace(role, position=50)))
    text = lab.text(lab.do("campaign add-player", campaign=where, player=lab.fake.player))
    assert "My own role has to stand above" in text
    assert not lab.fake.calls("add_guild_member_role")


def test_an_archive_is_read_only_for_players_and_opens_again(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    before = lab.fake.matrix()
    lab.do("campaign archive", campaign=where)
    for each in lab.channels["default"]:
        row = lab.fake.matrix()[f"{NAME}/{each.name}"]
        assert row["player"] is (Sight.HIDDEN if each.gm_only else Sight.READS), each
        assert row["gm"] is row["Channelwright"] is Sight.WRITES
    assert "archived" in lab.text(lab.do("campaign doctor", campaign=where))
    lab.do("campaign unarchive", campaign=where)
    assert lab.fake.matrix() == before


def test_archiving_is_one_change_that_the_channels_follow(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    lab.do("campaign archive", campaign=where)
    assert len(lab.fake.calls("set_channel_permission_overwrite")) == 1
    lab.do("campaign archive", campaign=where)
    assert len(lab.fake.calls("set_channel_permission_overwrite")) == 1


def test_a_channel_that_does_not_follow_is_archived_too(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    spoil(lab, "safety", Overwrite(lab.fake.stranger.id, 1, Permission.VIEW_CHANNEL, 0))
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    lab.do("campaign archive", campaign=where)
    assert lab.fake.matrix()[f"{NAME}/safety"]["player"] is Sight.READS


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", [*PASSING, "pretended"])
def test_whatever_happens_to_any_call_an_archive_is_one(start: Start, fault: str, every: Every) -> None:
    for call in every(range(1, 10)):
        lab = start()
        where = lab.fake.channel(campaign(lab))
        lab.fake.world.lag = 4
        shown = lab.fake.gm.command("campaign archive", campaign=where)
        if fault == "pretended":
            lab.fake.faults.on("set_channel_permission_overwrite", faults.pretended())
        else:
            lab.fake.faults.on("*", PASSING[fault](), call=call)
        lab.work()
        lab.fake.give_role(lab.fake.player, roles(lab)[0])
        assert lab.fake.matrix()[f"{NAME}/safety"]["player"] is Sight.READS, (call, lab.text(shown))
        assert lab.fake.matrix()[f"{NAME}/gm-notes"]["player"] is Sight.HIDDEN


def test_a_list_is_for_those_who_see_the_campaigns(lab: Lab) -> None:
    campaign(lab)
    everybody(lab)
    assert "There is no campaign" in lab.text(lab.do("campaign list", who=lab.fake.stranger))
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    assert NAME in lab.text(lab.do("campaign list", who=lab.fake.player))


def everybody(lab: Lab) -> None:
    """Let the server give its commands to everybody, as its settings can."""
    lab.fake.register(*({**each, "default_member_permissions": None} for each in TABLE))


def test_a_long_list_has_pages(start: Start) -> None:
    lab = start(channels={"default": (PlannedChannel(name="notes", type="text"),)})
    names = [f"{number:02} {'N' * 60}" for number in range(24)]
    for name in names:
        lab.add(name)
    shown = lab.do("campaign list")
    text = lab.text(shown)
    seen = [name for name in names if name in text]
    assert "**Campaigns** (24, page 1 of " in text
    while "More" in [each["label"] for each in lab.fake.message_of(shown).buttons]:  # type: ignore[union-attr]
        shown = lab.press(shown, "More")
        seen += [name for name in names if name in lab.text(shown)]
    assert seen == names
    assert names[0] not in lab.text(shown)
    assert "page" in lab.text(lab.press(shown, "Back"))


def test_an_archive_names_who_can_still_write(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    writes = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
    spoil(lab, "safety", Overwrite(lab.fake.stranger.id, 1, writes, 0))
    text = lab.text(lab.do("campaign archive", campaign=where))
    assert f"- <@{lab.fake.stranger.id}> in <#{lab.fake.channel('safety').id}> (safety)" in text
    assert "only the GM writes" not in text


def test_an_archive_that_cannot_be_whole_names_where_players_still_write(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    for name in ("safety", "dice-rolls"):
        spoil(lab, name, Overwrite(lab.fake.stranger.id, 1, Permission.VIEW_CHANNEL, 0))
    lab.fake.faults.on("set_channel_permission_overwrite", faults.refused(50013), call=2)
    text = lab.text(lab.do("campaign archive", campaign=where))
    assert "is archived in part" in text
    still = [name for name in ("safety", "dice-rolls") if lab.fake.matrix()[f"{NAME}/{name}"]["player"] is Sight.WRITES]
    assert len(still) == 1
    assert f"({still[0]})" in text


def test_what_was_asked_too_long_ago_is_not_begun(lab: Lab) -> None:
    where = lab.fake.channel(campaign(lab))
    for line, more in (("archive", {}), ("add-player", {"player": lab.fake.player})):
        lab.fake.gm.command(f"campaign {line}", campaign=where, **more)
        lab.fake.clock.advance(900)
        before = lab.fake.guild
        lab.work()
        assert lab.fake.guild == before
    assert not lab.dead


def test_a_campaign_whose_category_was_deleted_is_put_together_again(lab: Lab) -> None:
    campaign(lab)
    before = {each.name for each in lab.fake.children(categories(lab)[0].id)}
    lab.fake.change(lambda guild: guild.without_channel(categories(lab)[0].id))
    lab.fake.change(lambda guild: guild.with_channel(replace(lab.fake.channel("safety"), name="renamed")))
    shown = lab.do("campaign list")
    assert "whose category was deleted" in lab.text(shown)
    text = lab.text(lab.press(shown, f"Put {NAME} together again"))
    assert "is put together again" in text
    there = {each.name for each in lab.fake.children(categories(lab)[0].id)}
    assert there == before - {"safety"} | {"renamed"}
    assert len(roles(lab)) == 1
    lab.fake.clock.advance(60)
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", campaign=categories(lab)[0]))
    assert "whose category was deleted" not in lab.text(lab.do("campaign list"))


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", PASSING)
def test_whatever_happens_to_any_call_it_is_put_together_once(start: Start, fault: str, every: Every) -> None:
    for call in every(range(1, 30, 3)):
        lab = start()
        campaign(lab)
        lab.fake.change(lambda guild: guild.without_channel(categories(lab)[0].id))  # noqa: B023
        shown = lab.do("campaign list")
        lab.fake.gm.press(shown, f"Put {NAME} together again")
        lab.fake.faults.on("*", PASSING[fault](), call=call)
        lab.work()
        assert is_as_planned(lab), (call, fault)
        assert not lab.dead


@pytest.mark.parametrize("label", ["Resume", "Remove"])
def test_who_may_make_campaigns_by_the_servers_settings_goes_on_with_what_was_not_finished(
    lab: Lab, label: str
) -> None:
    everybody(lab)
    lab.fake.faults.on("create_guild_channel", faults.refused(50013), call=5)
    shown = lab.add(who=lab.fake.stranger, gm=lab.fake.player)
    lab.fake.faults.on("create_guild_channel", faults.refused(50013), call=2)
    lab.press(shown, "Resume", lab.fake.stranger)
    lab.fake.faults.clear()
    wanted = {"Resume": "is ready", "Remove": "What I had begun is gone"}
    assert wanted[label] in lab.text(lab.press(shown, label, lab.fake.stranger))
    assert not lab.fake.stranger.sees(NAME) if label == "Resume" else not categories(lab)
