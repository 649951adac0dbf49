"""config/pipeline.yaml: what the pipeline builds and where it goes.

`load` is the only reader. What is allowed is written once, in pipeline.schema.json beside this file: editors
complete from it, and it is what the file is checked against. Every fault is reported at once, with its key path,
what is allowed and what was probably meant. The classes below are the same keys as frozen values, with defaults.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import jsonschema_rs
import yaml

from deploy.errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

IMAGE_VARIABLE = "CHANNELWRIGHT_RUNTIME_IMAGE"
CONFIG = Path("config/pipeline.yaml")
SCHEMA = Path(__file__).with_name("pipeline.schema.json")

Architecture = Literal["x86_64", "arm64"]
Bytecode = Literal["unchecked-hash", "sourceless"]


@dataclass(frozen=True, kw_only=True)
class TrimPolicy:
    """What is left out of a layer, rule by rule; the meaning of each is in the schema."""

    botocore_data: Literal["all"] | tuple[str, ...] = "all"
    botocore_endpoints: bool = True
    botocore_documentation: bool = True
    boto3_resources: bool = False
    debug_symbols: bool = True
    tests: bool = True
    stubs: bool = True
    scripts: bool = True
    ca_bundle: bool = True
    zone_data: bool = True
    metadata: bool = True
    compiled_twins: tuple[str, ...] = ()
    exclude: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Sizes in bytes that a team set itself; Lambda's own limits are checked besides."""

    zip: int | None = None
    unzipped: int | None = None


@dataclass(frozen=True, kw_only=True)
class Layer:
    name: str
    packages: Literal["rest"] | tuple[str, ...] = "rest"
    bytecode: Bytecode = "unchecked-hash"
    license: str = ""
    trim: TrimPolicy = TrimPolicy()
    budget: Budget = Budget()


@dataclass(frozen=True, kw_only=True)
class Function:
    """A Lambda function; `key` is its key in the configuration, `name` lacks the stage's suffix."""

    key: str
    name: str
    handler: str
    layers: tuple[str, ...] = ()
    alias: str = "live"
    health: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Code:
    """What ships, and the `checks` that it has to pass: a module and its arguments each, as after `python -m`."""

    source: Path = Path("src")
    include: tuple[Path, ...] = ()
    documentation: bool = True
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DiscordApplication:
    """What Discord is told: `application` is a module and its arguments, which prints it as JSON.

    `endpoint` is the output of the stack that holds the URL for interactions.
    """

    application: str
    endpoint: str | None = None


@dataclass(frozen=True)
class FromEnvironment:
    """A value that is read from this environment variable at deploy time."""

    variable: str


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """How GitHub's workflows get into the stage's account; without `repository` it is git's remote `origin`.

    `environment` is GitHub's, empty for one of the stage's name. The ids are numbers as text, empty where not known.
    """

    role: str
    environment: str = ""
    repository: str = ""
    owner_id: str = ""
    repository_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Stage:
    name: str
    region: str
    stack: str
    suffix: str = ""
    account: str | None = None
    bucket: str | None = None
    parameters: Mapping[str, str | FromEnvironment] = field(default_factory=dict)
    github: GitHub | None = None


@dataclass(frozen=True, kw_only=True)
class Override:
    """Another cooldown for one package, and why: a fix that cannot wait, for one."""

    days: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Lock:
    """How requirements are locked: a release has to be `cooldown_days` old before it is taken."""

    cooldown_days: int = 7
    overrides: Mapping[str, Override] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole of config/pipeline.yaml; paths are relative to `project`, the folder it belongs to."""

    project: Path
    layers: Mapping[str, Layer]
    runtime: str = "python3.11"
    image: str = "public.ecr.aws/lambda/python:3.11"
    architectures: tuple[Architecture, ...] = ("x86_64",)
    requirements: Path = Path("requirements.txt")
    lock: Lock = Lock()
    dockerfile: Path = Path("Dockerfile.layer")
    functions: Mapping[str, Function] = field(default_factory=dict)
    code: Code = Code()
    discord: DiscordApplication | None = None
    template: Path | None = None
    stages: Mapping[str, Stage] = field(default_factory=dict)

    def stage(self, name: str) -> Stage:
        """Return the stage of this name; raise ConfigError, naming those that exist."""
        if name not in self.stages:
            raise ConfigError([Fault(f"--stage {name}", "no such stage", cure=_suggest(name, self.stages))])
        return self.stages[name]


def load(project: Path, environment: Mapping[str, str]) -> Settings:
    """Read and check `project`/config/pipeline.yaml; raise ConfigError with every fault in it."""
    path = project / CONFIG
    raw = _read(path)
    if image := environment.get(IMAGE_VARIABLE):
        raw["image"] = image
    faults = [Fault(f"{path}: {where}", what, cure=cure) for where, what, cure in _faults(raw)]
    if faults:
        raise ConfigError(faults)
    return _settings(project.resolve(), raw)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # which of the two is known at run time
    """Reads only what JSON can say, since the schema is JSON's, and no key twice, since YAML would drop the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is there twice", problem_mark=key.start_mark)
            seen.add(str(key.value))
        return {str(key): value for key, value in super().construct_mapping(node, deep=deep).items()}


