"""Check the channels that campaigns get: `python -m tools.campaign_channels config/campaign_channels.yaml`.

    config/campaign_channels.yaml:12: channels.2.type: needs one of text, voice, announcement, stage, forum

Every fault is told at once with its line, on stderr, and the exit code is 1; warnings go to stdout. What is allowed
is the bot's own rule (channelwright.campaign.templates); here it gets line numbers, and what only a file can have is
added: a key that is there twice, and a name that Discord would keep in another form.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from channelwright.campaign import template_rules
from channelwright.campaign.template_rules import SPOKEN, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channelwright.campaign.template_rules import Place

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Observed, not documented: https://github.com/discord/discord-api-docs/issues/1646
DROPPED = re.compile(r"""[!"#$%&'()*+,./:;<=>?@\[\\\]^`{|}~]""")


@dataclass(frozen=True, order=True)
class Finding:
    line: int
    text: str


def main(arguments: list[str]) -> int:
    path = Path(arguments[0])
    faults, warnings = check(path)
    for stream, title, findings in ((sys.stderr, "", faults), (sys.stdout, "warning: ", warnings)):
        for each in findings:
            print(f"{path}:{each.line}: {title}{each.text}", file=stream)
    return 1 if faults else 0


def check(path: Path) -> tuple[list[Finding], list[Finding]]:
    """Return the faults and the warnings, by line."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = yaml.compose(text, Loader=LOADER)
        raw = yaml.load(text, Loader=LOADER)  # noqa: S506 - a SafeLoader, in C
    except (OSError, UnicodeDecodeError) as error:
        return [Finding(1, str(error))], []
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return [Finding(mark.line + 1 if mark else 1, f"is not YAML: {error.problem}")], []
    except yaml.YAMLError as error:
        return [Finding(1, f"is not YAML: {error}")], []
    found = dict(template_rules.faults(raw))
    lost, changed = _rewritten(raw)
    changed |= {place: what for place, channels in _lists(raw) for what in _silent(channels)}
    faults, warnings = (
        [Finding(_line(tree, place), _shown(place, what)) for place, what in each.items()]
        for each in (lost | found, changed)
    )
    return sorted([*faults, *_twice(tree, ())]), sorted(warnings)


def kept_name(name: str, kind: str) -> str:
    """Return a channel's name as Discord keeps it."""
    if kind in SPOKEN:
        return name.strip()
    return re.sub(r"[\s-]+", "-", DROPPED.sub("", name.strip()).strip()).lower()


def _rewritten(raw: Any) -> tuple[dict[Place, str], dict[Place, str]]:
    """Return the names that Discord would rewrite to nothing, or to one that is taken; and the others, to warn of."""
    lost: dict[Place, str] = {}
    changed: dict[Place, str] = {}
    for start, channels in _lists(raw):
        taken: dict[tuple[bool, str], int] = {}
        for at, channel in enumerate(channels):
            if not _is_named(channel):
                continue
            name, kept, place = channel["name"], kept_name(channel["name"], channel["type"]), (*start, at, "name")
            first = taken.setdefault((channel["type"] in SPOKEN, kept), at)
            if not kept.strip("-"):
                lost[place] = f'Discord would keep nothing of "{name}"'
            elif first != at:
                lost[place] = f'will be "{kept}", and so will {".".join(map(str, (*start, first)))}'
            elif kept != name:
                changed[place] = f'Discord will make it "{kept}"'
    return lost, changed


def _silent(channels: list[Any]) -> Iterator[str]:
    """Yield what a template lacks as a whole, though nothing forbids it: somewhere to see, to write, or to read."""
    known = [each for each in channels if isinstance(each, dict)]
    seen = [each.get("players", "none" if each.get("gm_only") is True else "write") for each in known]
    if set(seen) == {"none"}:
        yield "players would see nothing of it: every channel is the GM's alone"
    elif known and "write" not in seen:
        yield "players could write nowhere: they only read"
    elif known and all(str(each.get("type")) in SPOKEN for each in known):
        yield "has no channel for text: the bot's note, and what people write, is in the chat of a voice channel"


def _lists(raw: Any) -> Iterator[tuple[Place, list[Any]]]:
    """Yield every list of channels that is one, and its place."""
    whole = raw if isinstance(raw, dict) else {}
    named = whole.get("templates")
    places: dict[Place, Any] = {(): whole}
    places |= {("templates", name): each for name, each in named.items()} if isinstance(named, dict) else {}
    for place, template in places.items():
        if isinstance(template, dict) and isinstance(template.get("channels"), list):
            yield (*place, "channels"), template["channels"]


def _is_named(channel: Any) -> bool:
    return isinstance(channel, dict) and isinstance(channel.get("name"), str) and str(channel.get("type")) in TYPES


def _line(tree: yaml.Node | None, place: Place) -> int:
    """Return the line of the key or item at a place, or of the nearest thing around it."""
    line = 1
    for step in place:
        found = _step(tree, step)
        if found is None:
            break
        line, tree = found
    return line


def _step(tree: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(tree, yaml.MappingNode):
        for key, value in tree.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    elif isinstance(tree, yaml.SequenceNode) and isinstance(step, int) and step < len(tree.value):
        item = tree.value[step]
        return item.start_mark.line + 1, item
    return None


def _twice(tree: yaml.Node | None, place: Place) -> Iterator[Finding]:
    """Yield the keys that are in one mapping twice, of which YAML silently takes the last."""
    if isinstance(tree, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in tree.value:
            line = key.start_mark.line + 1
            if (first := seen.setdefault(str(key.value), line)) != line:
                yield Finding(line, _shown((*place, str(key.value)), f"is in line {first} already"))
            yield from _twice(value, (*place, str(key.value)))
    elif isinstance(tree, yaml.SequenceNode):
        for at, item in enumerate(tree.value):
            yield from _twice(item, (*place, at))


def _shown(place: Place, what: str) -> str:
    return f"{'.'.join(map(str, place))}: {what}" if place else what


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
