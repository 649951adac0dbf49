from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...layer.audit.limits import LAYERS, UNZIPPED
from ...published.descriptions import Passed  # noqa: TC001 - a document's annotations are read
from ...runtimes.end_of_life import days_left

if TYPE_CHECKING:
    from datetime import date

    from ...status.values import AliasStatus, FunctionStatus, LayerStatus, VersionStatus


@dataclass(frozen=True, kw_only=True)
class StatusLayer:
    """A layer version that is attached. `place` is current, behind, deleted, foreign or unreadable.

    `newest` is the newest version of that layer for the same runtime and architecture, `behind` what it has that this
    one lacks. `sha256` and sizes in bytes are null where the zip cannot be had.
    """

    arn: str
    layer: str
    version: int
    place: str
    newest: int | None
    behind: tuple[str, ...]
    sha256: str | None
    zipped: int | None
    size: int | None


@dataclass(frozen=True, kw_only=True)
class StatusCode:
    """Bytes of the code's zip and unpacked, which is null where it cannot be had."""

    zipped: int
    size: int | None


@dataclass(frozen=True, kw_only=True)
class StatusRuntime:
    """The runtime, and in how many days it is deprecated; null where that is not known."""

    name: str
    days_left: int | None


@dataclass(frozen=True, kw_only=True)
class StatusVersion:
    """A version that traffic meets, and its `share` of it, from 0 to 1.

    `release` and `git` are null where no release made it. `size` are bytes unpacked of code and layers, null where some
    are not known; `size_limit` and `layers_limit` are Lambda's.
    """

    share: float
    version: str
    release: str | None
    git: str | None
    code_sha256: str
    code: StatusCode
    layers: tuple[StatusLayer, ...]
    size: int | None
    size_limit: int
    layers_limit: int
    architecture: str
    runtime: StatusRuntime


@dataclass(frozen=True, kw_only=True)
class StatusAlias:
    """An alias, the release that is live through it, and what it stood for before, newest first."""

    alias: str
    version: str
    release: str | None
    versions: tuple[StatusVersion, ...]
    history: tuple[Passed, ...]


@dataclass(frozen=True, kw_only=True)
class StatusFunction:
    """A function, by its name and its key in the configuration. `unreleased` is what of $LATEST traffic does not meet.

    `state` and `last_update` are Lambda's words.
    """

    name: str
    key: str
    last_update: str
    state: str
    unreleased: tuple[str, ...]
    aliases: tuple[StatusAlias, ...]


def function_status(function: FunctionStatus, today: date) -> StatusFunction:
    return StatusFunction(
        name=function.name,
        key=function.function.key,
        last_update=function.latest.update,
        state=function.latest.state,
        unreleased=function.unreleased,
        aliases=tuple(_alias(each, today) for each in function.aliases),
    )


def _alias(alias: AliasStatus, today: date) -> StatusAlias:
    return StatusAlias(
        alias=alias.alias.name,
        version=alias.alias.version,
        release=alias.release or None,
        versions=tuple(_version(each, alias.share(each.state.version), today) for each in alias.versions),
        history=alias.note.history,
    )


def _version(version: VersionStatus, share: float, today: date) -> StatusVersion:
    note, runtime = version.note, str(version.state.configuration.get("Runtime", ""))
    return StatusVersion(
        share=share,
        version=version.state.version,
        release=note.release if note else None,
        git=note.git if note else None,
        code_sha256=version.state.sha256,
        code=StatusCode(zipped=version.state.size, size=version.unzipped),
        layers=tuple(_layer(each) for each in version.layers),
        size=version.size,
        size_limit=UNZIPPED,
        layers_limit=LAYERS,
        architecture=version.state.architecture,
        runtime=StatusRuntime(name=runtime, days_left=days_left(runtime, today)),
    )


def _layer(layer: LayerStatus) -> StatusLayer:
    held = layer.contents
    return StatusLayer(
        arn=layer.arn,
        layer=layer.layer,
        version=layer.version,
        place=layer.place,
        newest=layer.newest,
        behind=layer.behind,
        sha256=held.sha256 if held else None,
        zipped=held.zipped if held else None,
        size=held.size if held else None,
    )
