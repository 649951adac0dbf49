"""config/pipeline.yaml: what the pipeline builds and where it goes.

`load` is the only reader. What is allowed is written once, in pipeline.schema.json beside this file: editors
complete from it, and it is what the file is checked against. Every fault is reported at once, with its key path,
what is allowed and what was probably meant. The classes below are the same keys as frozen values, with defaults.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import jsonschema_rs
import yaml

from deploy.errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

IMAGE_VARIABLE = "CHANNELWRIGHT_RUNTIME_IMAGE"
"""Overrides the image of the first runtime; that of another one has its version appended, as in …_3_13."""
CONFIG = Path("config/pipeline.yaml")
SCHEMA = Path(__file__).with_name("pipeline.schema.json")

_CHANNELS = {True: "/layers", False: None}

Architecture = Literal["x86_64", "arm64"]
Bytecode = Literal["unchecked-hash", "sourceless"]
MACHINES: dict[Architecture, str] = {"x86_64": "x86_64", "arm64": "aarch64"}
"""Lambda's names of the instruction sets, and Linux's."""


@dataclass(frozen=True)
class Target:
    """What a layer is built for: a Lambda runtime, such as python3.11, and an instruction set."""

    runtime: str
    architecture: Architecture

    def __str__(self) -> str:
        return f"{self.runtime} on {self.architecture}"


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
class Share:
    """Who else may use a layer's versions: accounts by their 12 digits, an organization, or everyone."""

    accounts: tuple[str, ...] = ()
    organization: str | None = None
    public: bool = False


@dataclass(frozen=True, kw_only=True)
class WithDependencies:
    """The distributions that these need, and they themselves, but for those that are left to another layer."""

    of: tuple[str, ...]
    leaving: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer by its name in AWS.

    `channels` is the path below which parameters name its versions, None where none are asked for. Who may use a
    layer decides neither its bytes nor whether they are fit, so it is not in what `repr` shows of it.
    """

    name: str
    packages: Literal["rest"] | tuple[str, ...] | WithDependencies = "rest"
    bytecode: Bytecode = "unchecked-hash"
    license: str = ""
    trim: TrimPolicy = TrimPolicy()
    budget: Budget = Budget()
    share: Share | None = field(default=None, repr=False)
    channels: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Function:
    """A Lambda function; `key` is its key in the configuration, `name` lacks the stage's suffix.

    `bench` is the event with which its first request is measured.
    """

    key: str
    name: str
    handler: str
    layers: tuple[str, ...] = ()
    alias: str = "live"
    health: Mapping[str, Any] | None = None
    bench: Mapping[str, Any] | None = None


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


@dataclass(frozen=True, kw_only=True)
class Local:
    """What stands beside the emulated AWS: `companion` is a module and its arguments; see deploy/local/companion.py."""

    companion: str


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
    """Where a release goes: functions and stack to `region`, layers to it and to `publish_regions`."""

    name: str
    region: str
    stack: str
    suffix: str = ""
    account: str | None = None
    profile: str | None = None
    publish_regions: tuple[str, ...] = ()
    bucket: str | Mapping[str, str] | None = None
    parameters: Mapping[str, str | FromEnvironment] = field(default_factory=dict)
    github: GitHub | None = None

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region that gets the layers, `region` first."""
        return tuple(dict.fromkeys([self.region, *self.publish_regions]))

    def bucket_in(self, region: str) -> str | None:
        """Name the bucket for a region; one that is given without regions lies in `region`, and serves no other."""
        if self.bucket is None or isinstance(self.bucket, str):
            return self.bucket if region == self.region else None
        return self.bucket.get(region)


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
class Clarified:
    """What a distribution's licence file says, as SPDX, where its metadata does not; and how that is known."""

    license: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Ignore:
    """A finding that the project lives with, why, and the last day that it does, as YYYY-MM-DD."""

    id: str
    reason: str
    until: str


