"""Files as tar archives, the form in which a container engine takes and gives them."""

from __future__ import annotations

import io
import tarfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ..executable import Executable, mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack files, by relative path, as a tar: root's, 0644 or, where they may be run, 0755, folders 0755, no times."""
    buffer = io.BytesIO()
    folders: set[PurePosixPath] = set()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, content in sorted(files.items()):
            for folder in reversed(PurePosixPath(path).parents[:-1]):
                if folder not in folders:
                    folders.add(folder)
                    archive.addfile(_entry(str(folder), tarfile.DIRTYPE, 0o755, 0))
            archive.addfile(_entry(path, tarfile.REGTYPE, mode(content), len(content)), io.BytesIO(content))
    return buffer.getvalue()


def unpack(chunks: Iterable[bytes]) -> dict[str, bytes]:
    """Return the regular files of a tar of one folder, by path below that folder (or the one file, by its name)."""
    buffer = io.BytesIO(b"".join(chunks))
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=buffer) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None:
                parts = PurePosixPath(member.name).parts
                data = content.read()
                files["/".join(parts[1:] or parts)] = Executable(data) if member.mode & 0o001 else data
    return files


def _entry(name: str, kind: bytes, mode: int, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.size = kind, mode, size
    return entry
