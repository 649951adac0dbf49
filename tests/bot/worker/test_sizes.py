"""Every answer ends and fits, at ten times what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from channelwright.campaign.templates import Channel
from channelwright.discord.text import MAX_CONTENT
from tests.bot.by_hand import drop
from tests.bot.outcomes import categories

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start


def long_template(count: int) -> tuple[Channel, ...]:
    """Make as many channels as a category takes, with the longest names."""
    return tuple(
        Channel(name=f"{number:02}-{'n' * 97}", type="text", players="none" if number % 2 == 0 else "write")
        for number in range(count)
    )


def answered(lab: Lab) -> list[str]:
    """Return every text that the bot showed."""
    texts = [each.asked["content"] for each in lab.fake.calls("update_original_webhook_message")]
    assert all(len(text) <= MAX_CONTENT for text in texts)
    return texts


@pytest.mark.parametrize("count", [0, 1, 2, 23, 24, 25, 60])
def test_a_list_of_any_number_of_campaigns_ends_and_fits(start: Start, count: int) -> None:
    lab = start(channels={"default": (Channel(name="notes", type="text"),)})
    for number in range(count):
        lab.add(f"{number:03} {'N' * 88}")
    text = lab.text(lab.do("campaign list"))
    assert f"({count}" in text or not count
    assert answered(lab)


@pytest.mark.parametrize("count", [1, 2, 20, 45, 48])
def test_every_answer_about_a_template_of_any_size_ends_and_fits(start: Start, count: int) -> None:
    lab = start(channels={"default": long_template(count)})
    name = "N" * 92
    lab.add(name, preview=True)
    assert "is ready" in lab.text(lab.add(name))
    where = categories(lab, name)[0]
    lab.fake.clock.advance(60)
    assert "nothing is wrong" in lab.text(lab.do("campaign doctor", campaign=where))
    for channel in lab.fake.children(where.id)[: count // 2]:
        drop(lab, channel.id)
    lab.do("campaign doctor", campaign=where)
    lab.do("campaign doctor", campaign=where, repair=True)
    for line in ("campaign archive", "campaign unarchive", "campaign list"):
        lab.do(line, **({} if line.endswith("list") else {"campaign": where}))
    shown = lab.do("delete-campaign", campaign=where)
    lab.press(shown, f"Delete {count} channels")
    assert not categories(lab, name), lab.text(shown)
    assert answered(lab)
