"""A function as AWS has it: $LATEST, its published versions, its aliases, and what is live. One reader for all.

    FunctionVersions   any function of the account, whoever made it
    DeployedFunction   a function of config/pipeline.yaml in a stage, as far as it is there
    ServedFunction     the same where all of it is there: its alias points to a version that traffic meets
    FunctionTraffic    no more of it than what traffic meets, which takes two calls

`differences` is the one comparison of two versions: code, layers, architecture and the whole configuration.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import aliases, functions
from ..aws.aliases import AliasState
from ..aws.arns import LayerVersionArn
from .descriptions import AliasNote, Passed, VersionNote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..aws.connection import Aws
    from ..aws.functions import FunctionState
    from ..settings import Function, Settings, Stage

_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class FunctionVersions:
    """A function with $LATEST, every published version, newest first, and every alias."""

    name: str
    latest: FunctionState
    versions: tuple[FunctionState, ...]
    aliases: tuple[AliasState, ...]

    @property
    def states(self) -> tuple[FunctionState, ...]:
        return (self.latest, *self.versions)

    def aliases_of(self, version: str) -> tuple[str, ...]:
        """Name the aliases that send traffic to a version, all or a share of it."""
        return tuple(alias.name for alias in self.aliases if version in alias.versions)

    def version(self, number: str) -> FunctionState | None:
        return next((each for each in self.versions if each.version == number), None)


@dataclass(frozen=True, kw_only=True)
class DeployedFunction:
    """A function of config/pipeline.yaml in a stage; `name` has the stage's suffix.

    `found` is None where there is no such function, `alias`, which releases move, where it has none of that name, and
    `live`, the version that the alias points to, where that was deleted.
    """

    function: Function
    name: str
    found: FunctionVersions | None
    alias: AliasState | None
    live: FunctionState | None

    @property
    def where(self) -> str:
        return f"{self.name}:{self.function.alias}"

    @property
    def latest(self) -> FunctionState | None:
        return self.found.latest if self.found else None


@dataclass(frozen=True, kw_only=True)
class ServedFunction(DeployedFunction):
    """A function that is there with its alias and the version that the alias points to."""

    found: FunctionVersions
    alias: AliasState
    live: FunctionState

    @property
    def latest(self) -> FunctionState:
        return self.found.latest

    @property
    def history(self) -> tuple[Passed, ...]:
        """What the alias pointed to, newest first."""
        return AliasNote.parse(self.alias.description).history

    @property
    def release(self) -> str | None:
        """The release that is live; None where the alias's history does not know of the version."""
        now = self.history[0] if self.history else None
        return now.release if now and now.version == self.alias.version else None

    @property
    def taken_back(self) -> frozenset[str]:
        """The releases that were live and made way for an older version, which is live now."""
        return _taken_back(self.alias)

    def passed(self) -> tuple[Passed, ...]:
        """Return every version that a release is known for: by the history, then by the versions' own descriptions."""
        noted = (Passed(note.release, each.version) for each in self.found.versions if (note := note_of(each)))
        return (*self.history, *noted)


@dataclass(frozen=True, kw_only=True)
class FunctionTraffic:
    """What traffic meets of a function of a stage; where it has no alias yet, that is $LATEST.

    `latest` and `live` say nothing of their state where a list told of them: `settling` is False there.
    """

    function: Function
    name: str
    latest: FunctionState
    alias: AliasState
    live: FunctionState

    @property
    def taken_back(self) -> frozenset[str]:
        """The releases that were live and made way for an older version, which is live now."""
        return _taken_back(self.alias)


@dataclass(frozen=True)
class AbsentFunction:
    """A function that is not there, or whose alias points to a version, `gone`, that was deleted."""

    function: Function
    name: str
    gone: str = ""


def _taken_back(alias: AliasState) -> frozenset[str]:
    if not alias.version.isdecimal():
        return frozenset()
    history = AliasNote.parse(alias.description).history
    now = {each.release for each in history[:1] if each.version == alias.version}
    return frozenset({each.release for each in history if int(each.version) > int(alias.version)} - now)


def note_of(version: FunctionState) -> VersionNote | None:
    return VersionNote.parse(version.description)


def differences(one: FunctionState, other: FunctionState) -> Iterator[str]:
    """Yield in what two versions differ: code, layers, Architectures, keys of the configuration."""
    if one.sha256 != other.sha256:
        yield "code"
    if one.layers != other.layers:
        yield "layers"
    if one.architecture != other.architecture:
        yield "Architectures"
    here, there = one.configuration, other.configuration
    yield from sorted(key for key in here.keys() | there.keys() if here.get(key) != there.get(key))


def named(arns: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Name layer versions as a configuration does: those of others, of which `wanted` has the ARNs, by these."""
    return tuple(arn if arn in wanted else LayerVersionArn.parse(arn).name for arn in arns)


def observe(aws: Aws, settings: Settings, stage: Stage) -> tuple[DeployedFunction, ...]:
    """Read every function of a stage, in the order of the settings; several at once."""
    wanted = list(settings.functions.values())
    # A session must not make a client in two threads at once; the clients may be used in several.
    _ = aws.functions
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return tuple(threads.map(lambda each: read(aws, each, f"{each.name}{stage.suffix}"), wanted))


def traffic(aws: Aws, settings: Settings, stage: Stage) -> tuple[FunctionTraffic | AbsentFunction, ...]:
    """Read what traffic meets of every function of a stage, in the order of the settings; several at once."""
    wanted = list(settings.functions.values())
    _ = aws.functions
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return tuple(threads.map(lambda each: traffic_of(aws, each, f"{each.name}{stage.suffix}"), wanted))


def traffic_of(aws: Aws, function: Function, name: str) -> FunctionTraffic | AbsentFunction:
    """Read it of one function: the first page of its versions has $LATEST, and mostly the version that is live."""
    listed = functions.first_versions(aws, name)
    latest = listed.get("$LATEST")
    if latest is None:
        return AbsentFunction(function, name)
    alias = aliases.read(aws, name, function.alias)
    if alias is None:
        absent = AliasState.absent(name, function.alias)
        return FunctionTraffic(function=function, name=name, latest=latest, alias=absent, live=latest)
    live = listed.get(alias.version) or functions.read(aws, name, alias.version)
    if live is None:
        return AbsentFunction(function, name, alias.version)
    return FunctionTraffic(function=function, name=name, latest=latest, alias=alias, live=live)


def read(aws: Aws, function: Function, name: str) -> DeployedFunction:
    """Read one function of a stage. The live version is asked for by itself: lists say nothing of its state."""
    found = versions(aws, name)
    alias = next((each for each in found.aliases if each.name == function.alias), None) if found else None
    live = functions.read(aws, name, alias.version) if alias else None
    if found is not None and alias is not None and live is not None:
        return ServedFunction(function=function, name=name, found=found, alias=alias, live=live)
    return DeployedFunction(function=function, name=name, found=found, alias=alias, live=live)


def all_versions(aws: Aws, names: Sequence[str]) -> tuple[FunctionVersions, ...]:
    """Read the functions of these names that are there, several at once."""
    _ = aws.functions
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return tuple(each for each in threads.map(lambda name: versions(aws, name), names) if each is not None)


def versions(aws: Aws, name: str) -> FunctionVersions | None:
    """Read a function; None where there is none, or it was deleted meanwhile."""
    latest = functions.read(aws, name)
    if latest is None:
        return None
    return FunctionVersions(
        name=name, latest=latest, versions=functions.versions(aws, name), aliases=aliases.of(aws, name)
    )
