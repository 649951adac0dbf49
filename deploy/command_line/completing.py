"""What a shell asks while somebody types: commands, options, and the project's stages."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..settings import Settings

ASKED = "_ARGCOMPLETE"
"""The variable by which the shell asks: https://kislyuk.github.io/argcomplete/."""
LINE = "COMP_LINE"
_STAGES = {"--stage", "--from", "--to"}


def answer(parser: argparse.ArgumentParser, load: Callable[[], Settings]) -> None:
    """Write what fits to the shell, and end the process."""
    import argcomplete

    for action in _actions(parser):
        if _STAGES & set(action.option_strings):
            action.completer = lambda **_: _stages(load)  # type: ignore[attr-defined] # argcomplete's own name
    argcomplete.autocomplete(parser)


def words(environment: Mapping[str, str]) -> list[str]:
    """Return what was typed so far."""
    return environment.get(LINE, "").split()


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to them
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for each in action.choices.values():
                yield from _actions(each)


def _stages(load: Callable[[], Settings]) -> list[str]:
    """Name the project's stages; none where its configuration cannot be read, which the command itself tells."""
    try:
        return list(load().stages)
    except ConfigError:
        return []
