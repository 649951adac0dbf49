"""A plan, and a yes: every command that changes AWS shows what it would do, and then asks.

On a terminal it asks, unless --yes was given. Without one there is nobody to ask: a stage that is `protected` in
config/pipeline.yaml, and whatever takes something away for good, then needs --yes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..errors import Fault, PipelineError
from ..terminal.characters import plain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..settings import Stage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a command that shows a plan and then asks."""
    parser.add_argument("--plan", action="store_true", help="say what would be done, and stop")
    parser.add_argument(
        "--yes", action="store_true", help="do it unasked; without a terminal a protected stage needs it"
    )


def agree(stage: Stage, question: str, *, yes: bool, lost: Sequence[str] = ()) -> None:
    """Return where what the plan says may be done; raise PipelineError where somebody says no, or has to be asked.

    `lost` names what goes for good.
    """
    if yes:
        return
    if is_terminal():
        losing = f"{', '.join(lost)}: removed or replaced, with all they hold. " if lost else ""
        _refuse_unless_yes(f"{losing}{question}")
    elif stage.protected or lost:
        raise PipelineError([_nobody_to_ask(stage, lost)])


def ask(question: str, *, yes: bool) -> None:
    """Raise PipelineError unless `--yes` was given or a person in a terminal answers y."""
    if yes:
        return
    if not is_terminal():
        raise PipelineError([Fault("", "nothing was changed: not confirmed", "there is no terminal", "give --yes")])
    _refuse_unless_yes(question)


def is_terminal() -> bool:
    """Whether there is somebody to ask: the question goes to stderr, the answer comes from stdin."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _refuse_unless_yes(question: str) -> None:
    print(plain(f"{question} [y/N] "), end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise PipelineError([Fault("", "nothing was changed: not confirmed", cure="answer y, or give --yes")])


def _nobody_to_ask(stage: Stage, lost: Sequence[str]) -> Fault:
    reasons = [f"stages.{stage.name} is protected"] if stage.protected else []
    reasons += [f"{', '.join(lost)} would be removed or replaced, with all they hold"] if lost else []
    cause = f"{'; '.join(reasons)}; there is no terminal to ask on"
    return Fault("", "nothing was changed: not confirmed", cause, "give --yes once somebody has agreed to the plan")


def ask_for_name(name: str, given: str | None) -> None:
    """Ask a second time, for a name; raise PipelineError unless it was given or is typed."""
    if given == name:
        return
    if given is None and is_terminal():
        print(plain(f"Type its name, {name}: "), end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip() == name:
            return
    what = f"nothing was changed: {name} was not named a second time"
    raise PipelineError([Fault("", what, cure=f"type its name, or give --confirm {name}")])