_Loader.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_yaml_str)


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader, in C
    except OSError as error:
        cure = "run in a project that has one, or name it with --project DIR"
        raise ConfigError([Fault(str(path), error.strerror or str(error), cure=cure)]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError([Fault(str(path), "is not YAML that can be used", cause=str(error))]) from error
    if not isinstance(raw, dict):
        raise ConfigError([Fault(str(path), f"holds {type(raw).__name__}, not keys and values")])
    return raw


def _faults(raw: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield where, what and cure of everything that the schema or a reference refuses."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for error in jsonschema_rs.validator_for(schema).iter_errors(raw):
        yield from _explain(schema, error)
    yield from _dangling(raw)


def _explain(schema: dict[str, Any], error: jsonschema_rs.ValidationError) -> Iterator[tuple[str, str, str]]:
    path = [str(part) for part in error.instance_path]
    where, shown = ".".join(path), json.dumps(error.instance, default=str)
    kind = error.kind.as_dict()
    match error.kind.name:
        case "additionalProperties":
            allowed = _at(schema, error.schema_path[:-1]).get("properties", {})
            for key in kind["unexpected"]:
                yield ".".join([*path, key]), "unknown key", _suggest(key, allowed)
        case "required":
            yield ".".join([*path, kind["property"]]), "is required and missing", ""
        case "anyOf":
            rule = _at(schema, error.schema_path[:-1])
            yield where, f"{shown} is not allowed here", f"give {rule['description']}"
        case "enum":
            yield where, f"{shown} is not allowed", _suggest(str(error.instance), kind["options"])
        case _:
            rule = _at(schema, error.schema_path[:-1])
            yield where, error.message, f"give {rule['description']}" if "description" in rule else ""


def _at(schema: Any, path: Collection[str | int]) -> Any:
    """Follow a path through the schema; jsonschema_rs gives it with every $ref already entered."""
    found = schema
    for part in path:
        if isinstance(found, dict) and "$ref" in found and part not in found:
            found = _at(schema, found["$ref"].removeprefix("#/").split("/"))
        if part != "$ref":
            found = found[part]
    while isinstance(found, dict) and "$ref" in found:
        found = _at(schema, found["$ref"].removeprefix("#/").split("/"))
    return found


def _dangling(raw: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the references to layers that do not exist, and the layers that claim the same packages."""
    layers = _keys(raw.get("layers"))
    for key, function in _keys(raw.get("functions")).items():
        named = _keys(function).get("layers")
        for layer in named if isinstance(named, list) else ():
            if isinstance(layer, str) and layer not in layers:
                yield f"functions.{key}.layers", f"there is no layer {layer!r}", _suggest(layer, layers)
    rest = [name for name, layer in layers.items() if _keys(layer).get("packages", "rest") == "rest"]
    if len(rest) > 1:
        yield "layers", f"{' and '.join(rest)} all take the rest of the lock", "give all but one their packages"


def _keys(value: Any) -> dict[str, Any]:
    """Return a value that ought to be keys and values; nothing where it is not, which the schema says."""
    return value if isinstance(value, dict) else {}


def _suggest(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else f"use one of: {', '.join(sorted(known)) or 'none is defined'}"


def _settings(project: Path, raw: dict[str, Any]) -> Settings:
    """Turn checked keys into values. Every class has its keys' names, with - for _."""
    values = _named(raw)
    for key in ("requirements", "dockerfile", "template"):
        if key in values:
            values[key] = Path(values[key])
    return Settings(
        project=project,
        lock=_lock(values.pop("lock", {})),
        code=_code(values.pop("code", {})),
        discord=DiscordApplication(**values.pop("discord")) if "discord" in values else None,
        layers={name: _layer(name, layer) for name, layer in values.pop("layers").items()},
        functions={key: Function(key=key, **_named(each)) for key, each in values.pop("functions", {}).items()},
        stages={name: _stage(name, stage) for name, stage in values.pop("stages", {}).items()},
        **values,
    )


def _named(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key.replace("-", "_"): tuple(value) if isinstance(value, list) else value for key, value in raw.items()}


def _code(raw: Mapping[str, Any]) -> Code:
    values = _named(raw)
    if "source" in values:
        values["source"] = Path(values["source"])
    if "include" in values:
        values["include"] = tuple(Path(each) for each in values["include"])
    return Code(**values)


def _lock(raw: Mapping[str, Any]) -> Lock:
    values = _named(raw)
    overrides = {name: Override(**each) for name, each in values.pop("overrides", {}).items()}
    return Lock(overrides=overrides, **values)


def _layer(name: str, raw: Mapping[str, Any]) -> Layer:
    values = _named(raw)
    trim, budget = values.pop("trim", {}), values.pop("budget", {})
    return Layer(name=name, trim=TrimPolicy(**_named(trim)), budget=Budget(**budget), **values)


def _stage(name: str, raw: Mapping[str, Any]) -> Stage:
    values = _named(raw)
    parameters = {
        key: FromEnvironment(value["env"]) if isinstance(value, dict) else value
        for key, value in values.pop("parameters", {}).items()
    }
    github = GitHub(**_named(values.pop("github"))) if "github" in values else None
    return Stage(name=name, parameters=parameters, github=github, **values)
