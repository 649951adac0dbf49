"""What of a folder or an archive is the source, as contents by path, and the digest that names it."""

from __future__ import annotations

import bz2
import fnmatch
import gzip
import hashlib
import lzma
import os
import tarfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from .. import git
from ..errors import Fault, LockError
from ..executable import Executable
from ..inside import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from io import BufferedIOBase
    from pathlib import Path

# What tools leave behind, and what would make one machine's wheel another than the next one's.
_LEFT_OUT = (
    *("__pycache__", "*.pyc", "*.pyo", ".git", ".hg", ".svn", "*.egg-info", ".venv", "venv", "node_modules"),
    *(".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".DS_Store"),
)
# At the top these are what a build leaves, unless they are packages.
_OUTPUTS = ("build", "dist")
MOST = 1_048_576_000
"""Bytes that the files of a source archive may have: four times what a function may have in Lambda, unzipped."""
_TOO_LARGE = "its files have more than {0:,} bytes"
_COMPRESSIONS: Mapping[bytes, Callable[[BytesIO], BufferedIOBase]] = {
    b"\x1f\x8b": lambda content: gzip.GzipFile(fileobj=content),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"]\x00\x00": lzma.LZMAFile,
}


def of_folder(folder: Path) -> dict[str, bytes]:
    """Read a folder's files but what git ignores and tools leave behind; raise LockError for what cannot be read."""
    ignored = frozenset((folder / each).resolve() for each in git.ignored(folder, folder))
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    for path in _walk(folder, ignored, frozenset()):
        try:
            content = path.read_bytes()
        except OSError as error:
            faults.append(Fault(str(path), error.strerror or str(error)))
        else:
            files[path.relative_to(folder).as_posix()] = Executable(content) if os.access(path, os.X_OK) else content
    if faults:
        raise LockError(faults)
    return files


def of_archive(path: Path, content: bytes) -> dict[str, bytes]:
    """Read a source archive (https://packaging.python.org/en/latest/specifications/source-distribution-format/).

    Its one folder is left away. Raises LockError where it cannot be read.
    """
    try:
        found = dict(_zipped(content) if path.suffix == ".zip" else _tarred(content))
    except (OSError, EOFError, lzma.LZMAError, zlib.error, BadZipFile, tarfile.TarError, ValueError) as error:
        raise LockError([Fault(str(path), f"is no source archive that can be read: {error}")]) from error
    tops = {name.partition("/")[0] for name in found}
    if len(tops) == 1 and all("/" in name for name in found):
        found = {name.partition("/")[2]: each for name, each in found.items()}
    return found


def digest(files: Mapping[str, bytes]) -> str:
    """Name files by their paths, contents and whether they may be run."""
    whole = hashlib.sha256()
    for name in sorted(files):
        content = files[name]
        kind = "x" if isinstance(content, Executable) else "-"
        whole.update(f"{kind} {hashlib.sha256(content).hexdigest()} {name}\0".encode())
    return whole.hexdigest()


def _walk(folder: Path, ignored: frozenset[Path], above: frozenset[Path]) -> Iterator[Path]:
    """Yield files, through links to folders too, as a build in place would see them; a circle ends where it closes."""
    real = folder.resolve()
    if real in above:
        return
    for path in sorted(folder.iterdir()):
        if path.resolve() in ignored or any(fnmatch.fnmatchcase(path.name, each) for each in _LEFT_OUT):
            continue
        if path.is_dir():
            is_output = not above and path.name in _OUTPUTS and not (path / "__init__.py").exists()
            yield from () if is_output else _walk(path, ignored, above | {real})
        else:
            yield path


def _tarred(content: bytes) -> Iterator[tuple[str, bytes]]:
    left = MOST
    with tarfile.open(fileobj=BytesIO(_decompressed(content)), mode="r:") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() or member.issym() or member.islnk() else None
            if file:
                # What a link leads to is read once more, and a file with holes is larger than what there is of it.
                data = file.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise ValueError(_TOO_LARGE.format(MOST))
                yield _inside(member.name), Executable(data) if member.mode & 0o111 else data


def _zipped(content: bytes) -> Iterator[tuple[str, bytes]]:
    with ZipFile(BytesIO(content)) as archive:
        if sum(each.file_size for each in archive.infolist()) > MOST:
            raise ValueError(_TOO_LARGE.format(MOST))
        for each in archive.infolist():
            if not each.is_dir():
                data = unpack.content(archive, each)
                yield _inside(each.filename), Executable(data) if each.external_attr >> 16 & 0o111 else data


def _decompressed(content: bytes) -> bytes:
    """Return a tar archive as it is without compression; raise ValueError where that is too large."""
    for magic, opened in _COMPRESSIONS.items():
        if content.startswith(magic):
            with opened(BytesIO(content)) as file:
                content = file.read(MOST + 1)
            if len(content) > MOST:
                raise ValueError(_TOO_LARGE.format(MOST))
            break
    return content


def _inside(name: str) -> str:
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if name.startswith("/") or ".." in parts:
        raise ValueError(f"{name} leads out of it")
    return "/".join(parts)
