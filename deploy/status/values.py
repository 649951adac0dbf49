"""A stage as it stands: values, as AWS has them. Their JSON has stable keys; sizes are bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..aws.arns import LayerVersionArn
from ..published.descriptions import AliasNote, VersionNote

if TYPE_CHECKING:
    from datetime import date

    from ..aws.aliases import AliasState
    from ..aws.change_sets import StackChange
    from ..aws.functions import FunctionState
    from ..aws.queues import EventSource, QueueState
    from ..published.contents import Contents
    from ..settings import Function
    from .published import PublishedVersion

LayerPlace = Literal["current", "behind", "deleted", "foreign", "unreadable"]


@dataclass(frozen=True, kw_only=True)
class LayerStatus:
    """A layer version that is attached, and the `newest` of that layer for the same runtime and architecture.

    `behind` says what the newest has that this one lacks. `contents` is None where the zip cannot be had any more,
    `described` what AWS says of the version.
    """

    arn: str
    place: LayerPlace
    newest: int | None = None
    behind: tuple[str, ...] = ()
    described: str = ""
    contents: Contents | None = field(default=None, repr=False)

    @property
    def layer(self) -> str:
        return LayerVersionArn.parse(self.arn).name

    @property
    def version(self) -> int:
        return LayerVersionArn.parse(self.arn).version

    @property
    def short(self) -> str:
        """The layer and the version, as people name them: tiny:3."""
        return LayerVersionArn.parse(self.arn).short


@dataclass(frozen=True, kw_only=True)
class VersionStatus:
    """A function's version that traffic meets. `unzipped` is its code's size, None where the zip cannot be had.

    `code` and `opt` are the digests of its code and of its layers merged, as a health check answers them, empty where
    a zip cannot be had; `unread` says why the code's cannot.
    """

    state: FunctionState
    layers: tuple[LayerStatus, ...]
    unzipped: int | None
    code: str
    opt: str
    unread: str = ""

    @property
    def note(self) -> VersionNote | None:
        return VersionNote.parse(self.state.description)

    @property
    def size(self) -> int | None:
        """Bytes unzipped of the code and all its layers, which Lambda limits; None where some are not known."""
        sizes = [self.unzipped, *(layer.contents.size if layer.contents else None for layer in self.layers)]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None


@dataclass(frozen=True, kw_only=True)
class AliasStatus:
    """An alias, and every version that it sends traffic to: the one that it stands for first."""

    alias: AliasState
    versions: tuple[VersionStatus, ...]

    @property
    def note(self) -> AliasNote:
        return AliasNote.parse(self.alias.description)

    @property
    def stands_for(self) -> VersionStatus | None:
        return next((each for each in self.versions if each.state.version == self.alias.version), None)

    @property
    def release(self) -> str:
        """The release that is live through it; empty where it was never moved by one.

        A version may be of an older release that had the same code and layers for this function.
        """
        current, version = self.note.current, self.stands_for
        if current and current.version == self.alias.version:
            return current.release
        return version.note.release if version and version.note else ""

    def share(self, version: str) -> float:
        """Return the share of traffic that goes to a version: https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html."""
        if version == self.alias.version:
            return 1.0 - sum(self.alias.weights.values())
        return self.alias.weights[version]


@dataclass(frozen=True, kw_only=True)
class FunctionStatus:
    """A function of config/pipeline.yaml in a stage, all its aliases, and how `latest` differs from the live version.

    `unreleased` names what of $LATEST the last deploy did not make: code, layers, keys of its configuration. `compared`
    is the version that it made, where another one is live: it was taken back.
    """

    function: Function
    latest: FunctionState
    aliases: tuple[AliasStatus, ...]
    unreleased: tuple[str, ...]
    compared: str = ""

    @property
    def name(self) -> str:
        return self.latest.name

    @property
    def live(self) -> AliasStatus | None:
        """The alias that releases move."""
        return next((each for each in self.aliases if each.alias.name == self.function.alias), None)


@dataclass(frozen=True, kw_only=True)
class QueueStatus:
    """A source of events with its queue, and the queue of what failed; None where it is no queue, or gone."""

    source: EventSource
    queue: QueueState | None
    dead: QueueState | None


@dataclass(frozen=True, kw_only=True)
class StackStatus:
    """The stack, and what a deploy would change of it: None where that was not asked, or cannot be at the moment.

    `status` is CloudFormation's word, empty where there is no such stack.
    """

    name: str
    status: str
    reason: str
    changes: tuple[StackChange, ...] | None


@dataclass(frozen=True, kw_only=True)
class StageState:
    """A whole stage; `stack` is None where the project has no template. `missing` are functions that are not there.

    `published` are the versions of a project that has layers alone.
    """

    stage: str
    account: str
    region: str
    today: date
    stack: StackStatus | None
    functions: tuple[FunctionStatus, ...]
    missing: tuple[str, ...]
    queues: tuple[QueueStatus, ...]
    published: tuple[PublishedVersion, ...] = ()
