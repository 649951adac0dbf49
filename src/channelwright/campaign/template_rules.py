"""What config/campaign_channels.yaml may say, by Discord's limits.

https://docs.discord.com/developers/resources/channel#channel-object-channel-structure
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

# https://docs.discord.com/developers/resources/channel#channel-object-channel-types
TYPES = {"text": 0, "voice": 2, "announcement": 5, "stage": 13, "forum": 15}
TAGGED = TYPES["forum"]
SPOKEN = frozenset({"voice", "stage"})
DEFAULT = "default"
MAX_CHANNELS = 50
MAX_TEMPLATES = 24  # beside the default: an option of a command offers 25 choices
MAX_NAME, MAX_MESSAGE = 100, 2000
MAX_TAGS, MAX_TAG = 20, 20
TEMPLATE_NAME = re.compile("[a-z0-9][a-z0-9-]{0,19}")  # so that the custom_id of a button can hold it
PLAYERS = ("write", "read", "none")
KEYS: dict[str, type] = {
    "name": str,
    "type": str,
    "players": str,
    "description": str,
    "slowmode": int,
    "age_restricted": bool,
    "tags": list,
    "user_limit": int,
    "message": str,
    "gm_only": bool,
}
WORDS = {str: "text", bool: "true or false", int: "a whole number", list: "a list"}
FORMER = "gm_only"  # true is what players: none says now
# By key and type of channel the largest number.
MOST = {
    "slowmode": {"text": 21600, "voice": 21600, "stage": 21600, "forum": 21600},
    "user_limit": {"voice": 99, "stage": 10_000},
}

Place = tuple[str | int, ...]


def faults(raw: object) -> Iterator[tuple[Place, str]]:
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


def _channels(place: Place, template: Mapping[object, object]) -> Iterator[tuple[Place, str]]:
    channels, place = template.get("channels"), (*place, "channels")
    if not isinstance(channels, list) or not 0 < len(channels) <= MAX_CHANNELS:
        yield place, f"needs a list of 1 to {MAX_CHANNELS} channels"
        return
    if all(isinstance(each, dict) and each.get("type") == "forum" for each in channels):
        yield place, "needs a channel that is no forum: a campaign keeps the bot's note in a message"
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


def _channel(place: Place, raw: Mapping[object, object]) -> Iterator[tuple[Place, str]]:
    yield from _unknown(place, raw, KEYS)
    wrong = {key for key, kind in KEYS.items() if key in raw and not _is(raw[key], kind)}
    yield from (((*place, key), f"needs {WORDS[KEYS[key]]}") for key in KEYS if key in wrong)
    name = str(raw.get("name", ""))
    if not name.strip() or len(name) > MAX_NAME:
        yield (*place, "name"), f"needs 1 to {MAX_NAME} characters"
    if str(raw.get("type")) not in TYPES:
        yield (*place, "type"), f"needs one of {', '.join(TYPES)}"
    yield from _settings(place, {key: raw[key] for key in raw if key not in wrong}, str(raw.get("type")))


def _settings(place: Place, raw: Mapping[Any, Any], kind: str) -> Iterator[tuple[Place, str]]:
    """Yield what a channel of this type cannot have, among what is of its form."""
    if raw.get("players", "write") not in PLAYERS:
        yield (*place, "players"), f"needs one of {', '.join(PLAYERS)}"
    if "players" in raw and "gm_only" in raw:
        yield (*place, "gm_only"), "is said by players already"
    for key, longest in (("description", 4096 if kind == "forum" else 1024), ("message", MAX_MESSAGE)):
        if len(raw.get(key, "")) > longest:
            yield (*place, key), f"takes at most {longest} characters"
    for key in MOST.keys() & raw.keys() if kind in TYPES else ():
        most = MOST[key]
        if not 0 <= raw[key] <= most.get(kind, -1):
            yield (*place, key), f"needs 0 to {most[kind]}" if kind in most else f"is for {', '.join(most)} alone"
    if "message" in raw and kind == "forum":
        yield (*place, "message"), "has no place in a forum, which holds posts"
    if "tags" in raw:
        yield from _tags((*place, "tags"), raw["tags"], kind)


def _tags(place: Place, tags: list[object], kind: str) -> Iterator[tuple[Place, str]]:
    if kind in TYPES and kind != "forum":
        yield place, "is for forum alone"
    elif len(tags) > MAX_TAGS or len(tags) != len(set(map(str, tags))):
        yield place, f"needs at most {MAX_TAGS} different tags"
    else:
        for at, tag in enumerate(tags):
            if not isinstance(tag, str) or not tag.strip() or len(tag) > MAX_TAG:
                yield (*place, at), f"needs 1 to {MAX_TAG} characters"


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _unknown(place: Place, raw: Mapping[Any, object], known: Collection[str]) -> Iterator[tuple[Place, str]]:
    for key in raw:
        if key not in known:
            yield (*place, key), f"is unknown; use {', '.join(each for each in known if each != FORMER)}"
