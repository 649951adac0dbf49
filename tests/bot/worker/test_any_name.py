"""Whatever people call campaigns and channels: every answer ends and fits, says what it is about, names as names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.campaign import templates
from channelwright.discord.text import MAX_CONTENT, plain
from channelwright.language import LOCALES
from channelwright.permission_bits import INVITED
from tests.bot.by_hand import drop, spoil
from tests.bot.outcomes import strays
from tests.bot.worker.test_sizes import answered
from tools.fake_discord import CATEGORY, Opening, Overwrite, Permission

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tools.fake_discord import Channel, Interaction

SIGNS = "**_~~||`<@&1>[x](http://e.x){why}>#🗺️ü"
NAME = (SIGNS * 9)[:92]
PEOPLE_WRITE = int(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
# What Discord would make more of than its signs, without a backslash before it.
ACTING = re.compile(r"(?<!\\)(\|\||~~|<@&1>|\[x\]|://e|_)")
OURS = re.compile(r"https://discord\.com/\S+|`[^`]*`")
KINDS = ("voice", "text", "forum", "announcement", "stage")
BACKSLASHED = re.compile(r"\\([^0-9A-Za-z\s])")


def wild(count: int) -> tuple[templates.PlannedChannel, ...]:
    """Return channels of every kind, with the longest names and all signs in them."""
    return tuple(
        templates.PlannedChannel(
            name=f"{number:02}{SIGNS * 9}"[:100], type=KINDS[number % 5], players=("none", "write", "read")[number % 3]
        )
        for number in range(count)
    )


def opened(start: Start, locale: str) -> tuple[Lab, Channel]:
    """Make a campaign in a server that has no announcements and no stages."""
    lab = start(Opening(bot_permissions=INVITED), channels={"default": wild(50)})
    for who in (lab.fake.gm, lab.fake.admin, lab.fake.player):
        lab.fake.speak(who, locale)
    lab.add(NAME, preview=True)
    assert plain(NAME) in lab.text(lab.add(NAME))
    lab.fake.clock.advance(60)
    return lab, named(lab, NAME)


def named(lab: Lab, name: str) -> Channel:
    return next(each for each in lab.fake.channels if each.type == CATEGORY and each.name == name)


def pressed(lab: Lab, shown: Interaction, at: int = 0, who: Any = None) -> Interaction:
    message = lab.fake.message_of(shown)
    assert message is not None
    return lab.press(shown, message.buttons[at]["label"], who)


def assert_shown(lab: Lab) -> None:
    for text in (*answered(lab), *(each.content for each in lab.fake.messages)):
        assert len(text) <= MAX_CONTENT
        assert text.strip()[:1] not in {"", "…"}
        assert not ACTING.search(OURS.sub("", text.replace("\\`", ""))), text


@pytest.mark.parametrize("locale", ["en-US", *(path.stem for path in LOCALES.glob("*.json"))])
def test_every_command_answers_about_fifty_channels_of_any_name(start: Start, locale: str) -> None:
    lab, where = opened(start, locale)
    lab.add(NAME)
    lab.add("Clone", like=where, preview=True)
    for line, options in about(lab):
        text = lab.text(lab.do(f"campaign {line}", campaign=where, **options))
        assert plain(NAME) in text, line
    pressed(lab, lab.do("campaign session", campaign=where, when="2027-01-30 19:30", zone="UTC"))
    assert [each.name for each in lab.fake.world.events.values()] == [NAME]
    for line in ("sessions", "invite"):
        lab.do(f"campaign {line}", campaign=where)
    damage(lab, where)
    for line, options in (("doctor", {}), ("doctor", {"repair": True}), ("archive", {}), ("unarchive", {})):
        assert plain(NAME) in lab.text(lab.do(f"campaign {line}", campaign=where, **options)), line
    assert plain(NAME[::-1]) in lab.text(lab.do("campaign rename", campaign=where, name=NAME[::-1]))
    assert_shown(lab)


def about(lab: Lab) -> list[tuple[str, dict[str, Any]]]:
    player = lab.fake.player
    return [
        ("add-player", {"player": player}),
        ("doctor", {"who": player}),  # which refuses it, to who sees what it is called
        ("remove-player", {"player": player}),
        ("add-gm", {"gm": player}),
        ("remove-gm", {"gm": player}),
        ("doctor", {}),
        ("archive", {}),
        ("unarchive", {}),
    ]


def damage(lab: Lab, where: Channel) -> None:
    """Delete half of the channels but that of the note, and let a guest write in the others, whom all see."""
    for at, each in enumerate(lab.fake.children(where.id)[1:]):
        if at % 2:
            drop(lab, each.id)
        else:
            spoil(lab, each.id, Overwrite(lab.fake.stranger.id, 1, PEOPLE_WRITE), without=lab.fake.guild_id)


@pytest.mark.parametrize("locale", ["en-US", *(path.stem for path in LOCALES.glob("*.json"))])
def test_what_was_put_together_again_is_deleted_as_a_whole(start: Start, locale: str) -> None:
    """Its channels are older than its new category, and the bot's nevertheless."""
    lab, where = opened(start, locale)
    drop(lab, where.id)
    pressed(lab, lab.do("campaign list", who=lab.fake.admin), -1, lab.fake.admin)
    where = named(lab, NAME)
    assert len(lab.fake.children(where.id)) == 50
    shown = lab.do("delete-campaign", campaign=where)
    assert lab.text(shown).count("- <#") == 50
    assert lab.fake.message_of(shown).buttons[0]["label"].count("50") == 1  # type: ignore[union-attr] # it was answered
    assert "50" in lab.text(pressed(lab, shown))
    assert not strays(lab)
    assert_shown(lab)


@pytest.mark.parametrize("name", [NAME, "Tomb", r"a\b", "gm_notes (old)", "1. #x > y", "*", "\\"])
def test_a_plain_name_is_read_as_it_is(name: str) -> None:
    """Discord takes a backslash away before any sign that is no letter, digit or space, and the sign's meaning."""
    assert BACKSLASHED.sub(r"\1", plain(name)) == name
