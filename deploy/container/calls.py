"""A running container: call commands in it, copy files in and out, read its log."""

from __future__ import annotations

import shlex
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..completed import ANSWER, Completed, Output
from ..errors import EngineError
from ..terminal import verbose
from . import archive
from .exec_stream import converse
from .failures import translated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from docker import APIClient


class CallTimedOutError(EngineError):
    """A command inside a container that did not end in time; `log` is what it wrote until then."""


@dataclass(frozen=True)
class Container:
    client: APIClient
    name: str

    def call(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        stdin: bytes = b"",
        timeout: float = 60,
    ) -> Completed:
        """Run a command beside the container's own; raise CallTimedOutError after `timeout` seconds.

        Its input does not end after `stdin`: a command that reads has to know how much.
        """
        output = Output()
        client: Any = self.client
        if verbose.tells(verbose.COMMANDS):
            verbose.say(f"in {self.name}: {_shown(command)}")
        with translated(f"running {shlex.join(command)[:80]}"):
            started = client.exec_create(
                self.name, list(command), environment=dict(environment or {}), stdin=bool(stdin)
            )["Id"]
            stream = client.exec_start(started, socket=True)
            # What came along with the answer's headers is in the response's buffer, not on the socket any more.
            response = stream._response  # noqa: SLF001 - the SDK has no public way to it
            connection = getattr(stream, "_sock", stream)
            with closing(connection), closing(response):
                reader = response.raw._fp.fp  # noqa: SLF001
                try:
                    converse(connection, reader, stdin, output, timeout)
                except TimeoutError as error:
                    raise CallTimedOutError.of(command[0], f"still ran after {timeout:g} s", log=str(output)) from error
            if output.is_too_long:
                raise EngineError.of(command[0], f"printed more than {ANSWER:,} bytes", log=output.errors)
            code = client.exec_inspect(started)["ExitCode"]
        return Completed(code, output.stdout.decode(errors="replace"), output.errors)

    def copy_into(self, path: str, files: Mapping[str, bytes]) -> None:
        """Write files, by relative path, below a folder that exists; only into a writable container."""
        with translated(f"copying into {path}"):
            self.client.put_archive(self.name, path, archive.pack(files))

    def copy_out(self, path: str) -> dict[str, bytes]:
        """Return the files below a folder, by relative path."""
        with translated(f"copying out of {path}"):
            chunks, _ = self.client.get_archive(self.name, path)
            return archive.unpack(chunks)

    def port(self, port: int) -> int:
        """Return where one of the container's ports is reached on this machine's loopback."""
        with translated(f"asking for the port of {self.name}"):
            return int(self.client.port(self.name, port)[0]["HostPort"])

    def is_running(self) -> bool:
        with translated(f"asking for {self.name}"):
            return bool(self.client.inspect_container(self.name)["State"]["Running"])

    def logs(self) -> str:
        """Return what the container's own command wrote, both streams in the order of writing."""
        with translated(f"reading the log of {self.name}"):
            log: bytes = self.client.logs(self.name)
            return log.decode(errors="replace")


def _shown(command: Sequence[str]) -> str:
    """Write a command in one line; a script that is given as an argument is left at its first line."""
    return shlex.join(each.partition("\n")[0][:200] for each in command)
