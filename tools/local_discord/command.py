"""A single command, as somebody types it: `add-campaign --name "Curse of Strahd" --gm alice`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from tools.local_discord import terminal
from tools.local_discord.client import NotPossibleError, content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.local_discord.client import Door

STRING, INTEGER, BOOLEAN, USER, CHANNEL = 3, 4, 5, 6, 7
_PATIENCE_SECONDS = 120


def play(door: Door, line: str, rest: Sequence[str]) -> int:
    """Play it and show what its user reads; return 1 where Discord got no answer. Who is not a member joins first."""
    state = door.ask("state")
    described = _described(state, line)
    options = _parsed(described, line, rest)
    who = options.pop("as")
    given = {
        each["name"]: _value(door, state, each, options[each["name"]]) for each in described if options[each["name"]]
    }
    _joined(door, state, who)
    shown = door.command(who, line, **given)
    if shown["state"] == "dead":
        print(f"The application did not respond: {shown['failure']}")
        return 1
    for seen in door.watched(shown["id"], _is_last, _PATIENCE_SECONDS):
        print(terminal.indented(terminal.message(content(seen), door.ask("state")["guild"])), flush=True)
    return 0


def _is_last(text: str) -> bool:
    return bool(text) and "`[" not in text


def _described(state: dict[str, Any], line: str) -> list[dict[str, Any]]:
    """Return the options of a command; raise NotPossibleError, naming the commands, where there is no such."""
    every = [each for scope in state["commands"].values() for each in scope]
    known: dict[str, list[dict[str, Any]]] = {}
    for command in every:
        for option in command.get("options") or ():
            if option["type"] == 1:
                known[f"{command['name']} {option['name']}"] = option.get("options") or []
        if not any(each.startswith(f"{command['name']} ") for each in known):
            known[command["name"]] = command.get("options") or []
    if line not in known:
        raise NotPossibleError(f"there is no /{line}; there are {', '.join(sorted(known))}")
    return known[line]


def _parsed(described: list[dict[str, Any]], line: str, rest: Sequence[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog=f"/{line}")
    parser.add_argument("--as", default="gm", metavar="MEMBER", help="who does it (default: gm)")
    for each in described:
        action: dict[str, Any] = {"action": "store_true"} if each["type"] == BOOLEAN else {}
        parser.add_argument(
            f"--{each['name']}", required=bool(each.get("required")), help=each["description"], **action
        )
    return {name.replace("_", "-"): value for name, value in vars(parser.parse_args(rest)).items()}


def _value(door: Door, state: dict[str, Any], option: dict[str, Any], text: Any) -> Any:
    """Turn text into what the option takes: a member's name, a channel's name, a number."""
    if option["type"] == USER:
        _joined(door, state, text)
        return f"@{text}"
    if option["type"] == CHANNEL:
        return f"#{text}"
    return int(text) if option["type"] == INTEGER else text


def _joined(door: Door, state: dict[str, Any], name: str) -> None:
    if name not in {each["name"] for each in state["guild"]["members"]}:
        door.do("join", name=name)
