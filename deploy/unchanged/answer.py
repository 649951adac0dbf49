"""What a run of `layer` printed in which nothing changed, kept by its inputs and found by them."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..console import Console
from ..errors import PipelineError
from ..invocation import PROJECT_VARIABLE
from ..kept import Kept
from ..keys.place import CONFIG
from . import inputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..prepare import Prepared
    from ..settings import Settings
    from .inputs import Input

_BEGUN = time.time_ns()
"""What is written from now on may have been read before; this is loaded before what builds."""


def known(argv: Sequence[str]) -> list[str] | None:
    """Return the lines that a run would print; None where only the run can tell."""
    project = _asked(argv)
    if project is None:
        return None
    try:
        kept = Kept.from_environment(os.environ).checks(_key(project.resolve(), os.environ))
        if kept is None:
            return None
        answer = json.loads(kept)
        now = inputs.now(answer["inputs"], os.environ)
    except (OSError, PipelineError):  # which the run tells, with what to do about it
        return None
    said: list[str] = answer["said"]
    return said if now == answer["found"] else None


def _asked(argv: Sequence[str]) -> Path | None:
    """Return the project of which a command line wants the layers, and nothing besides."""
    match argv:
        case ["layer"]:
            return Path(os.environ.get(PROJECT_VARIABLE, ""))
        case ["--project", project, "layer"]:
            return Path(project)
        case _:
            return None


def _key(project: Path, environment: Mapping[str, str]) -> str:
    """Name what is asked for, by whom, how it is printed, and what knows the form in which it is kept."""
    room = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(Path(__file__).parent.glob("*.py"))]
    printed = [sys.argv[0], sys.stdout.encoding, Console().width]
    python = [sys.version, sys.executable]
    return inputs.named(["unchanged", room, str(project), printed, python, inputs.variables(environment)])


@dataclass(frozen=True)
class Expected:
    """What a run that began a moment ago follows from, as it stood then."""

    project: Path
    kept: Kept
    inputs: Sequence[Input]
    found: Sequence[str]

    @classmethod
    def of(cls, settings: Settings, environment: Mapping[str, str]) -> Self | None:
        """Find it out before the run reads it; None for what only a run can tell, or refuses."""
        from . import gathered  # which loads what reads a project

        try:
            kept = Kept.from_environment(environment)
            own = gathered.of_project(settings, kept.root)
            found = inputs.now(own, environment) if own else []
        except (OSError, PipelineError):
            return None
        if own is None or _is_new(settings.project / CONFIG):  # which was read already
            return None
        return cls(settings.project, kept, own, found)

    def keep(self, done: Prepared, said: Sequence[str], environment: Mapping[str, str]) -> None:
        """Keep what a run printed that changed nothing, where all that it followed from is still the same."""
        from . import gathered

        dist, cache = self.project / "dist", self.kept.root
        if done.fresh or self._wrote(done, dist) or inputs.now(self.inputs, environment) != self.found:
            return
        pipeline = gathered.of_pipeline()
        if any(map(_is_new, map(Path, pipeline))):
            return  # what was loaded may have been another
        more = [*gathered.of_results(done, dist, cache), ["modules", pipeline]]
        found = [*self.found, *inputs.now(more, environment)]
        answer = {"inputs": [*self.inputs, *more], "found": found, "said": said}
        self.kept.keep_checks(_key(self.project, environment), json.dumps(answer))

    def _wrote(self, done: Prepared, dist: Path) -> bool:
        """Whether anything was written where a run keeps what it makes or finds out: then it did more than look."""
        layers = [self.kept.root / "layers" / each.built.spec.fingerprint for each in done.layers]
        return any(map(_is_new, (dist, self.kept.root, *self.kept.root.iterdir(), *layers)))


def _is_new(path: Path) -> bool:
    """Whether something was written since this process began, or is gone."""
    return not path.exists() or path.stat().st_mtime_ns >= _BEGUN
