"""Commands that are registered, and what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.fake_discord import FakeDiscord


BYE: dict[str, Any] = {"name": "bye", "description": "Say goodbye"}


def names(table: list[dict[str, Any]]) -> list[str]:
    return [each["name"] for each in table]


def writes(fake: FakeDiscord) -> list[str]:
    return [each.operation for each in fake.calls() if each.method != "GET"]
