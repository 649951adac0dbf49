"""What `init` would write of what was found, and what it could not take over."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from ..configuration import CONFIG
from ..errors import ConfigError, Fault, PipelineError
from ..invocation import command
from ..keys.faults import SCHEMA, faults
from ..settings import Code, Settings
from . import fit, parameters, together, written
from .fit import Fit
from .locks import REQUIREMENTS
from .values import REGION, STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .fit import Relocking
    from .locks import FoundLock
    from .together import Together
    from .values import FoundFunction, Survey


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The files by path below the project, what could not be taken over, and the commands that come next.

    `found` says why it is so; `relocking` is what uv would have to change, before `following` are of use.
    """

    files: Mapping[Path, str]
    stages: tuple[str, ...]
    left: tuple[str, ...]
    following: tuple[str, ...]
    found: tuple[str, ...] = ()
    relocking: Relocking | None = None


def propose(
    project: Path, survey: Survey, lock: FoundLock | None, region: str, environment: Mapping[str, str]
) -> Proposal:
    """Write the least that works; raise PipelineError where there is neither a function nor a requirement.

    `region` is the stages', empty where nobody says one. `environment` says which index is asked for what fits.
    """
    if lock is None and not survey.functions:
        cure = "write what the code imports into requirements.in, one requirement a line, and run it again"
        raise PipelineError.of(str(project), "holds no function and no requirements to start from", cure=cure)
    chosen = _Choice.of(project, survey, lock, region)
    documents = [dict(replace(chosen, runtime=each).keys()) for each in _runtimes(chosen.code.functions, lock)]
    if wrong := [Fault(f"{CONFIG}: {where}", what, cure=cure) for where, what, cure in faults(documents[0])]:
        raise ConfigError([*wrong, Fault("", "nothing was written", cure="write it by hand, starting from the others")])
    fitting = fit.find(project, documents, environment) if lock and not lock.to_lock else Fit(document=documents[0])
    chosen = replace(chosen, runtime=str(fitting.document["runtime"]))
    left = [line for each in survey.programs for line in each.left]
    left += [*chosen.code.left, *chosen.different(), *(lock.left if lock else ()), *fitting.left]
    if not chosen.region:
        left.append("stages: no region is said anywhere; `--region REGION` writes those that a deploy needs")
    files = {CONFIG: written.configuration(fitting.document), **(lock.files if lock else {})}
    stages = STAGES if "stages" in fitting.document else ()
    return Proposal(
        files=files,
        stages=stages,
        left=tuple(left),
        following=tuple(_following(lock, stages, fitting)),
        found=fitting.found,
        relocking=fitting.relocking,
    )


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """One of everything that the configuration has once: of several, what most functions have."""

    name: str
    runtime: str
    architecture: str
    region: str
    lock: FoundLock | None
    code: Together
    exclude: tuple[str, ...]

    @classmethod
    def of(cls, project: Path, survey: Survey, lock: FoundLock | None, region: str) -> _Choice:
        code = together.bring(survey.functions)
        return cls(
            name=_name(project, survey),
            runtime=_runtimes(code.functions, lock)[0],
            architecture=together.majority((each.architecture for each in code.functions), _first("architectures")),
            region=region,
            lock=lock,
            code=code,
            exclude=tuple(dict.fromkeys(each for program in survey.programs for each in program.exclude)),
        )

    @property
    def layer(self) -> str:
        return f"{self.name}-dependencies"

    def keys(self) -> Iterator[tuple[str, Any]]:
        """Yield the keys of the configuration that are not what they are by default, and the runtime."""
        yield "runtime", self.runtime
        if self.architecture != _first("architectures"):
            yield "architectures", [self.architecture]
        if self.lock and self.lock.path != REQUIREMENTS:
            yield "requirements", self.lock.path.as_posix()
        if self.lock:
            yield "layers", {self.layer: {"without": list(self.lock.without)} if self.lock.without else {}}
        if self.code.functions:
            yield "functions", {each.key: dict(self._function(each)) for each in self.code.functions}
            if code := dict(self._code()):
                yield "code", code
        if self.region:
            yield "stages", {stage: dict(self._stage(stage)) for stage in STAGES}

    def _code(self) -> Iterator[tuple[str, object]]:
        if self.code.source != Code.source:
            yield "source", self.code.source.as_posix()
        if self.exclude:
            yield "exclude", list(self.exclude)

    def _function(self, function: FoundFunction) -> Iterator[tuple[str, object]]:
        yield "name", function.name
        yield "handler", function.handler
        if layers := [*([self.layer] if self.lock else []), *self._of_others(function)]:
            yield "layers", layers
        if function.source != self.code.source:
            yield "code", {"source": function.source.as_posix()}
        yield from _resources(function, parameters.names(self.code.functions)).items()

    def _stage(self, stage: str) -> Iterator[tuple[str, object]]:
        """Yield the keys of a stage; what nobody knows of its functions' variables is in variables of these names."""
        yield "region", self.region
        yield "stack", f"{self.name}-{stage}"
        if stage != STAGES[-1]:
            yield "suffix", f"-{stage}"
        else:
            yield "protected", True
        if asked := parameters.of_stage(self.code.functions, stage):
            yield "parameters", asked

    def _of_others(self, function: FoundFunction) -> list[str]:
        """Return the layers of others that a function has in the region of the stages."""
        if not self.region:
            return [each for each in function.layers if REGION not in each]
        arns = (each.replace(REGION, self.region) for each in function.layers)
        return [each for each in arns if f":{self.region}:" in each]

    def different(self) -> Iterator[str]:
        """Yield which functions have another runtime, architecture or other layers than is written."""
        for each in self.code.functions:
            if len(self._of_others(each)) < len(each.layers):
                named = ", ".join(each.layers)
                yield f"{each.key}: layers that are not in the stages' region: {named}: `layer-arns` has them by region"
            if each.runtime not in {"", self.runtime}:
                yield f"{each.key}: its runtime is {each.runtime}; here all functions have one, {self.runtime}"
            if each.architecture not in {"", self.architecture}:
                yield f"{each.key}: is for {each.architecture}; here all functions are for one, {self.architecture}"


