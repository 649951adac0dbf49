"""Asking a person before something is changed: `--yes` answers for CI, a plan shows what the question is about."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..errors import Fault, PipelineError

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a command that shows a plan and then asks."""
    parser.add_argument("--plan", action="store_true", help="say what would be done, and stop")
    parser.add_argument("--yes", action="store_true", help="do it unasked, as CI must")


def ask(question: str, *, yes: bool) -> None:
    """Raise PipelineError unless `--yes` was given or a person in a terminal answers y."""
    if yes or (_is_terminal() and _answer(question) == "y"):
        return
    raise PipelineError([Fault("", "nothing was changed: not confirmed", cure="answer y in a terminal, or give --yes")])


def _answer(question: str) -> str:
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower()


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_for_name(name: str, given: str | None) -> None:
    """Ask a second time, for a name; raise PipelineError unless it was given or is typed."""
    if given == name:
        return
    if given is None and _is_terminal():
        print(f"Type its name, {name}: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip() == name:
            return
    what = f"nothing was changed: {name} was not named a second time"
    raise PipelineError([Fault("", what, cure=f"type its name, or give --confirm {name}")])
