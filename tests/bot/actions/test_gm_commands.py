"""What the GM of a campaign does, who is no moderator; and that nobody else can."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.permission_bits import INVITED, RUNNING
from tests.bot.by_hand import drop, spoil
from tests.bot.outcomes import NAME, assert_matrix, categories, is_as_planned, roles
from tests.bot.worker.test_creation_faults import PASSING
from tools.fake_discord import Opening, Overwrite, Permission, Sight
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tests.lanes import Every
    from tools.fake_discord import Channel
    from tools.fake_discord.members.people import Person


@pytest.fixture
def table(start: Start) -> Lab:
    """A campaign that a moderator made for a GM who has no rights at all."""
    return opened(start)


def opened(start: Start) -> Lab:
    lab = start(Opening(bot_permissions=INVITED))
    lab.fake.join("sybil")
    lab.fake.join("nobody")
    lab.add(gm=lab.fake.person("sybil"))
    lab.fake.clock.advance(60)
    return lab


def where(lab: Lab) -> Channel:
    return next(
        each for each in lab.fake.channels if each.type == 4 and each.name not in {"Text Channels", "Voice Channels"}
    )


def gm(lab: Lab) -> Person:
    return lab.fake.person("sybil")


def run(lab: Lab, line: str, who: Person | None = None, **options: Any) -> str:
    return lab.text(lab.do(f"campaign {line}", who=who or gm(lab), campaign=where(lab), **options))


def test_a_channel_that_the_asker_does_not_see_and_the_bot_did_not_make_stays_and_is_named(table: Lab) -> None:
    """Whoever leaves may still see it, and whoever comes may not: both answers say so."""
    lab = table
    closed = Overwrite(lab.fake.guild.id, 0, 0, int(Permission.VIEW_CHANNEL))
    bots = next(each for each in where(lab).overwrites if each.type == 1 and each.id != gm(lab).id)
    own = Overwrite(lab.fake.stranger.id, 1, int(Permission.VIEW_CHANNEL))
    moved = replace(lab.fake.channel("rules"), parent_id=where(lab).id, overwrites=(closed, bots, own))
    lab.fake.change(lambda guild: guild.with_channel(moved))
    left = f"I left <#{moved.id}> (rules) as they are"
    assert left not in run(lab, "add-gm", gm=lab.fake.stranger)
    assert left in run(lab, "add-gm", gm=lab.fake.player)
    assert left in run(lab, "remove-gm", gm=lab.fake.stranger)
    assert left not in run(lab, "remove-gm", gm=lab.fake.player)
    assert left in run(lab, "hand-over", to=lab.fake.player)
    assert lab.fake.stranger.sees("rules")
    assert not lab.fake.player.sees("rules")


def test_a_gm_without_any_right_does_twelve_things_in_the_own_campaign(table: Lab) -> None:
    lab, player = table, table.fake.player
    assert not gm(lab).member.roles
    assert "The invitation to" in run(lab, "invite", seats=2)
    planned = lab.do("campaign session", who=gm(lab), campaign=where(lab), when="2027-01-30 19:30", zone="Europe/Paris")
    assert "plays <t:" in lab.text(lab.press(planned, "Plan it", gm(lab)))
    listed = lab.do("campaign sessions", who=gm(lab), campaign=where(lab))
    assert "is cancelled" in lab.text(lab.press(listed, "Cancel 1", gm(lab)))
    drop(lab, "maps-and-visuals")
    wanted = lab.do("campaign doctor", who=gm(lab), campaign=where(lab))
    assert "nothing is wrong" in lab.text(lab.press(wanted, "This is how I want it", gm(lab)))
    assert "is in **Curse of Strahd**" in run(lab, "add-player", player=player)
    assert lab.fake.matrix()[f"{NAME}/safety"]["player"] is Sight.WRITES
    assert "is archived" in run(lab, "archive")
    assert lab.fake.matrix()[f"{NAME}/safety"]["player"] is Sight.READS
    assert "is open again" in run(lab, "unarchive")
    assert "nothing is wrong" in run(lab, "doctor")
    assert "is called **Tomb**" in run(lab, "rename", name="Tomb")
    assert "is a GM of **Tomb** now" in run(lab, "add-gm", gm=lab.fake.stranger)
    assert "no longer a GM" in run(lab, "remove-gm", gm=lab.fake.stranger)
    assert "no longer a player" in run(lab, "remove-player", player=player)
    assert "Tomb" in lab.text(lab.do("campaign list", who=gm(lab)))
    assert "is <@" in run(lab, "hand-over", to=lab.fake.stranger)
    assert not gm(lab).sees(where(lab))
    assert lab.fake.stranger.sees("gm-notes")


COMMANDS: tuple[tuple[str, dict[str, str]], ...] = (
    ("add-player", {"player": "nobody"}),
    ("remove-player", {"player": "player"}),
    ("archive", {}),
    ("unarchive", {}),
    ("doctor", {}),
    ("rename", {"name": "Mine"}),
    ("add-gm", {"gm": "nobody"}),
    ("remove-gm", {"gm": "sybil"}),
    ("hand-over", {"to": "nobody"}),
    ("invite", {}),
    ("session", {"when": "2099-01-01 19:30"}),
    ("sessions", {}),
)


@pytest.mark.parametrize(("line", "options"), COMMANDS)
@pytest.mark.parametrize("who", ["stranger", "player", "nobody"])
def test_somebody_elses_campaign_is_refused(table: Lab, line: str, options: dict[str, str], who: str) -> None:
    lab = table
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    before = lab.fake.guild
    people = {name: value if name in {"name", "when"} else lab.fake.person(value) for name, value in options.items()}
    text = run(lab, line, lab.fake.person(who), **people)
    assert "is run by its GM" in text
    assert lab.fake.guild == before


def test_a_spectator_of_the_category_is_no_gm(table: Lab) -> None:
    spoil(table, where(table).id, Overwrite(table.fake.stranger.id, 1, Permission.VIEW_CHANNEL, 0))
    assert "is run by its GM" in run(table, "archive", table.fake.stranger)


def test_moderators_make_and_delete_and_the_gm_is_not_offered_it(table: Lab) -> None:
    assert gm(table).offered() == ["campaign"]
    assert sorted(table.fake.gm.offered()) == ["add-campaign", "campaign", "delete-campaign"]


def test_a_gm_gets_what_a_gm_needs_in_the_own_campaign_alone(table: Lab) -> None:
    for name in ("safety", "gm-notes", "campaign-main"):
        assert gm(table).permissions_in(name) & RUNNING == RUNNING, name
    assert not gm(table).permissions_in("general") & Permission.MANAGE_MESSAGES


def test_a_rename_finds_everything_again_and_takes_no_name_that_is_there(table: Lab) -> None:
    assert "There is <#" in run(table, "rename", name="voice channels")
    run(table, "rename", name="Tomb of  Annihilation")
    assert [each.name for each in categories(table, "Tomb of Annihilation")] == ["Tomb of Annihilation"]
    assert len(roles(table, "Tomb of Annihilation")) == 1
    assert "nothing is wrong" in run(table, "doctor")


def test_the_last_gm_is_not_taken_out(table: Lab) -> None:
    assert "is the only GM" in run(table, "remove-gm", gm=gm(table))
    assert gm(table).sees("gm-notes")


def test_a_moderator_hands_over_a_campaign_whose_gm_is_gone(table: Lab) -> None:
    table.fake.change(lambda guild: guild.without_member(gm(table).id))
    assert "left this server" in run(table, "doctor", table.fake.gm)
    assert "is <@" in run(table, "hand-over", table.fake.gm, to=table.fake.stranger)
    assert table.fake.stranger.sees("gm-notes")
    text = run(table, "doctor", table.fake.gm)
    assert "nothing is wrong" in text
    assert "left this server" not in text


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", PASSING)
def test_whatever_happens_to_any_call_a_campaign_is_handed_over_once_and_as_a_whole(
    start: Start, fault: str, every: Every
) -> None:
    for call in every(range(1, 40, 4)):
        lab = opened(start)
        old = gm(lab)
        shown = old.command("campaign hand-over", campaign=where(lab), to=lab.fake.person("gm"))
        lab.fake.faults.on("*", PASSING[fault](), call=call)
        lab.work()
        assert not old.sees(where(lab)), (call, fault, lab.text(shown))
        assert not old.sees("gm-notes")
        assert is_as_planned(lab)
        assert_matrix(lab)
        assert not lab.dead


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", PASSING)
def test_whatever_happens_to_any_call_a_campaign_is_renamed(start: Start, fault: str, every: Every) -> None:
    for call in every(range(1, 12)):
        lab = opened(start)
        gm(lab).command("campaign rename", campaign=where(lab), name="Tomb")
        lab.fake.faults.on("*", PASSING[fault](), call=call)
        lab.work()
        assert is_as_planned(lab, "Tomb"), (call, fault)
        assert not lab.dead


def test_help_shows_a_moderator_more(table: Lab) -> None:
    assert "/delete-campaign" not in table.text(table.do("campaign help", who=gm(table)))
    assert "/delete-campaign" in table.text(table.do("campaign help"))


def test_a_gm_who_left_is_named_and_can_be_taken_out(table: Lab) -> None:
    lab = table
    run(lab, "add-gm", gm=lab.fake.player)
    player = lab.fake.player.id
    lab.fake.change(lambda guild: guild.without_member(player))
    assert f"<@{player}> is a GM here and left this server: `/campaign remove-gm`" in run(lab, "doctor")
    assert f"<@{player}> is no longer a GM" in run(lab, "remove-gm", gm=player)
    assert "left this server" not in run(lab, "doctor")
    sybil = gm(lab).id
    lab.fake.change(lambda guild: guild.without_member(sybil))
    assert f"<@{sybil}> is the GM here and left this server: a moderator" in run(lab, "doctor", lab.fake.admin)


def test_who_handed_a_campaign_over_and_plays_in_it_is_not_said_to_see_it_no_longer(table: Lab) -> None:
    lab, sybil = table, gm(table)
    run(lab, "add-player", player=sybil)
    assert f"No longer GM: <@{sybil.id}>." in run(lab, "hand-over", to=lab.fake.player)
    assert sybil.sees("general-discussion")
    assert not sybil.sees("gm-notes")


@pytest.mark.parametrize(
    ("line", "option", "words"),
    [
        ("add-gm", "gm", "may be a GM in a part of"),
        ("hand-over", "to", "may be handed over in part only"),
    ],
)
def test_a_bot_that_loses_its_rights_on_the_way_says_that_it_is_done_in_part(
    table: Lab, line: str, option: str, words: str
) -> None:
    lab, bits = table, INVITED & ~int(Permission.MANAGE_ROLES)
    role = next(each.id for each in lab.fake.roles if each.managed)
    lost = faults.running(lambda: lab.fake.set_role_permissions(role, bits), works=True)
    lab.fake.faults.on("set_channel_permission_overwrite", lost)
    text = run(lab, line, **{option: lab.fake.player})
    assert words in text
    assert "I lack Manage Roles in this server" in text


def test_a_helper_of_the_moderators_keeps_what_they_gave_when_it_is_handed_over(table: Lab) -> None:
    lab = table
    helper = Overwrite(lab.fake.stranger.id, 1, int(Permission.VIEW_CHANNEL | Permission.MANAGE_MESSAGES))
    helped = [where(lab), *(each for each in lab.fake.children(where(lab).id) if not each.name.startswith("gm-"))]
    for each in helped:
        spoil(lab, each.id, helper)
    text = run(lab, "hand-over", lab.fake.admin, to=lab.fake.player)
    assert f"No longer GM: <@{gm(lab).id}>." in text
    assert [each.name for each in helped if helper not in lab.fake.channel(each.id).overwrites] == []
