"""Every answer ends and fits, at ten times what it holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from channelwright.campaign import templates
from channelwright.campaign.overwrites import KEEPING
from channelwright.discord.text import MAX_CONTENT
from channelwright.language import LOCALES, say, speaking
from tests.bot.by_hand import drop
from tests.bot.outcomes import categories
from tools.fake_discord import CATEGORY, Channel, Overwrite, Permission, Role

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tools.fake_discord import Guild


def long_template(count: int) -> tuple[templates.PlannedChannel, ...]:
    """Make as many channels as a category takes, with the longest names."""
    return tuple(
        templates.PlannedChannel(
            name=f"{number:02}-{'n' * 97}", type="text", players="none" if number % 2 == 0 else "write"
        )
        for number in range(count)
    )


def answered(lab: Lab) -> list[str]:
    """Return every text that the bot showed."""
    texts = [each.asked["content"] for each in lab.fake.calls("update_original_webhook_message")]
    assert all(len(text) <= MAX_CONTENT for text in texts)
    return texts


@pytest.mark.parametrize("count", [0, 1, 2, 23, 24, 25, 60])
def test_a_list_of_any_number_of_campaigns_ends_and_fits(start: Start, count: int) -> None:
    lab = start(channels={"default": (templates.PlannedChannel(name="notes", type="text"),)})
    for number in range(count):
        lab.add(f"{number:03} {'N' * 88}")
    text = lab.text(lab.do("campaign list"))
    assert f"({count}" in text or not count
    assert answered(lab)


@pytest.mark.sliced(1, per=["count"])
@pytest.mark.parametrize("locale", ["en-US", *(path.stem for path in LOCALES.glob("*.json"))])
@pytest.mark.parametrize("count", [0, 1, 24, 500])
def test_every_campaign_is_on_one_page_of_the_list_in_every_language(start: Start, count: int, locale: str) -> None:
    lab = start()
    lab.fake.speak(lab.fake.gm, locale)
    names = [f"{number:03} {'N' * 88}" for number in range(count)]
    lab.fake.change(lambda guild: with_campaigns(lab, guild, names))
    shown, pages = lab.do("campaign list"), []
    for _ in range(count + 1):
        message = lab.fake.message_of(shown)
        assert message is not None
        pages.append(message.content)
        if len(message.buttons) < 1 + (len(pages) > 1):  # one page back, and one on
            break
        lab.press(shown, message.buttons[-1]["label"])
    assert [text.count(name) for name in names for text in pages if name in text] == [1] * count
    assert all(len(text) <= MAX_CONTENT for text in pages)
    assert answered(lab)


@pytest.mark.parametrize("count", [2, 48])
def test_the_note_has_room_for_every_channel_that_somebody_wants_as_it_is(start: Start, count: int) -> None:
    lab = start(channels={"default": long_template(count)})
    lab.add("Tomb")
    lab.fake.clock.advance(60)
    where = categories(lab, "Tomb")[0]
    for channel in lab.fake.children(where.id):
        closed = tuple(each for each in channel.overwrites if each.type == 1 or each.id == lab.fake.guild_id)
        lab.fake.change(lambda guild: guild.with_channel(replace(channel, overwrites=closed)))  # noqa: B023
    shown = lab.do("campaign doctor", campaign=where)
    assert "nothing is wrong" in lab.text(lab.press(shown, "This is how I want it"))
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", campaign=where, repair=True))


def with_campaigns(lab: Lab, guild: Guild, names: list[str]) -> Guild:
    """Put in campaigns as the bot makes them, more than there is room for in a server."""
    for name in names:
        role = Role(lab.fake.world.snowflakes.next(), f"{name} Members")
        there = (
            Overwrite(guild.id, 0, 0, int(Permission.VIEW_CHANNEL)),
            Overwrite(role.id, 0, int(Permission.VIEW_CHANNEL)),
            Overwrite(lab.fake.bot.id, 1, KEEPING),
        )
        category = Channel(lab.fake.world.snowflakes.next(), CATEGORY, name, overwrites=there)
        guild = guild.with_role(role).with_channel(category)
    return guild


@pytest.mark.sliced(1, per=["count"])
@pytest.mark.parametrize("locale", ["en-US", *(path.stem for path in LOCALES.glob("*.json"))])
@pytest.mark.parametrize("count", [1, 20, 48])
def test_every_answer_about_a_template_of_any_size_ends_and_fits(start: Start, count: int, locale: str) -> None:
    lab = start(channels={"default": long_template(count)})
    lab.fake.speak(lab.fake.gm, locale)
    name = "N" * 92
    lab.add(name, preview=True)
    with speaking(locale):
        ready, well = say("**{campaign}** is ready.", campaign=name), say("nothing is wrong.")
        agreed = say("Delete {count} channels", count=count)
    assert ready in lab.text(lab.add(name))
    where = categories(lab, name)[0]
    lab.fake.clock.advance(60)
    assert well in lab.text(lab.do("campaign doctor", campaign=where))
    for channel in lab.fake.children(where.id)[: count // 2]:
        drop(lab, channel.id)
    lab.do("campaign doctor", campaign=where)
    lab.do("campaign doctor", campaign=where, repair=True)
    for line in ("campaign archive", "campaign unarchive", "campaign list"):
        lab.do(line, **({} if line.endswith("list") else {"campaign": where}))
    shown = lab.do("delete-campaign", campaign=where)
    lab.press(shown, agreed)
    assert not categories(lab, name), lab.text(shown)
    assert answered(lab)
