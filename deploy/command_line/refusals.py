"""A run that is refused: for people on stderr, and with --json as values on stdout."""

from __future__ import annotations

import errno
import sys
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, TextIO

from ..errors import Fault, PipelineError
from ..terminal.characters import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
_CURES = {
    errno.ENOSPC: "make room, then run it again",
    errno.EDQUOT: "make room, then run it again",
    errno.EACCES: "let this user have it",
    errno.EPERM: "let this user have it",
    errno.EROFS: "work where this user can write",
    errno.ENOTDIR: "correct its path",
    errno.EISDIR: "correct its path",
    errno.ENAMETOOLONG: "correct its path",
    errno.ELOOP: "correct the link",
    errno.EMFILE: "let this user open more files: ulimit -n",
    errno.ENFILE: "close other programs: this machine has no open files left",
    errno.EIO: "check the disk",
}
"""What the machine may lack, and no bug: by the error's number, and what helps."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a run was refused, each fault a value, and its exit code. `log` is the output of a tool that it comes from.

    `kind` is the class of the error, "Interrupted" where somebody ended the run.
    """

    kind: str
    exit_code: int
    faults: tuple[Fault, ...]
    log: str = ""


@dataclass(frozen=True, kw_only=True)
class ErrorOutput:
    """What stdout holds in place of a command's output, where it was refused."""

    error: Refusal


def of_error(error: PipelineError) -> Refusal:
    return Refusal(
        kind=type(error).__name__.removesuffix("Error"),
        exit_code=error.exit_code,
        faults=error.faults,
        log=error.log,
    )


def of_machine(error: OSError) -> PipelineError | None:
    """Return the refusal of what this machine lacks, None where the error is a bug of ours."""
    if error.errno not in _CURES:
        return None
    where = str(error.filename or ("a file" if _takes_more(sys.stdout) else "stdout"))
    return PipelineError.of(where, error.strerror or str(error), cure=_CURES[error.errno])


def _takes_more(stream: TextIO) -> bool:
    try:
        stream.flush()
    except OSError:
        return False
    return True


def tell(error: PipelineError, argv: Sequence[str]) -> int:
    """Say why a run was refused; return its exit code."""
    print(plain(str(error)), file=sys.stderr)
    if wants_json(argv):
        _print(ErrorOutput(error=of_error(error)))
    return error.exit_code


def tell_interruption(argv: Sequence[str]) -> int:
    what = "interrupted; a rerun continues where this one stopped"
    print(plain(what), file=sys.stderr)
    if wants_json(argv):
        refusal = Refusal(kind="Interrupted", exit_code=INTERRUPTED, faults=(Fault("", what),))
        _print(ErrorOutput(error=refusal))
    return INTERRUPTED


def _print(document: ErrorOutput) -> None:
    from ..documents.writing import as_json  # what a run that is not refused has no need of

    # Where stdout takes nothing any more, that is why the run was refused, and stderr has it.
    with suppress(OSError):
        print(as_json(document), end="", flush=True)


def wants_json(argv: Sequence[str]) -> bool:
    """Whether a run was to print JSON; what follows `--command` is another program's."""
    return "--json" in [*takewhile(lambda each: each != "--command", argv)]
