"""Moves the aliases of a release: all of them, or none.

Each move is one call, so there is a moment in which the first alias has moved and the next has not. Functions are
moved in the reverse of the order in which config/pipeline.yaml names them: the ones that consume come after those
that produce for them there, and so are ready for what new producers send. When a move fails, or the run is
interrupted, what has moved is put back, and an alias that was made goes. After a kill that leaves no time for that, a
rerun moves the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import aliases
from ..errors import AwsError, Fault, PipelineError, RolloutError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..aws.aliases import AliasState
    from ..aws.connection import Aws


@dataclass(frozen=True)
class AliasMove:
    """An alias as it was read, the version that it is to stand for, and its description from then on."""

    alias: AliasState
    version: str
    description: str

    def is_made(self, now: AliasState) -> bool:
        return (now.version, now.description) == (self.version, self.description)

    @property
    def where(self) -> str:
        return f"{self.alias.function}:{self.alias.name}"


def move_all(aws: Aws, moves: Sequence[AliasMove]) -> None:
    """Make every move; when one fails, undo those made and raise what it failed with."""
    try:
        for move in moves:
            _move(aws, move)
    except BaseException as error:
        # Interrupts too: traffic must not be left between two releases by Ctrl-C or a cancelled job.
        faults = [fault for move in moves for fault in _undo(aws, move)]
        if isinstance(error, PipelineError):
            raise RolloutError([*error.faults, *(faults or [_none_left(moves)])]) from error
        raise


def _move(aws: Aws, move: AliasMove) -> None:
    """Move one alias, or make it. A call whose answer was lost did its work if the alias says so."""
    try:
        if move.alias.exists:
            aliases.move(aws, move.alias, move.version, move.description)
        else:
            aliases.create(aws, move.alias, move.version, move.description)
    except AwsError:
        now = aliases.read(aws, move.alias.function, move.alias.name)
        if now is None or not move.is_made(now):
            raise


def _undo(aws: Aws, move: AliasMove) -> list[Fault]:
    """Put an alias back if it has moved; return what prevents it."""
    try:
        now = aliases.read(aws, move.alias.function, move.alias.name)
        if now is not None and move.is_made(now) and not move.alias.exists:
            aliases.delete(aws, now)
        elif now is not None and move.is_made(now):
            _move(aws, AliasMove(now, move.alias.version, move.alias.description))
    except AwsError as error:
        return [*error.faults, _stuck(move)]
    return []


def _none_left(moves: Sequence[AliasMove]) -> Fault:
    aliases = " and ".join(
        f"{move.where} was at version {move.alias.version}" if move.alias.exists else f"there was no {move.where}"
        for move in moves
    )
    return Fault("", f"no alias is left moved: {aliases}", cure="run it again when the cause is gone")


def _stuck(move: AliasMove) -> Fault:
    call = f"--function-name {move.alias.function} --name {move.alias.name}"
    undo = (
        f"update-alias {call} --function-version {move.alias.version}" if move.alias.exists else f"delete-alias {call}"
    )
    return Fault(
        move.where,
        f"may stand for version {move.version} while others do not",
        cause="it could not be put back",
        cure=f"run it again, or put it back: aws lambda {undo}",
    )
