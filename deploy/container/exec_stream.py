"""The two-way stream of a command that runs inside a container: what it reads, what it writes, until when.

Standard output and error arrive as frames on one connection: a byte that says which, three of padding, four of
length, then the content (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach).
"""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from io import BufferedReader

    from ..completed import Output

_HEADER = struct.Struct(">BxxxL")
_STDERR = 2


def converse(connection: socket.socket, reader: BufferedReader, stdin: bytes, output: Output, timeout: float) -> None:
    """Send `stdin`, then collect into `output` until the command ends; raise TimeoutError after `timeout` seconds.

    The connection stays open in the command's direction, as TLS knows no half-closed one: the command has to know
    where its input ends. Returns early where the output is too long.
    """
    deadline = time.monotonic() + timeout
    connection.settimeout(timeout)
    connection.sendall(stdin)
    while header := _read(connection, reader, _HEADER.size, deadline):
        which, size = _HEADER.unpack(header)
        output.take(_read(connection, reader, size, deadline), is_error=which == _STDERR)
        if output.is_too_long:
            return


def _read(connection: socket.socket, reader: BufferedReader, size: int, deadline: float) -> bytes:
    """Read exactly `size` bytes, or none at the stream's end."""
    parts = bytearray()
    while len(parts) < size:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        part = reader.read1(size - len(parts))
        if not part:
            return b""
        parts += part
    return bytes(parts)
