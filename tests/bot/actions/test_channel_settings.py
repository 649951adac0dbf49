"""What a template says of its channels beside their names: who writes, first messages, and Discord's own settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from channelwright.campaign.templates import PlannedChannel
from channelwright.permission_bits import INVITED
from tests.bot.by_hand import spoil
from tests.bot.outcomes import NAME, assert_matrix, categories, is_as_planned, is_gone, roles
from tests.bot.worker.test_creation_faults import PASSING
from tools.fake_discord import Opening, Overwrite, Permission, Sight
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tests.lanes import Every

CHANNELS = (
    PlannedChannel(name="notes", type="text", players="none"),
    PlannedChannel(
        name="news", type="text", players="read", slowmode=60, description="What happens", message="Welcome! @all"
    ),
    PlannedChannel(name="talk", type="text", age_restricted=True, message="Say hello."),
    PlannedChannel(name="table", type="voice", user_limit=7, slowmode=5),
    PlannedChannel(name="lore", type="forum", tags=("places", "people"), description="One post each"),
)


@pytest.fixture
def lab(start: Start) -> Lab:
    lab = opened(start)
    lab.add()
    lab.fake.clock.advance(60)
    return lab


def settings(lab: Lab, name: str) -> dict[str, Any]:
    found = dict(lab.fake.channel(name).more)
    if tags := found.get("available_tags"):
        found["available_tags"] = [each["name"] for each in tags]
    return found


def said(lab: Lab, name: str) -> list[str]:
    channel = lab.fake.channel(name)
    return [each.content for each in lab.fake.world.messages.values() if each.channel_id == channel.id]


def test_every_setting_is_as_the_template_says(lab: Lab) -> None:
    assert is_as_planned(lab)
    assert_matrix(lab)
    assert settings(lab, "news") == {"rate_limit_per_user": 60}
    assert settings(lab, "talk") == {"nsfw": True}
    assert settings(lab, "table") == {"user_limit": 7, "rate_limit_per_user": 5}
    assert settings(lab, "lore") == {"available_tags": ["places", "people"]}
    assert lab.fake.channel("lore").topic == "One post each"


def test_where_players_only_read_they_react_and_start_no_thread(lab: Lab) -> None:
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    may = lab.fake.player.permissions_in("news")
    assert may & Permission.VIEW_CHANNEL
    assert may & Permission.ADD_REACTIONS
    assert not may & (Permission.SEND_MESSAGES | Permission.CREATE_PUBLIC_THREADS | Permission.SEND_MESSAGES_IN_THREADS)
    assert lab.fake.gm.permissions_in("news") & Permission.SEND_MESSAGES


def test_where_players_only_read_they_only_read_after_an_archive_too(lab: Lab) -> None:
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    before = lab.fake.matrix()
    lab.do("campaign archive", campaign=categories(lab)[0])
    assert {lab.fake.matrix()[f"{NAME}/{each}"]["player"] for each in ("news", "talk")} == {Sight.READS}
    shown = lab.text(lab.do("campaign unarchive", campaign=categories(lab)[0]))
    assert "As before they only read" in shown
    assert "news" in shown
    assert "talk" not in shown
    assert lab.fake.matrix() == before
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", campaign=categories(lab)[0]))


def test_a_channel_that_the_gm_made_read_only_by_hand_is_not_opened_by_unarchive(lab: Lab) -> None:
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    spoil(lab, "talk", Overwrite(roles(lab)[0], 0, allow=Permission.VIEW_CHANNEL, deny=Permission.SEND_MESSAGES))
    for command in ("archive", "unarchive"):
        lab.do(f"campaign {command}", campaign=categories(lab)[0])
        assert lab.fake.matrix()[f"{NAME}/talk"]["player"] is Sight.READS


def test_first_messages_are_written_once_and_ping_nobody(lab: Lab) -> None:
    assert said(lab, "news") == ["Welcome! @all"]
    assert said(lab, "talk") == ["Say hello."]
    written = next(each for each in lab.fake.world.messages.values() if each.content == "Welcome! @all")
    assert not written.pinged.everyone
    spoil(lab, "talk", Overwrite(roles(lab)[0], 0, deny=Permission.VIEW_CHANNEL))
    assert "is repaired" in lab.text(lab.do("campaign doctor", campaign=categories(lab)[0], repair=True))
    assert said(lab, "talk") == ["Say hello."]


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", PASSING)
def test_a_creation_that_is_cut_off_anywhere_writes_each_first_message_once(
    start: Start, fault: str, every: Every
) -> None:
    for call in every(range(1, calls_of_a_creation(start) + 1)):
        lab = opened(start)
        lab.fake.faults.on("*", PASSING[fault](), call=call)
        lab.add()
        assert is_as_planned(lab), call
        assert (said(lab, "news"), said(lab, "talk")) == (["Welcome! @all"], ["Say hello."]), call


def test_what_could_not_be_finished_is_taken_back_with_its_first_messages(start: Start) -> None:
    lab = opened(start)
    lab.fake.faults.on("create_message", faults.refused(50013), call=2)
    shown = lab.add()
    assert "is there, all" in lab.text(shown)
    assert said(lab, "news")
    lab.press(shown, "Remove")
    assert is_gone(lab)


def calls_of_a_creation(start: Start) -> int:
    lab = opened(start)
    lab.add()
    return len(lab.calls())


def opened(start: Start) -> Lab:
    return start(Opening(bot_permissions=INVITED), channels={"default": CHANNELS})
