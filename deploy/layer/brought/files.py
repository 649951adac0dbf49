"""What a layer brings besides distributions: native tools, libraries, extensions, data, as they lie in the project.

Each keeps its bytes and whether it may be run. Lambda unpacks it below /opt, where bin/ is on PATH and lib/ on
LD_LIBRARY_PATH, and starts what is in extensions/ beside the function:
https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...code.selection import is_dropping
from ...errors import ConfigError, Fault
from ...inside.exchange import OwnFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...settings import Layer, Settings

_CURE = "name a file or a folder of the project"


@dataclass(frozen=True)
class BroughtFile:
    """A file of the project that a layer brings: what it is below /opt, and where it lies."""

    own: OwnFile
    source: Path

    def content(self) -> bytes:
        """Return its bytes; raise ConfigError where they are no longer those that the layer's fingerprint names."""
        content = self.source.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.own.sha256:
            raise ConfigError([Fault(str(self.source), "changed while the layer was built", cure="run it again")])
        return content


def brought(settings: Settings, layer: Layer) -> tuple[BroughtFile, ...]:
    """Read what a layer brings, sorted by path; raise ConfigError with all that cannot be."""
    found: dict[str, BroughtFile] = {}
    faults: list[Fault] = []
    for target, named in layer.files.items():
        where = f"layers.{layer.name}.files.{target}"
        source = settings.project / named
        try:
            for path, file in files_of(settings.project, source, target):
                if path in found:
                    faults.append(Fault(where, f"{path} is brought twice", cure="take one of them out"))
                found[path] = _brought(path, file)
        except AstrayError as error:
            faults.append(Fault(where, str(error), cure=_CURE))
        except OSError as error:
            faults.append(Fault(where, f"{named}: {error.strerror}", cure=_CURE))
    if faults:
        raise ConfigError(faults)
    return tuple(found[path] for path in sorted(found))


class AstrayError(Exception):
    """A path that is not what it has to be."""


def files_of(project: Path, source: Path, target: str) -> Iterator[tuple[str, Path]]:
    """Yield the path below /opt and the place of each file; a target that ends in / stands for a folder's files."""
    shown = source.relative_to(project) if source.is_relative_to(project) else source
    if target.endswith("/"):
        if not source.is_dir():
            raise AstrayError(f"{shown} is no folder, and {target} is one")
        for folder, folders, names in os.walk(source):
            folders[:] = sorted(name for name in folders if not is_dropping(name))
            if linked := next((name for name in folders if Path(folder, name).is_symlink()), ""):
                raise AstrayError(f"{shown}/{linked} is a link to a folder, and a zip holds none")
            for name in sorted(name for name in names if not is_dropping(name)):
                place = Path(folder, name)
                yield f"{target}{place.relative_to(source).as_posix()}", _plain(project, place)
    elif source.is_dir():
        raise AstrayError(f"{shown} is a folder; write {target}/ to bring what is in it")
    else:
        yield target, _plain(project, source)


def _plain(project: Path, path: Path) -> Path:
    """Return the file that a path leads to, as a zip holds no links; it has to be one of the project's."""
    real = path.resolve()
    shown = path.relative_to(project) if path.is_relative_to(project) else path
    if not real.is_relative_to(project.resolve()):
        raise AstrayError(f"{shown} leads out of the project, to what another machine does not have")
    if not real.exists():
        raise AstrayError(f"{shown}: no such file")
    if not real.is_file():
        raise AstrayError(f"{shown} is not a file")
    if not str(shown).isprintable():
        raise AstrayError(f"{str(shown).encode(errors='backslashreplace').decode()} is not a name that can be shipped")
    return real


def _brought(path: str, source: Path) -> BroughtFile:
    content = source.read_bytes()
    own = OwnFile(
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        executable=bool(source.stat().st_mode & 0o100),
    )
    return BroughtFile(own, source)
