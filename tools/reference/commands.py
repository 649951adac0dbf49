"""The page about the command line: every command, its options and what it returns, from the parser itself."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

import deploy.__main__ as main
from deploy.command_line import running
from deploy.invocation import PROGRAM, Invocation, begin
from deploy.keys.command_names import COMMANDS
from tools.reference import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SOURCE = "the parser of deploy/command_line and the docstrings of deploy/commands"
_FORMS = """\
`{} [OPTIONS] COMMAND [OPTIONS]`. In this repository each command is a nox session too: what stands after `--` goes
to it, as in `nox -s layer -- --no-cache`."""


def parser() -> argparse.ArgumentParser:
    """Return the parser with the options of every command, which is given them only where its name is called."""
    before = begin(Invocation(PROGRAM))
    try:
        return running.parser(list(COMMANDS), None)
    finally:
        begin(before)


def names() -> frozenset[str]:
    return frozenset(_subparsers(parser()))


def page() -> str:
    shown = parser()
    return "\n\n".join([*_introduction(shown), *_commands(shown)]) + "\n"


def _introduction(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"{markdown.made(_SOURCE)}\n# Commands"
    yield markdown.filled(_FORMS.format(parser.prog))
    yield "\n".join(_options(parser))
    yield "## Exit codes"
    yield "\n".join(_exit_codes())


def _exit_codes() -> Iterator[str]:
    """Yield a line for each code that deploy/__main__.py states."""
    (stated,) = re.findall(r"Exit codes: (.*?)\n\n|Exit codes: (.*)\Z", main.__doc__ or "", re.DOTALL)
    said, *more = re.split(r"\.\s+", " ".join("".join(stated).split()).rstrip("."))
    for each in said.split("; "):
        code, _, meaning = each.partition(" ")
        yield markdown.filled(f"**{code}** {markdown.escaped(meaning)}", "- ")
    for each in more:
        yield markdown.filled(f"{markdown.escaped(each)}.", "- ")


def _commands(parser: argparse.ArgumentParser) -> Iterator[str]:
    for name, command in _subparsers(parser).items():
        yield f"## {name}"
        yield markdown.fenced(_usage(command), "console")
        yield from markdown.prose(command.description or "")
        if options := "\n".join(_options(command)):
            yield options


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (found,) = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))  # noqa: SLF001
    return dict(found.choices)


def _usage(command: argparse.ArgumentParser) -> str:
    """Say how a command is called, in one line whatever the width of the terminal."""
    shown = _shown(command)
    needed = [each for each in shown if each.required or not each.option_strings]
    words = [_called(each, each.option_strings[-1:]) for each in needed]
    return " ".join([command.prog, *words, *(["[OPTIONS]"] if len(needed) < len(shown) else [])])


def _options(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in _shown(command):
        words = markdown.filled(
            f"`{_called(action, action.option_strings)}`{_facts(command, action)}: {_help(action)}", "- "
        )
        yield words


def _shown(command: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the actions that belong to a command itself, as far as its help shows them."""
    hidden = (argparse._SubParsersAction, argparse._HelpAction)  # noqa: SLF001 - there is no public way to tell them
    return [each for each in command._actions if not isinstance(each, hidden) and each.help != argparse.SUPPRESS]  # noqa: SLF001


def _called(action: argparse.Action, names: Sequence[str]) -> str:
    """Return what is typed: names, and the value behind them."""
    value = _value(action)
    return " ".join(filter(None, [", ".join(names), value]))


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    given = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    name = "{" + ",".join(map(str, action.choices)) + "}" if action.choices is not None else given
    match action.nargs:
        case "?":
            return f"[{name}]"
        case "*":
            return f"[{name} …]"
        case "+":
            return f"{name} …"
        case _:
            return name


def _facts(command: argparse.ArgumentParser, action: argparse.Action) -> str:
    facts = ["required"] if action.required and action.option_strings else []
    groups = (group._group_actions for group in command._mutually_exclusive_groups)  # noqa: SLF001
    others = [each for group in groups if action in group for each in group if each is not action]
    facts += [f"not with {', '.join(f'`{each.option_strings[-1]}`' for each in others)}"] if others else []
    return f" ({'; '.join(facts)})" if facts else ""


def _help(action: argparse.Action) -> str:
    """Return the help text, with the default where there is one that the text does not say."""
    text = (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
    silent = action.default in (None, False, argparse.SUPPRESS) or isinstance(action, argparse._VersionAction)  # noqa: SLF001
    stated = "default" in text or silent or not isinstance(action.default, (str, int))
    return markdown.escaped(text if stated else f"{text} (default: {action.default})")
