"""What Discord offers while somebody types: the templates, which ship with the code.

https://docs.discord.com/developers/interactions/application-commands#autocomplete
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

MAX_CHOICES, MAX_LABEL = 25, 100


def offered(data: Mapping[str, Any], path: Path) -> list[dict[str, str]]:
    """Return the templates whose name has the typed text in it, each with its channels; none for another option."""
    options = data.get("options")
    typed = [each for each in options if _is_typed(each)] if isinstance(options, list) else []
    if not typed:
        return []
    text = str(typed[0].get("value", "")).strip().casefold()
    fitting = [(name, channels) for name, channels in _templates(path).items() if text in name]
    found = sorted(fitting, key=lambda each: not each[0].startswith(text))
    return [{"name": _cut(f"{name}: {channels}"), "value": name} for name, channels in found[:MAX_CHOICES]]


def _is_typed(option: object) -> bool:
    return isinstance(option, dict) and option.get("name") == "template" and option.get("focused") is True


@lru_cache(maxsize=1)
def _templates(path: Path) -> dict[str, str]:
    """Return the channels' names by the template's. What the file may say, the worker checks when it starts."""
    import yaml  # few people type here, and a start pays for each module

    raw = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    named = {"default": raw, **raw.get("templates", {})}
    return {name: ", ".join(each["name"] for each in template["channels"]) for name, template in named.items()}


def _cut(text: str) -> str:
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}…"
