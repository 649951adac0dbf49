"""A campaign of this server as the template of another one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from channelwright.permission_bits import INVITED
from tests.bot.by_hand import campaign, drop, spoil
from tests.bot.outcomes import categories, roles
from tests.bot.worker.test_creation_faults import PASSING
from tools.fake_discord import Opening, Overwrite, Permission, Sight

if TYPE_CHECKING:
    from tests.bot.lab import Start
    from tests.lanes import Every


def test_a_campaign_like_another_gets_its_channels_as_they_are_now(start: Start) -> None:
    lab = start(Opening(bot_permissions=INVITED))
    source = lab.fake.channel(campaign(lab))
    gms_own = replace(lab.fake.channel("session-recaps"), topic="Ours", more={"rate_limit_per_user": 30})
    lab.fake.change(lambda guild: guild.with_channel(replace(gms_own, name="chronicle")))
    drop(lab, "dice-rolls")
    spoil(lab, "maps-and-visuals", Overwrite(roles(lab)[0], 0, Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES))
    assert "is ready" in lab.text(lab.add("Second Season", like=source))
    [second] = categories(lab, "Second Season")
    there = {each.name: each for each in lab.fake.children(second.id)}
    assert there.keys() == {each.name for each in lab.fake.children(source.id)}
    assert (there["chronicle"].topic, there["chronicle"].more) == ("Ours", {"rate_limit_per_user": 30})
    lab.fake.give_role(lab.fake.player, roles(lab, "Second Season")[0])
    sights = {name: lab.fake.matrix()[f"Second Season/{name}"]["player"] for name in there}
    assert {name for name, sight in sights.items() if sight is Sight.HIDDEN} == {"gm-notes", "gm-planning"}
    assert sights["maps-and-visuals"] is Sight.READS
    assert not set(roles(lab)) & set(roles(lab, "Second Season"))


def test_the_doctor_knows_a_campaign_like_another_by_its_note(start: Start) -> None:
    lab = start(Opening(bot_permissions=INVITED))
    source = lab.fake.channel(campaign(lab))
    drop(lab, "dice-rolls")
    lab.add("Second Season", like=source)
    lab.fake.clock.advance(60)
    [second] = categories(lab, "Second Season")
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", campaign=second))
    inside = next(each for each in lab.fake.children(second.id) if each.name == "safety")
    lab.fake.change(lambda guild: guild.without_channel(inside.id))
    shown = lab.do("campaign doctor", campaign=second)
    assert "1 of its channels are gone, or were moved away" in lab.text(shown)
    assert "is repaired" in lab.text(lab.press(shown, "Repair"))
    lab.fake.clock.advance(60)
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", campaign=second))
    assert "safety" not in {each.name for each in lab.fake.children(second.id)}


def test_only_who_may_run_a_campaign_makes_another_like_it(start: Start) -> None:
    """A moderator below the players' role sees not even the names of its channels."""
    lab = start(Opening(bot_permissions=INVITED))
    source = lab.fake.channel(campaign(lab))
    players = replace(lab.fake.role(roles(lab)[0]), position=3)
    lab.fake.change(lambda guild: guild.with_role(players))
    mod = lab.fake.join("mod", lab.fake.role("Game Masters"))
    assert "has to stand above" in lab.text(lab.add("Mine", like=source, who=mod))
    assert not categories(lab, "Mine")
    assert "not both" in lab.text(lab.add("Mine", like=source, template="one-shot"))


def test_a_channel_that_somebody_moved_into_it_is_copied_for_who_sees_it_alone(start: Start) -> None:
    """Its name and topic are the moderators', and whoever runs the campaign may not see them."""
    lab = start(Opening(bot_permissions=INVITED))
    source = lab.fake.channel(campaign(lab))
    closed = Overwrite(lab.fake.guild_id, 0, 0, Permission.VIEW_CHANNEL), Overwrite(lab.fake.bot.id, 1, 1049616)
    secret = replace(lab.fake.channel("moderator-only"), parent_id=source.id, overwrites=closed)
    lab.fake.change(lambda guild: guild.with_channel(secret))
    lab.add("Mine", like=source)
    lab.add("Theirs", like=source, who=lab.fake.admin)
    copies = {name: [each.name for each in lab.fake.children(name)] for name in ("Mine", "Theirs")}
    assert "moderator-only" not in copies["Mine"]
    assert "moderator-only" in copies["Theirs"]


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", PASSING)
def test_whatever_happens_to_any_call_a_campaign_like_another_is_whole(start: Start, fault: str, every: Every) -> None:
    for call in every(range(1, 24, 2)):
        lab = start(Opening(bot_permissions=INVITED))
        source = lab.fake.channel(campaign(lab))
        lab.fake.faults.on("*", PASSING[fault](), call=call)
        lab.add("Second Season", like=source)
        assert not lab.dead, call
        names = sorted(each.name for each in lab.fake.children(source.id))
        assert sorted(each.name for each in lab.fake.children(categories(lab, "Second Season")[0].id)) == names, call