def _resources(function: FoundFunction, named: Mapping[tuple[str, str], str]) -> dict[str, object]:
    """Return what a function has besides its code; what is not the same for all stages is a parameter."""
    variables = {
        name: value if isinstance(value, str) else {"parameter": named[function.key, name]}
        for name, value in function.environment.items()
    }
    values = {
        "memory": function.memory,
        "timeout": function.timeout,
        "ephemeral-storage": function.storage,
        "environment": variables,
    }
    return {key: value for key, value in values.items() if value}


@cache
def _schema() -> dict[str, Any]:
    found: dict[str, object] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def _first(key: str) -> str:
    return str(_schema()["properties"][key]["default"][0])


def _runtimes(functions: tuple[FoundFunction, ...], lock: FoundLock | None) -> list[str]:
    """Return the functions' runtime; else the lock's, or those that the project's Python allows, the oldest first."""
    supported, usual = _schema()["properties"]["runtime"]["enum"], Settings.runtime
    if said := together.majority((each.runtime for each in functions if each.runtime in supported), ""):
        return [said]
    if recorded := [each for each in lock.recorded if each in supported] if lock else []:
        return recorded[:1]
    # Whatever the last number is: a runtime has the newest one.
    return [each for each in supported if lock and lock.python.contains(f"{each.removeprefix('python')}.99")] or [usual]


def _name(project: Path, survey: Survey) -> str:
    given = next((each.name for each in survey.programs if each.name), project.resolve().name)
    name = re.sub(r"[^A-Za-z0-9]+", "-", given).strip("-")[:60] or "project"
    # Stacks are named like it, and begin with a letter.
    return name if name[0].isalpha() else f"project-{name}"


def _following(lock: FoundLock | None, stages: tuple[str, ...], fitting: Fit) -> Iterator[str]:
    """Yield the commands that come next, none where somebody has to mend the lock first."""
    if fitting.to_mend:
        return
    if lock and lock.commands:
        yield from lock.commands
    elif fitting.to_lock or (lock and lock.to_lock):
        yield command("lock")
    yield command("layer")
    if stages:
        yield command("deploy", "--stage", stages[0])
