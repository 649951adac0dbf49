"""config/campaign_channels.yaml: the channels that campaigns get. There are no others to fall back to.

channels: […]                      what a campaign gets for which no template was chosen: "default"
templates: {one-shot: {channels: […]}, …}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# https://docs.discord.com/developers/resources/channel#channel-object-channel-types
TYPES = {"text": 0, "voice": 2, "announcement": 5, "stage": 13, "forum": 15}
SPOKEN = frozenset({"voice", "stage"})
DEFAULT = "default"
MAX_CHANNELS = 50
MAX_TEMPLATES = 24  # beside the default: an option of a command offers 25 choices
MAX_NAME = 100
TEMPLATE_NAME = re.compile("[a-z0-9][a-z0-9-]{0,19}")  # so that the custom_id of a button can hold it
KEYS = {"name": str, "type": str, "gm_only": bool, "description": str}

Place = tuple[str | int, ...]
Templates = dict[str, tuple["Channel", ...]]


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
        return self.type not in SPOKEN


def load(path: Path) -> Templates:
    """Read the channels of every template in their order, the default's first; raise TemplateError with every fault."""
    with path.open("rb") as file:
        try:
            raw = yaml.load(file, Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            raise TemplateError(f"{path}: {error}") from error
    if found := [f"{path}: {'.'.join(map(str, place))}: {what}" for place, what in faults(raw)]:
        raise TemplateError("\n".join(found))
    named = {DEFAULT: raw, **raw.get("templates", {})}
    return {name: tuple(Channel(**each) for each in template["channels"]) for name, template in named.items()}


def faults(raw: Any) -> Iterator[tuple[Place, str]]:
    """Yield where something is wrong, as keys and positions, and what."""
    if not isinstance(raw, dict):
        yield (), "is not keys and values"
        return
    yield from _unknown((), raw, ("channels", "templates"))
    yield from _channels((), raw)
    templates = raw.get("templates", {})
    if not isinstance(templates, dict) or len(templates) > MAX_TEMPLATES:
        yield ("templates",), f"needs at most {MAX_TEMPLATES} templates by name"
        return
    for name, template in templates.items():
        place: Place = ("templates", name)
        if name == DEFAULT or not (isinstance(name, str) and TEMPLATE_NAME.fullmatch(name)):
            yield place, f"a template's name has at most 20 of a-z, 0-9 and -, and is not {DEFAULT}"
        if not isinstance(template, dict):
            yield place, "is not keys and values"
        else:
            yield from _unknown(place, template, ("channels",))
            yield from _channels(place, template)


def _channels(place: Place, template: Mapping[Any, Any]) -> Iterator[tuple[Place, str]]:
    channels, place = template.get("channels"), (*place, "channels")
    if not isinstance(channels, list) or not 0 < len(channels) <= MAX_CHANNELS:
        yield place, f"needs a list of 1 to {MAX_CHANNELS} channels"
        return
    names: dict[tuple[bool, str], int] = {}
    for at, channel in enumerate(channels):
        if not isinstance(channel, dict):
            yield (*place, at), "is not keys and values"
            continue
        yield from _channel((*place, at), channel)
        # Text takes the place of a forum that a server does not have, and voice that of a stage.
        key = str(channel.get("type")) in SPOKEN, "-".join(str(channel.get("name", at)).casefold().split())
        if (first := names.setdefault(key, at)) != at:
            yield (*place, at, "name"), f"is the name of {'.'.join(map(str, (*place, first)))} already"


def _channel(place: Place, raw: Mapping[Any, Any]) -> Iterator[tuple[Place, str]]:
    yield from _unknown(place, raw, KEYS)
    for key, kind in KEYS.items():
        if key in raw and not isinstance(raw[key], kind):
            yield (*place, key), f"needs {'true or false' if kind is bool else 'text'}"
    name = str(raw.get("name", ""))
    if not name.strip() or len(name) > MAX_NAME:
        yield (*place, "name"), f"needs 1 to {MAX_NAME} characters"
    if str(raw.get("type")) not in TYPES:
        yield (*place, "type"), f"needs one of {', '.join(TYPES)}"
    longest = 4096 if raw.get("type") == "forum" else 1024
    if len(str(raw.get("description", ""))) > longest:
        yield (*place, "description"), f"takes at most {longest} characters"


def _unknown(place: Place, raw: Mapping[Any, Any], known: Any) -> Iterator[tuple[Place, str]]:
    for key in raw:
        if key not in known:
            yield (*place, key), f"is unknown; use {', '.join(known)}"
