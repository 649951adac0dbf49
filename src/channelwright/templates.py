"""config/campaign_channels.yaml: the channels that a campaign gets. There are no others to fall back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# https://docs.discord.com/developers/resources/channel#channel-object-channel-types
TYPES = {"text": 0, "voice": 2, "announcement": 5, "stage": 13, "forum": 15}
MAX_CHANNELS = 50
MAX_TOPIC = 1024
KEYS = {"name": str, "type": str, "gm_only": bool, "description": str}


class TemplateError(Exception):
    """Says everything that is wrong with the file."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    name: str
    type: str
    gm_only: bool = False
    description: str = ""

    @property
    def has_topic(self) -> bool:
        return self.type not in {"voice", "stage"}


def load(path: Path) -> tuple[Channel, ...]:
    """Read the channels in their order; raise TemplateError with every fault."""
    with path.open("rb") as file:
        try:
            raw = yaml.load(file, Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            raise TemplateError(f"{path}: {error}") from error
    channels = raw.get("channels") if isinstance(raw, dict) else None
    if not isinstance(channels, list) or not 0 < len(channels) <= MAX_CHANNELS:
        raise TemplateError(f"{path}: needs `channels`, a list of 1 to {MAX_CHANNELS}")
    if faults := [f"{path}: channel {at}: {fault}" for at, each in enumerate(channels, 1) for fault in _faults(each)]:
        raise TemplateError("\n".join(faults))
    return tuple(Channel(**each) for each in channels)


def _faults(raw: Any) -> Iterator[str]:
    if not isinstance(raw, dict):
        yield "is not keys and values"
        return
    for key in raw.keys() - KEYS.keys():
        yield f"unknown key {key}; use {', '.join(KEYS)}"
    for key, kind in KEYS.items():
        if key in raw and not isinstance(raw[key], kind):
            yield f"{key} is not {kind.__name__}"
    if not 1 <= len(str(raw.get("name", ""))) <= 100:
        yield "name needs 1 to 100 characters"
    if str(raw.get("type")) not in TYPES:
        yield f"type needs one of {', '.join(TYPES)}"
    if len(str(raw.get("description", ""))) > MAX_TOPIC:
        yield f"description takes at most {MAX_TOPIC} characters"
