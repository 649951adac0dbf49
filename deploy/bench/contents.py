"""What lies in /opt and /var/task when each way's first request is measured, by path.

pip        `pip install -t`, its bytecode as zipping leaves it: stale, as Python compares it with times that are lost
pip valid  the same, had its bytecode stayed valid
uv         as uv documents it: without bytecode
sam        as `sam build` leaves it: pip's files without bytecode
this       the layer and the code zip of this pipeline, as they are configured
sourceless the layer with the other bytecode policy
plain      this without any option that starts it sooner
without …  this without one of them, or without the bytecode that layers have beside their sources
usual      uv's, with a function in place of its own that does the same as most would write it; where a project has one
empty      no layer, and a function that does nothing: the limit
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import ZipFile

from ..inside import certificates
from ..layer.audit import trust

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .builds import Builds

EMPTY = "empty"
USUAL = "usual"
WITHOUT = "without "
LAYER_BYTECODE = "the layer's bytecode"
_AUTHORITIES = (certificates.BUNDLE, certificates.AWS)
_DIRECTORY = f"python/{certificates.DIRECTORY}/"


@dataclass(frozen=True)
class WayContents:
    """A tree for /opt, and one for /var/task."""

    opt: Mapping[str, bytes]
    task: Mapping[str, bytes]

    def trusting(self, authority: str) -> WayContents:
        """Return the same, where certifi's certificates have one more, in each form in which they are there."""
        opt = {
            path: content + authority.encode() if path.endswith(_AUTHORITIES) else content
            for path, content in self.opt.items()
        }
        if authority and any(path.startswith(_DIRECTORY) for path in opt):
            name = certificates.subject_hash(ssl.PEM_cert_to_DER_cert(authority))
            opt[f"{_DIRECTORY}{name}.0"] = authority.encode()
        return WayContents(opt, self.task)

    def told(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return an environment without the certificates that this way does not bring: it has certifi's bundle."""
        return {
            name: value
            for name, value in environment.items()
            if name not in trust.VARIABLES or not trust.is_lacking(value, self.opt)
        }


def of_ways(builds: Builds, handlers: Mapping[str, str]) -> dict[str, WayContents]:
    """Return what each way made; `handlers` are module and function names, which the empty function has too."""
    pip, code = builds.pip.opt(), _unzipped(builds.pip.code)
    this = WayContents(builds.this.opt(), _unzipped(builds.this.code))
    bare = {WITHOUT + LAYER_BYTECODE: WayContents(without_bytecode(this.opt), this.task)}
    return {
        "pip": WayContents(pip, code),
        "pip valid": WayContents(with_valid_bytecode(pip), code),
        "uv": WayContents(builds.uv.opt(), _unzipped(builds.uv.code)),
        "sam": WayContents({path: each for path, each in pip.items() if not path.endswith(".pyc")}, code),
        "this": this,
        "sourceless": WayContents(builds.sourceless.opt(), this.task),
        "plain": WayContents(builds.plain.opt(), _unzipped(builds.plain.code)),
        **{f"{WITHOUT}{each.taken[0]}": WayContents(each.opt(), _unzipped(each.code)) for each in builds.without},
        **{name: each for name, each in bare.items() if each != this},
        EMPTY: WayContents({}, {f"{module}.py": _doing_nothing(name) for module, name in handlers.items()}),
    }


def with_valid_bytecode(opt: Mapping[str, bytes]) -> dict[str, bytes]:
    """Make pip's bytecode fit sources without times, which is what the containers here hold.

    Whether Lambda gives sources the times that the bytecode recorded is not documented: that is what pip's way
    depends on. https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation
    """
    return {
        path: content[:8] + bytes(4) + content[12:] if path.endswith(".pyc") and content[4:8] == bytes(4) else content
        for path, content in opt.items()
    }


def without_bytecode(opt: Mapping[str, bytes]) -> dict[str, bytes]:
    """Leave out what Python can compile from a source: a layer always has bytecode, `sourceless` has it alone."""
    return {path: each for path, each in opt.items() if not (path.endswith(".pyc") and source_of(path) in opt)}


def source_of(path: str) -> str:
    """Return the path of the source beside whose bytecode `path` is, "" for bytecode that stands for its source.

    >>> source_of("python/demo/__pycache__/a.cpython-311.pyc"), source_of("python/demo/a.pyc")
    ('python/demo/a.py', '')
    """
    folder, cached, name = path.rpartition("__pycache__/")
    return f"{folder}{name.partition('.')[0]}.py" if cached else ""


def _unzipped(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {each.filename: archive.read(each) for each in archive.infolist() if not each.is_dir()}


def _doing_nothing(name: str) -> bytes:
    return f"def {name}(event, context):\n    return {{}}\n".encode()
