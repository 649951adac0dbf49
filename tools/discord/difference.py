"""What a registration would change, as people read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tools.discord.application import Command

# What Discord adds to a command.
_GIVEN = {"id", "application_id", "guild_id", "version", "dm_permission", "default_permission", "handler"}
# What Discord answers where nothing was said.
_DEFAULTS: Mapping[str, Any] = {"type": 1, "nsfw": False, "required": False, "autocomplete": False}
# What Discord chooses where nothing was said.
_CHOSEN = {"contexts", "integration_types"}
_UNORDERED = {"contexts", "integration_types", "channel_types"}


def name(command: Command) -> tuple[int, str]:
    """Return what tells commands apart: a user command may have the name of a slash command."""
    return command.get("type") or 1, command["name"]


def sendable(command: Command) -> Command:
    """Return a command that Discord answered as it takes it back."""
    return {key: value for key, value in command.items() if key not in _GIVEN and value is not None}


def lines(before: Sequence[Command], after: Sequence[Command]) -> Iterator[str]:
    """Yield a line for every command that is added or removed, and for everything in one that changes."""
    old, new = ({name(each): plain(each) for each in table} for table in (before, after))
    for key in (*new, *(key for key in old if key not in new)):
        shown = f"/{key[1]}" if key[0] == 1 else key[1]
        if key not in old:
            yield f"+ {shown}: {new[key].get('description', '')}"
        elif key not in new:
            yield f"- {shown}"
        else:
            known = {part: value for part, value in old[key].items() if part in new[key] or part not in _CHOSEN}
            yield from (f"~ {shown} {line}" for line in _changes("", known, new[key]))


def plain(command: Any) -> Any:
    """Return a command, or a part of one, without what Discord adds and what goes without saying."""
    if isinstance(command, dict):
        kept = {key: plain(value) for key, value in command.items() if key not in _GIVEN}
        kept |= {key: sorted(value) for key, value in kept.items() if key in _UNORDERED and isinstance(value, list)}
        return {
            key: value for key, value in kept.items() if value not in (None, [], {}) and not _is_default(key, value)
        }
    return [plain(each) for each in command] if isinstance(command, list) else command


def _is_default(key: str, value: Any) -> bool:
    return key in _DEFAULTS and value == _DEFAULTS[key] and type(value) is type(_DEFAULTS[key])


def _changes(place: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in (*new, *(key for key in old if key not in new)):
            yield from _changes(f"{place}.{key}" if place else key, old.get(key), new.get(key))
    elif _are_named(old, new) and _are_named(new, old):
        old, new = old or [], new or []
        if [each["name"] for each in old if each in new] != [each["name"] for each in new if each in old]:
            yield f"{place}: in another order"
        named = {each["name"]: each for each in old}, {each["name"]: each for each in new}
        yield from _changes(place, *named)
    elif old != new:
        yield f"{place}: {_shown(old)} → {_shown(new)}"


def _are_named(value: Any, other: Any) -> bool:
    """Whether it is a list of options or choices, or absent where the other is one."""
    if value is None:
        return isinstance(other, list)
    return isinstance(value, list) and all(isinstance(each, dict) and "name" in each for each in value)


def _shown(value: Any) -> str:
    if isinstance(value, dict) and "name" in value:
        return f'"{value.get("description", value["name"])}"'
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)
