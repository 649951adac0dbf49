"""The command line, and what is wrong with it: the usage of the command that was called, and what was meant."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import Fault, UsageError, meant, suggest
from ..invocation import advised
from .help_text import HelpText

if TYPE_CHECKING:
    from collections.abc import Sequence


_COMMAND = "argument COMMAND: "
_NO_COMMAND = "required: COMMAND"


class Parser(argparse.ArgumentParser):
    """A parser of a command line, or of a command of it; it raises UsageError in place of ending the process."""

    def __init__(self, **options: Any) -> None:
        # Also where a command asks for its docstring to be left as it is: it would be wider than a terminal.
        super().__init__(**options | {"formatter_class": HelpText})
        self._given: Sequence[str] = ()

    def parse_known_args(self, args: Any = None, namespace: object = None) -> Any:
        """Parse; a command refuses what it does not know itself, so that its own usage is shown."""
        self._given = list(args or ())
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self._refuse([self._unknown(each) for each in unknown if each.startswith("-")] or [_needless(unknown)])
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """Raise UsageError; an option that is misspelt is told besides the one that is missing for it."""
        # Of a command that there is not, nobody knows the options.
        given = () if message.startswith(_COMMAND) else self._given
        misspelt = [self._unknown(each) for each in given if self._is_misspelt(each)]
        if message.endswith(_NO_COMMAND) and not misspelt:
            cure = f"in a new project: {advised('init')}"
            raise UsageError([Fault("", "no command was named", cure=cure)], usage=f"{self.format_help()}\n")
        self._refuse(misspelt or [_told(message)])

    def _check_value(self, action: argparse.Action, value: object) -> None:
        """Raise ArgumentError for what is none of the choices, with what was probably meant."""
        if action.choices is not None and value not in action.choices:
            what = "there is no such command" if self._is_command(action) else "is none of the choices"
            raise argparse.ArgumentError(action, f"{value}: {what}\n{suggest(str(value), list(action.choices))}")

    def _refuse(self, faults: Sequence[Fault]) -> NoReturn:
        raise UsageError(faults, usage=self.format_usage())

    def _unknown(self, word: str) -> Fault:
        name = word.partition("=")[0]
        if name == "--project":
            return Fault(word, "stands before the command", cure=f"{self.prog.rpartition(' ')[0]} --project DIR …")
        near = meant(name, [each for each in self._option_string_actions if each.startswith("--")])
        return Fault(word, "there is no such option", cure=f"did you mean {near}?" if near else "")

    def _is_misspelt(self, word: str) -> bool:
        if not word.startswith("--") or word == "--":
            return False
        return not any(each.startswith(word.partition("=")[0]) for each in self._option_string_actions)

    @staticmethod
    def _is_command(action: argparse.Action) -> bool:
        return isinstance(action, argparse._SubParsersAction)  # noqa: SLF001 - argparse has no public name for it


def _needless(words: Sequence[str]) -> Fault:
    return Fault(" ".join(words), "is more than the command takes")


def _told(message: str) -> Fault:
    """Make a fault of argparse's own words: `argument --port: 0 is no port`, and what is meant in a second line."""
    first, _, cure = message.partition("\n")
    if not first.startswith("argument "):
        return Fault("", first, cure=cure)
    where, _, what = first.removeprefix("argument ").partition(": ")
    if first.startswith(_COMMAND):
        where, _, what = what.partition(": ")
    return Fault(where, what, cure=cure)
