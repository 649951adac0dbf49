"""What people see, drawn in a terminal: messages with names for ids, the tree of channels, who sees what."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MARKS = {"writes": "writes", "reads": "reads", "hidden": "-"}
_MOMENT = re.compile(r"<t:([0-9]{1,11})(?::([tTdDfFR]))?>")
_MENTION = re.compile(r"<(@&|@|#)(\d+)>")


def message(text: str, guild: Mapping[str, Any]) -> str:
    """Write a message as the client shows it: names where it has ids."""
    names = {each["id"]: f"#{each['name']}" for each in guild["channels"]}
    names |= {each["id"]: f"@{each['name'].lstrip('@')}" for each in [*guild["roles"], *guild["members"]]}
    return _MOMENT.sub(_moment, _MENTION.sub(lambda found: names.get(found[2], found[0]), text))


def _moment(found: re.Match[str]) -> str:
    """Write a time in this machine's zone, as a client does in its reader's; how long it is until then in days."""
    if found[2] == "R":
        days = round((int(found[1]) - time.time()) / 86_400)
        return f"in {days} days" if days > 0 else "about now"
    return datetime.fromtimestamp(int(found[1]), UTC).astimezone().strftime("%A, %d %B %Y %H:%M")


def indented(text: str) -> str:
    return "\n".join(f"  │ {line}" for line in text.splitlines())


def tree(guild: Mapping[str, Any], viewers: tuple[str, ...]) -> Iterator[str]:
    """Yield the channels in order, a line each, and beside each what it is to every viewer."""
    rows = [(_title(each), [MARKS[each["sight"][viewer]] for viewer in viewers]) for each in guild["channels"]]
    width = max(len(title) for title, _ in rows)
    columns = [max(len(each), 6) for each in viewers]
    yield _row(guild["name"], list(viewers), width, columns)
    yield _row("─" * width, ["─" * each for each in columns], width, columns)
    for title, sights in rows:
        yield _row(title, sights, width, columns)


def _title(channel: Mapping[str, Any]) -> str:
    indent = "  " if channel.get("parent_id") else ""
    lock = ", private" if channel["private"] else ""
    return f"{indent}{channel['name']} ({channel['type_name']}{lock})"


def _row(title: str, cells: list[str], width: int, columns: list[int]) -> str:
    shown = "  ".join(cell.ljust(column) for cell, column in zip(cells, columns, strict=True))
    return f"{title.ljust(width)}  {shown}".rstrip()
