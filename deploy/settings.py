"""What the pipeline builds and where it goes: the keys of config/pipeline.yaml as frozen values, with defaults.

The meaning of each key is in pipeline.schema.json beside this file; `configuration.load` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .errors import ConfigError, Fault, suggest
from .inside.exchange import TrimPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

IMAGE_VARIABLE = "CHANNELWRIGHT_RUNTIME_IMAGE"
"""Overrides the image of the first runtime; that of another one has its version appended, as in …_3_13."""

Architecture = Literal["x86_64", "arm64"]
Bytecode = Literal["unchecked-hash", "sourceless"]
MACHINES: dict[Architecture, str] = {"x86_64": "x86_64", "arm64": "aarch64"}
"""Lambda's names of the instruction sets, and Linux's."""


@dataclass(frozen=True, order=True)
class Target:
    """What a layer is built for: a Lambda runtime, such as python3.11, and an instruction set."""

    runtime: str
    architecture: Architecture

    def __str__(self) -> str:
        return f"{self.runtime} on {self.architecture}"


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
    trim: TrimPolicy = field(default_factory=TrimPolicy)
    budget: Budget = Budget()
    share: Share | None = field(default=None, repr=False)
    channels: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Function:
    """A Lambda function; `key` is its key in the configuration, `name` lacks the stage's suffix.

    `bench` is the event with which its first request is measured, `trial` one that it has to answer before it ships.
    """

    key: str
    name: str
    handler: str
    layers: tuple[str, ...] = ()
    alias: str = "live"
    health: Mapping[str, Any] | None = None
    trial: Mapping[str, Any] | None = None
    bench: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Code:
    """What ships, and the `checks` that it has to pass: a module and its arguments each, as after `python -m`."""

    source: Path = Path("src")
    include: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    documentation: bool = True
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Option:
    """An option of `doctor` that an extension adds: `otherwise` says what a value is that `pattern` does not match."""

    help: str
    metavar: str = "VALUE"
    pattern: str = ".*"
    otherwise: str = "not allowed"


@dataclass(frozen=True, kw_only=True)
class Extension:
    """A part of the project's own in the pipeline: `module` is a module and its arguments; see deploy/extensions.py.

    `commands` are those that it adds, each with its summary; `doctor` the options of its checks, None where it has
    none; `local` the title of what it does after a deploy to the local system, empty where that is nothing.
    `from_pipeline` is whether a former key stands for it: its module lies beside the pipeline.
    """

    name: str
    module: str
    commands: Mapping[str, str] = field(default_factory=dict)
    doctor: Mapping[str, Option] | None = None
    local: str = ""
    from_pipeline: bool = False

    @property
    def where(self) -> str:
        """The key of its module in the configuration."""
        return f"extensions.{self.name}.module"


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
    """How requirements are locked: a release has to be `cooldown_days` old before it is taken.

    `groups` and `extras` are those of pyproject.toml that are wanted besides the project's dependencies.
    """

    cooldown_days: int = 7
    groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
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
    `remarks` name the successors of keys that have another name now.
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
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    local: Local | None = None
    template: Path | None = None
    stages: Mapping[str, Stage] = field(default_factory=dict)
    remarks: tuple[str, ...] = field(default=(), repr=False)

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
            raise ConfigError([Fault(f"--stage {name}", "no such stage", cure=suggest(name, self.stages))])
        return self.stages[name]


def default_image(runtime: str) -> str:
    """Return AWS's own image of a runtime: https://docs.aws.amazon.com/lambda/latest/dg/python-image.html."""
    return f"public.ecr.aws/lambda/python:{runtime.removeprefix('python')}"


def image_variable(runtime: str) -> str:
    """Return what overrides the image of a runtime that is not the first.

    >>> image_variable("python3.13")
    'CHANNELWRIGHT_RUNTIME_IMAGE_3_13'
    """
    return f"{IMAGE_VARIABLE}_{runtime.removeprefix('python').replace('.', '_')}"
