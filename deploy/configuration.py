"""Reads config/pipeline.yaml into settings; nothing else does.

What is allowed is written once, in pipeline.schema.json: editors complete from it, and it is what the file is checked
against, by `keys`.
"""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ConfigError, Fault
from .inside.exchange import TrimPolicy
from .keys import document
from .keys.faults import faults
from .keys.former import renewed
from .keys.place import CONFIG
from .settings import (
    IMAGE_VARIABLE,
    Budget,
    Clarified,
    Code,
    Extension,
    FromEnvironment,
    FromParameter,
    Function,
    FunctionResources,
    GitHub,
    Ignore,
    Layer,
    Local,
    Lock,
    Option,
    Override,
    Permission,
    Queue,
    Scan,
    Settings,
    Share,
    Stage,
    Start,
    WithDependencies,
    default_image,
    image_variable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CONFIG", "load", "read"]

_STACK_LENGTH = 128  # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
_CHANNELS = {True: "/layers", False: None}


def load(project: Path, environment: Mapping[str, str]) -> Settings:
    """Read and check `project`/config/pipeline.yaml; raise ConfigError with every fault in it."""
    return read(document.read(project), project, environment)


def read(raw: Mapping[str, object], project: Path, environment: Mapping[str, str]) -> Settings:
    """Check what a project's configuration holds, or would hold; raise ConfigError with every fault in it."""
    found = [Fault(f"{project / CONFIG}: {where}", what, cure=cure) for where, what, cure in faults(dict(raw))]
    if found:
        raise ConfigError(found)
    current, remarks = renewed(dict(raw))
    return _settings(project.resolve(), _with_images(current, environment), remarks)


def _with_images(raw: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, object]:
    """Say which runtime is the first, and every runtime's image, as the environment wants them."""
    runtimes: list[str] = raw.get("runtimes") or [raw.get("runtime", Settings.runtime)]
    first, *others = runtimes
    given: dict[str, str] = raw.get("images", {})
    overriding = {each: image for each in others if (image := environment.get(image_variable(each)))}
    own = environment.get(IMAGE_VARIABLE) or raw.get("image") or given.get(first) or default_image(first)
    return {**raw, "runtime": first, "runtimes": runtimes, "image": own, "images": {**given, **overriding}}


def _settings(project: Path, raw: dict[str, Any], remarks: tuple[str, ...]) -> Settings:
    """Turn checked keys into values. Every class has its keys' names, with - for _."""
    values = _named(raw)
    for key in ("requirements", "dockerfile", "template"):
        if key in values:
            values[key] = Path(values[key])
    return Settings(
        project=project,
        remarks=remarks,
        lock=_lock(values.pop("lock", {})),
        code=_code(values.pop("code", {})),
        scan=_scan(values.pop("scan", {})),
        extensions={name: _extension(name, each) for name, each in values.pop("extensions", {}).items()},
        local=Local(**values.pop("local")) if "local" in values else None,
        layers={name: _layer(name, layer) for name, layer in values.pop("layers", {}).items()},
        functions={key: _function(key, each, raw.get("code", {})) for key, each in values.pop("functions", {}).items()},
        stages={
            name: _stage(name, {"stack": _stack(raw, name), **stage})
            for name, stage in values.pop("stages", {}).items()
        },
        **values,
    )


def _named(raw: Mapping[str, object]) -> dict[str, Any]:
    return {key.replace("-", "_"): tuple(value) if isinstance(value, list) else value for key, value in raw.items()}


def _function(key: str, raw: Mapping[str, object], code: Mapping[str, object]) -> Function:
    """Return a function; what its own code does not say is as `code`, which all functions have, says it."""
    values = _named(raw)
    if "code" in values:
        values["code"] = _code({name: value for name, value in code.items() if name != "checks"} | values["code"])
    own = {each.name: values.pop(each.name) for each in fields(FunctionResources) if each.name in values}
    return Function(key=key, resources=_resources(own), **values)


def _resources(values: dict[str, Any]) -> FunctionResources:
    if "environment" in values:
        values["environment"] = {
            name: FromParameter(value["parameter"]) if isinstance(value, dict) else value
            for name, value in values["environment"].items()
        }
    if "permissions" in values:
        values["permissions"] = tuple(Permission(**_named(each)) for each in values["permissions"])
    if queue := values.pop("queue", None):
        values["queue"] = Queue(**_named({} if queue is True else queue))
    return FunctionResources(**values)


def _code(raw: Mapping[str, object]) -> Code:
    values = _named(raw)
    if "source" in values:
        values["source"] = Path(values["source"])
    if "include" in values:
        values["include"] = tuple(Path(each) for each in values["include"])
    if "start" in values:
        values["start"] = Start(**_named(values["start"]))
    return Code(**values)


def _lock(raw: Mapping[str, object]) -> Lock:
    values = _named(raw)
    overrides = {name: Override(**each) for name, each in values.pop("overrides", {}).items()}
    return Lock(overrides=overrides, **values)


def _scan(raw: Mapping[str, object]) -> Scan:
    values = _named(raw)
    return Scan(
        clarify={name: Clarified(**each) for name, each in values.pop("clarify", {}).items()},
        ignore=tuple(Ignore(**each) for each in values.pop("ignore", ())),
        **values,
    )


def _extension(name: str, raw: Mapping[str, Any]) -> Extension:
    options = raw.get("doctor")
    doctor = None if options is None else {key: Option(**each) for key, each in options.items()}
    return Extension(name=name, **{**raw, "doctor": doctor})


def _layer(name: str, raw: Mapping[str, object]) -> Layer:
    values = _named(raw)
    trim, budget = _trim(values.pop("trim", {})), values.pop("budget", {})
    values["share"] = _share(values.pop("share")) if "share" in values else None
    values["channels"] = _CHANNELS.get(asked := values.pop("channels", False), asked)
    if "requirements" in values:
        values["requirements"] = Path(values["requirements"])
    if isinstance(packages := values.get("packages"), dict):
        of, leaving = packages["with-dependencies-of"], packages.get("except", ())
        values["packages"] = WithDependencies(of=tuple(of), leaving=tuple(leaving))
    return Layer(name=name, trim=trim, budget=Budget(**budget), **values)


def _trim(raw: Mapping[str, object]) -> TrimPolicy:
    """Apply the preset, which is every rule that is a yes or a no; what is written beside it comes first."""
    values = _named(raw)
    preset: dict[str, Any] = {}
    if values.pop("preset", None) == "small":
        preset = {each.name: True for each in fields(TrimPolicy) if each.default is None or each.default is True}
    return TrimPolicy(**preset | values)


def _share(raw: Mapping[str, object]) -> Share:
    values = _named(raw)
    return Share(**values | {"accounts": tuple(str(each) for each in values.get("accounts", ()))})


def _stack(raw: Mapping[str, Any], stage: str) -> str:
    """Name the stack of a stage that names none, by what does not depend on where the project lies."""
    first = next(iter(raw.get("functions", {}).values()), None)
    words = re.findall("[a-zA-Z0-9]+", f"{first['name']}-{stage}" if first else "")
    name = "-".join(words)[:_STACK_LENGTH]
    return name if not name or name[0].isalpha() else f"s-{name}"[:_STACK_LENGTH]


def _stage(name: str, raw: Mapping[str, object]) -> Stage:
    values = _named(raw)
    parameters = {
        key: FromEnvironment(value["env"], value.get("optional", False)) if isinstance(value, dict) else value
        for key, value in values.pop("parameters", {}).items()
    }
    github = GitHub(**_named(values.pop("github"))) if "github" in values else None
    return Stage(name=name, parameters=parameters, github=github, **values)
