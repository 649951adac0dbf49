"""The commands in every language that the bot speaks, as Discord takes them.

https://docs.discord.com/developers/interactions/application-commands#localization
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from channelwright.language import LOCALES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Json = dict[str, Any]


def localized(table: Sequence[Mapping[str, Any]], folder: Path = LOCALES) -> list[Json]:
    """Return the table with what the files in a folder say of it; raise KeyError for what one of them leaves out."""
    commands = [copy.deepcopy(dict(each)) for each in table]
    for path in sorted(folder.glob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        for command in commands:
            _say(command, said, path.stem)
    return commands


def _say(part: Json, said: Mapping[str, Any], locale: str) -> None:
    """Put the names and descriptions of a command or an option, and of all that is in it, beside its own."""
    own = said["commands"]
    _put(part, "name_localizations", own["names"][part["name"]], locale)
    _put(part, "description_localizations", own["descriptions"][part["description"]], locale)
    for option in part.get("options", ()):
        _say(option, said, locale)
    for choice in part.get("choices", ()):
        if choice["name"] in said["texts"]:  # names of templates are what their file calls them
            _put(choice, "name_localizations", said["texts"][choice["name"]], locale)


def _put(part: Json, key: str, text: str, locale: str) -> None:
    part.setdefault(key, {})[locale] = text
