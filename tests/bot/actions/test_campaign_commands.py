"""List, players and archive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.bot.by_hand import campaign, spoil
from tests.bot.outcomes import NAME, roles
from tests.bot.worker.test_creation_faults import PASSING
from tools.fake_discord import Overwrite, Permission, Sight
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start


def test_the_list_names_every_campaign_with_its_role_gm_and_state(lab: Lab) -> None:
    first = campaign(lab)
    lab.add("Tomb of Annihilation", template="one-shot" if "one-shot" in lab.channels else "default")
    lab.do("campaign archive", campaign=lab.fake.channel(first))
    text = lab.text(lab.do("campaign list"))
    assert "**Campaigns** (2)" in text
    assert f"<#{first}>: 11 channels, <@&{roles(lab)[0]}>, GM <@{lab.fake.gm.id}>, archived" in text


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


@pytest.mark.parametrize("fault", [*PASSING, "pretended"])
def test_whatever_happens_to_any_call_an_archive_is_one(start: Start, fault: str) -> None:
    for call in range(1, 10):
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
