"""What became of an interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.fake_discord import FakeDiscord, Interaction


def original(fake: FakeDiscord, interaction: Interaction) -> str:
    return f"/webhooks/{fake.application.id}/{interaction.token}/messages/@original"