@dataclass(frozen=True, kw_only=True)
class Scan:
    """How `scan` judges: OSV's query URL, the licences allowed, and what is known better or ignored."""

    vulnerabilities: str = "https://api.osv.dev/v1/query"
    licenses: tuple[str, ...] = ()
    clarify: Mapping[str, Clarified] = field(default_factory=dict)
    ignore: tuple[Ignore, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole of config/pipeline.yaml; paths are relative to `project`, the folder it belongs to.

    `runtime` and `image` are those of the functions, the first of several; `image_of` and `targets` tell of all.
    """

    project: Path
    layers: Mapping[str, Layer]
    runtime: str = "python3.11"
    runtimes: tuple[str, ...] = ()
    image: str = "public.ecr.aws/lambda/python:3.11"
    images: Mapping[str, str] = field(default_factory=dict)
    architectures: tuple[Architecture, ...] = ("x86_64",)
    requirements: Path = Path("requirements.txt")
    lock: Lock = Lock()
    scan: Scan = Scan()
    dockerfile: Path = Path("Dockerfile.layer")
    functions: Mapping[str, Function] = field(default_factory=dict)
    code: Code = Code()
    discord: DiscordApplication | None = None
    local: Local | None = None
    template: Path | None = None
    stages: Mapping[str, Stage] = field(default_factory=dict)

    @property
    def targets(self) -> tuple[Target, ...]:
        """Everything that each layer is built for; the first one is the functions' own."""
        runtimes = dict.fromkeys([self.runtime, *self.runtimes])
        return tuple(Target(runtime, architecture) for runtime in runtimes for architecture in self.architectures)

    def image_of(self, runtime: str) -> str:
        return self.image if runtime == self.runtime else self.images.get(runtime, default_image(runtime))

    def suffix(self, target: Target) -> str:
        """Return what is appended to a layer's name where its files for a target are named; nothing for the first."""
        runtime = "" if target.runtime == self.runtime else f"-{target.runtime}"
        return runtime + ("" if target.architecture == self.architectures[0] else f"-{target.architecture}")

    def stage(self, name: str) -> Stage:
        """Return the stage of this name; raise ConfigError, naming those that exist."""
        if name not in self.stages:
            raise ConfigError([Fault(f"--stage {name}", "no such stage", cure=_suggest(name, self.stages))])
        return self.stages[name]


def load(project: Path, environment: Mapping[str, str]) -> Settings:
    """Read and check `project`/config/pipeline.yaml; raise ConfigError with every fault in it."""
    path = project / CONFIG
    raw = _read(path)
    faults = [Fault(f"{path}: {where}", what, cure=cure) for where, what, cure in _faults(raw)]
    if faults:
        raise ConfigError(faults)
    return _settings(project.resolve(), _with_images(raw, environment))


def default_image(runtime: str) -> str:
    """Return AWS's own image of a runtime: https://docs.aws.amazon.com/lambda/latest/dg/python-image.html."""
    return f"public.ecr.aws/lambda/python:{runtime.removeprefix('python')}"


def image_variable(runtime: str) -> str:
    """Return what overrides the image of a runtime that is not the first.

    >>> image_variable("python3.13")
    'CHANNELWRIGHT_RUNTIME_IMAGE_3_13'
    """
    return f"{IMAGE_VARIABLE}_{runtime.removeprefix('python').replace('.', '_')}"


def _with_images(raw: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Say which runtime is the first, and every runtime's image, as the environment wants them."""
    runtimes: list[str] = raw.get("runtimes") or [raw.get("runtime", Settings.runtime)]
    first, *others = runtimes
    given: dict[str, str] = raw.get("images", {})
    overriding = {each: image for each in others if (image := environment.get(image_variable(each)))}
    own = environment.get(IMAGE_VARIABLE) or raw.get("image") or given.get(first) or default_image(first)
    return {**raw, "runtime": first, "runtimes": runtimes, "image": own, "images": {**given, **overriding}}


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
    yield from _astray(raw)
    yield from _twice(raw)
    yield from _undated(raw)


def _twice(raw: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what is said in two ways, and images of runtimes that there are not."""
    runtimes = raw.get("runtimes") or [raw.get("runtime", Settings.runtime)]
    if "runtime" in raw and "runtimes" in raw:
        yield "runtimes", "is there beside `runtime`", "keep the list, with the functions' own runtime first"
    for each in _keys(raw.get("images")):
        if isinstance(runtimes, list) and each not in runtimes:
            yield f"images.{each}", "is not among the runtimes", "take it out, or add it to `runtimes`"
        elif isinstance(runtimes, list) and each == runtimes[0] and "image" in raw:
            yield f"images.{each}", "is there beside `image`, which is this runtime's too", "keep one of them"


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


def _astray(raw: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the buckets that lie in regions to which their stage publishes nothing."""
    for name, stage in _keys(raw.get("stages")).items():
        others = _keys(stage).get("publish-regions")
        regions = [_keys(stage).get("region"), *(others if isinstance(others, list) else ())]
        for region in _keys(_keys(stage).get("bucket")):
            if region not in regions:
                known = [each for each in regions if isinstance(each, str)]
                yield f"stages.{name}.bucket.{region}", "the stage publishes nothing there", _suggest(region, known)


def _undated(raw: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the days that no calendar has."""
    ignores = _keys(raw.get("scan")).get("ignore")
    for number, ignore in enumerate(ignores if isinstance(ignores, list) else ()):
        try:
            date.fromisoformat(str(_keys(ignore).get("until", "2000-01-01")))
        except ValueError as error:
            yield f"scan.ignore.{number}.until", str(error), "give a day, such as 2027-01-31"


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
        scan=_scan(values.pop("scan", {})),
        discord=DiscordApplication(**values.pop("discord")) if "discord" in values else None,
        local=Local(**values.pop("local")) if "local" in values else None,
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


def _scan(raw: Mapping[str, Any]) -> Scan:
    values = _named(raw)
    return Scan(
        clarify={name: Clarified(**each) for name, each in values.pop("clarify", {}).items()},
        ignore=tuple(Ignore(**each) for each in values.pop("ignore", ())),
        **values,
    )


def _layer(name: str, raw: Mapping[str, Any]) -> Layer:
    values = _named(raw)
    trim, budget = values.pop("trim", {}), values.pop("budget", {})
    values["share"] = _share(values.pop("share")) if "share" in values else None
    values["channels"] = _CHANNELS.get(asked := values.pop("channels", False), asked)
    if isinstance(packages := values.get("packages"), dict):
        of, leaving = packages["with-dependencies-of"], packages.get("except", ())
        values["packages"] = WithDependencies(of=tuple(of), leaving=tuple(leaving))
    return Layer(name=name, trim=TrimPolicy(**_named(trim)), budget=Budget(**budget), **values)


def _share(raw: Mapping[str, Any]) -> Share:
    values = _named(raw)
    return Share(**values | {"accounts": tuple(str(each) for each in values.get("accounts", ()))})


def _stage(name: str, raw: Mapping[str, Any]) -> Stage:
    values = _named(raw)
    parameters = {
        key: FromEnvironment(value["env"]) if isinstance(value, dict) else value
        for key, value in values.pop("parameters", {}).items()
    }
    github = GitHub(**_named(values.pop("github"))) if "github" in values else None
    return Stage(name=name, parameters=parameters, github=github, **values)
