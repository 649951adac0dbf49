"""`channelwright COMMAND`: runs one command, turns a refusal into a message and an exit code.

Exit codes: 0 done, or nothing to do; 1 the run was refused, with every reason on stderr; 2 wrong usage; 3 a check
that was asked for found something, such as `status --check` a drift. A bug keeps its traceback.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from .command_line import refusals
from .errors import PipelineError, UsageError
from .invocation import Invocation, begin
from .terminal.characters import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType


def program() -> int:
    """Run what the process was started with: the entry point of the command that a wheel installs."""
    if sys.platform == "win32":
        print("channelwright: runs on Linux and macOS; on Windows use WSL", file=sys.stderr)
        return 1
    _look_for_garbage_seldom()
    return main(sys.argv[1:])


def _look_for_garbage_seldom() -> None:
    """Let the collector do as good as nothing in a run without changes: what that makes stays until it ends.

    When the process ends nothing is looked through at all, as nobody needs the memory back.
    """
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)


def main(argv: list[str]) -> int:
    # A cancelled CI job sends SIGTERM: like Ctrl-C, it shall leave no containers, and no alias half-way. A shell
    # starts what runs in its background with Ctrl-C ignored; who sends it by `kill -INT` means it all the same.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    # Python has None for one that was closed before it began: what is written there is wanted by nobody.
    sys.stdout, sys.stderr = (each or _nowhere() for each in (sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Whatever a terminal or a file cannot show is shown in another way; it is no reason to end.
            stream.reconfigure(errors="backslashreplace")
    sys.excepthook = _tell_bug
    begin(Invocation.of(sys.argv, os.environ))
    return guarded(lambda: _run(argv), argv)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _tell_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback as Python does; what an error says may come from outside."""
    print(plain("".join(traceback.format_exception(kind, error, trace)).rstrip()), file=sys.stderr)


def guarded(run: Callable[[], int], argv: Sequence[str] = ()) -> int:
    """Return a command's exit code; one that is refused, stopped or not read any more says so, with its own code."""
    try:
        return run()
    except UsageError as error:
        raise SystemExit(refusals.tell(error, argv)) from error
    except PipelineError as error:
        return refusals.tell(error, argv)
    except BrokenPipeError:
        if not _stopped_reading():
            raise
        return 128 + signal.SIGPIPE
    except OSError as error:
        if (refused := refusals.of_machine(error)) is None:
            raise
        return refusals.tell(refused, argv)
    except KeyboardInterrupt:
        return refusals.tell_interruption(argv)


def _run(argv: list[str]) -> int:
    if "layer" in argv:
        from .unchanged import answer  # before all that reads a project; no other command has such an answer

        if (said := answer.known(argv)) is not None:
            for line in said:
                print(plain(line))  # who can write to the cache says nothing to a terminal
            sys.stdout.flush()  # where nobody reads any more, that is found here
            return 0
    # All that reads a command line and a project, which such an answer does without.
    from .command_line import running

    return running.run(argv)


def _stopped_reading() -> bool:
    """Whether it is our output that nobody reads any more, as `head` does once it has seen enough.

    What may be left in the buffer then goes nowhere, as Python would try again when it ends:
    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
    except OSError:  # no file, and so no pipe
        return False
    if not any(event & select.POLLERR for _, event in poll.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True


if __name__ == "__main__":
    sys.exit(program())
