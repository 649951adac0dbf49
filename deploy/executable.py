"""What tells a file that may be run from one that may not, where files are contents by path."""

from __future__ import annotations


class Executable(bytes):
    """The content of a file that may be run; plain bytes are that of one that may not."""

    __slots__ = ()


def mode(content: bytes) -> int:
    """Return the permissions that a file of this content gets: everybody may read it."""
    return 0o755 if isinstance(content, Executable) else 0o644
