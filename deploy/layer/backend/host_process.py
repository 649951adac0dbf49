"""A process of this host: its output is bounded, and it ends in time with all that it started."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from ...completed import ANSWER, Completed, Output
from ...errors import PipelineError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CHUNK = 65536


def run_process(
    command: Sequence[str],
    environment: Mapping[str, str],
    timeout: float,
    stdin: bytes = b"",
    refused: type[PipelineError] = VerificationError,
) -> Completed:
    """Run to the end or to the timeout; then end all that was started, and raise `refused`.

    So too where it prints more than ANSWER bytes to stdout.
    """
    output = Output()
    with subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            in_time = _converse(process, stdin, output, time.monotonic() + timeout)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    if output.is_too_long:
        raise refused.of(command[0], f"printed more than {ANSWER:,} bytes", log=output.errors)
    if not in_time:
        raise refused.of(command[0], f"still ran after {timeout:g} s", log=str(output))
    return Completed(process.returncode, output.stdout.decode(errors="replace"), output.errors)


def _converse(process: subprocess.Popen[bytes], stdin: bytes, output: Output, deadline: float) -> bool:
    """Write and read until both of its streams end; return whether they did, and the process too, in time."""
    given, taken, errors = process.stdin, process.stdout, process.stderr
    if given is None or taken is None or errors is None:
        raise TypeError(process)  # all three are pipes
    left = memoryview(stdin)
    with selectors.DefaultSelector() as selector:
        selector.register(taken, selectors.EVENT_READ)
        selector.register(errors, selectors.EVENT_READ)
        selector.register(given, selectors.EVENT_WRITE)
        os.set_blocking(given.fileno(), False)
        while selector.get_map():
            if time.monotonic() > deadline or output.is_too_long:
                return False
            for key, _ in selector.select(max(0, min(1, deadline - time.monotonic()))):
                if key.fileobj is given:
                    left = left[_written(given, left) :]
                    if not left:
                        selector.unregister(given)
                        given.close()
                elif content := os.read(key.fd, _CHUNK):
                    output.take(content, is_error=key.fileobj is errors)
                else:
                    selector.unregister(key.fileobj)
    with suppress(subprocess.TimeoutExpired):
        process.wait(max(0, deadline - time.monotonic()))
        return True
    return False


def _written(stream: IO[bytes], left: memoryview) -> int:
    """Write what goes in now; all of it counts as written where nobody reads any more."""
    try:
        return os.write(stream.fileno(), left[:_CHUNK]) if left else 0
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        return len(left)
