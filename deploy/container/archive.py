"""Files as tar archives, the form in which a container engine takes and gives them."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from ..executable import Executable, mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


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


@contextmanager
def of_image(root: Path, name: str, platform: str) -> Iterator[IO[bytes]]:
    """Give an image of one layer, which is the tar `root`, as an engine loads it.

    An import would give it the engine's own architecture, whatever its programs are. The form is Docker's:
    https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format.
    """
    with root.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    config = {"architecture": platform, "os": "linux", "config": {}}
    config |= {"rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]}}
    papers = {
        "config.json": config,
        "manifest.json": [{"Config": "config.json", "RepoTags": [name], "Layers": ["root"]}],
    }
    with tempfile.TemporaryFile() as packed:
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for path, paper in papers.items():
                content = json.dumps(paper).encode()
                archive.addfile(_entry(path, tarfile.REGTYPE, 0o644, len(content)), io.BytesIO(content))
            archive.add(root, "root")
        packed.seek(0)
        yield packed


def _entry(name: str, kind: bytes, mode: int, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.size = kind, mode, size
    return entry
