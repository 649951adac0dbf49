"""Place → OwnWheel: built in the runtime, isolated as everything of others is, or taken from the shelf."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name, parse_wheel_filename

from ..errors import BuildError, Fault
from ..executable import Executable
from ..layer.wheel_store import WheelStore
from . import in_runtime
from .backend import backend
from .canonical import canonical, impurity
from .places import PlacedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..inside.exchange import Pin
    from ..layer.backend.protocol import Runtime
    from ..layer.spec import LayerSpec
    from .archives import Archives
    from .described import CommitDescription
    from .places import SourcePlace
    from .shelf import OwnWheel, Shelf

_TIMEOUT = 2000.0
_PROGRAM = Path(in_runtime.__file__)
# Tools that take a version from git say so in these words where there is none.
_OF_GIT = ("setuptools-scm", "setuptools_scm", "vcs_versioning", "dunamai", "PDM_BUILD_SCM_VERSION", "versioningit")


@dataclass(frozen=True, kw_only=True)
class Builder:
    """Builds in the runtime that `opened` opens, which is done once there is something to build.

    `archives` are the indexes that source archives come from.

    `spec` says for which runtime and image the wheels of build requirements are chosen, once that is open.
    """

    shelf: Shelf
    archives: Archives
    runtime: str
    opened: Callable[[], tuple[Runtime, LayerSpec]]
    say: Callable[[str], None]

    def taken(self, name: str, wheel: PlacedFile) -> OwnWheel:
        """Put a wheel of this machine on the shelf, as it is; raise BuildError where it is not of that name."""
        return _named(name, wheel, self.shelf.put(wheel.path.name, wheel.content))

    def wheel(
        self, name: str, place: SourcePlace, needed: Sequence[Pin], described: CommitDescription | None = None
    ) -> OwnWheel | tuple[str, ...]:
        """Return the wheel of a source, or the requirements that building it takes besides the `needed` ones.

        `described` is what git said of its commit, where a version is made of that.
        Raises BuildError where it cannot be built, or is not pure Python for every platform.
        """
        if isinstance(place, PlacedFile) and place.is_wheel:
            return self.taken(name, place)
        key = self._key(place, needed, described)
        if kept := self.shelf.made_of(key):
            return _named(name, place, kept)
        found = self._built(place, _plan(place, described), needed)
        if isinstance(found, tuple):
            return found
        self.shelf.keep(key, found)
        return _named(name, place, found)

    def _built(
        self, place: SourcePlace, plan: Mapping[str, object], needed: Sequence[Pin]
    ) -> OwnWheel | tuple[str, ...]:
        runtime, spec = self.opened()
        wheels = WheelStore(self.shelf.root, self.say).wheels(spec, needed, runtime)
        self.say(f"building {place.origin}")
        with runtime.installed(spec.runtime, wheels) as sandbox:
            done = sandbox.run(_PROGRAM.read_bytes(), json.dumps(plan), {}, _TIMEOUT)
        if done.code or not done.stdout.strip():
            raise BuildError.of(place.origin, f"building it ended with exit code {done.code}", log=done.stderr)
        return self._taken(place, json.loads(done.stdout.splitlines()[-1]))

    def _taken(self, place: SourcePlace, answer: dict[str, str]) -> OwnWheel | tuple[str, ...]:
        if "failed" in answer:
            raise BuildError([_unbuilt(place.origin, answer["failed"])], log=answer["failed"])
        if answer["requires"]:
            return tuple(answer["requires"])
        filename, content = answer["name"], canonical(base64.b64decode(answer["wheel"]))
        if why := impurity(filename, content):
            cause = f"{why}: native code would be compiled for this machine, not for Lambda's"
            cure = "publish wheels of it on an index of yours, built with cibuildwheel"
            raise BuildError([Fault(place.origin, "is not pure Python", cause, cure)])
        return self.shelf.put(filename, content)

    def _key(self, place: SourcePlace, needed: Sequence[Pin], described: CommitDescription | None) -> str:
        """Name a wheel by all that decides its bytes."""
        program = hashlib.sha256(_PROGRAM.read_bytes()).hexdigest()
        inputs: list[object] = [place.digest, self.runtime, program, [asdict(each) for each in needed]]
        inputs += [asdict(described)] if described else []
        return hashlib.sha256(json.dumps(["own wheel", *inputs]).encode()).hexdigest()


def _named(name: str, place: SourcePlace, wheel: OwnWheel) -> OwnWheel:
    """Return the wheel, newly built or not; raise BuildError where it is another distribution than is asked for."""
    built = canonicalize_name(parse_wheel_filename(wheel.filename)[0])
    if name and built != canonicalize_name(name):
        raise BuildError([Fault(place.origin, f"is {built}, and {name} is asked for", cure="correct the name")])
    return wheel


def _plan(place: SourcePlace, described: CommitDescription | None) -> dict[str, object]:
    """Return what the program that builds is told."""
    files, folder = place.files(), place.subdirectory
    how = backend(files, folder, place.origin)
    if described:
        files, folder = described.added(files, folder)
    return {
        "files": {path: base64.b64encode(content).decode() for path, content in files.items()},
        "executable": [path for path, content in files.items() if isinstance(content, Executable)],
        "subdirectory": folder,
        "backend": how.name,
        "backend_path": how.path,
    }


def _unbuilt(origin: str, log: str) -> Fault:
    what = "cannot be built"
    if any(each in log for each in _OF_GIT):
        cause = "its version comes from git's history, which a build in the runtime does not have"
        cure = (
            "lock it from its repository, at the folder that the backend expects, with setuptools-scm, hatch-vcs or "
            "dunamai; or give it a version in its pyproject.toml, or put its wheel on an index"
        )
        return Fault(origin, what, cause, cure)
    if "gcc" in log and ("No such file" in log or "failed" in log):
        cause = "it is not pure Python, and there is no compiler here"
        return Fault(origin, what, cause, "publish wheels of it on an index of yours, built with cibuildwheel")
    return Fault(origin, f"{what}, for the reason above", cure="see that `pip wheel` builds it in the runtime's Python")
