"""The values of a release's life: layers that are published, function versions that are live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws.arns import LayerVersionArn

if TYPE_CHECKING:
    from pathlib import Path

    from ..layer.verify import VerifiedLayer


@dataclass(frozen=True, kw_only=True)
class PublishedLayer:
    """A layer version in AWS that has the very bytes of a verified layer; `reused` when it was there before."""

    verified: VerifiedLayer
    arn: str
    version: int
    reused: bool


@dataclass(frozen=True)
class ForeignLayer:
    """Somebody else's layer version that a function has; `zip` is where it was fetched to, None where it cannot be."""

    arn: str
    zip: Path | None

    @property
    def is_there(self) -> bool:
        return True

    @property
    def identity(self) -> str:
        """What it adds to the name of a release: account, layer and version, whatever the region."""
        parsed = LayerVersionArn.parse(self.arn)
        return f"{parsed.account}:{parsed.short}"

    def __str__(self) -> str:
        return self.arn


@dataclass(frozen=True)
class PlannedLayer:
    """A layer that is to be in a region, and the version there that has its bytes, if there is one yet."""

    verified: VerifiedLayer
    published: PublishedLayer | None

    @property
    def name(self) -> str:
        return self.verified.built.spec.layer.name

    @property
    def architecture(self) -> str:
        return self.verified.built.spec.architecture

    @property
    def runtime(self) -> str:
        return self.verified.built.spec.runtime

    @property
    def remark(self) -> str:
        """For whom it is, where that is not what its name alone stands for; and whether it was ever imported."""
        spec, evidence = self.verified.built.spec, self.verified.evidence
        whose = "" if spec.stem == self.name else f", for {spec.target}"
        return whose if evidence.imported else f"{whose}, audited and never imported: {evidence.not_imported}"

    @property
    def zip(self) -> Path:
        return self.verified.built.zip

    @property
    def is_there(self) -> bool:
        """Whether the region has it already."""
        return self.published is not None

    @property
    def arn(self) -> str:
        """The version's ARN; empty, like no version's, where the layer is still to be published."""
        return self.published.arn if self.published else ""

    @property
    def is_new(self) -> bool:
        """Whether it had to be sent."""
        return self.published is not None and not self.published.reused

    @property
    def line(self) -> str:
        """The layer as a plan says it."""
        return f"  layer     {self}{', these bytes are published' if self.published else ''}{self.remark}"

    def __str__(self) -> str:
        return f"{self.name}:{self.published.version}" if self.published else f"{self.name}, a new version"


@dataclass(frozen=True, kw_only=True)
class LiveFunction:
    """A function whose alias stands for `version`; `was` is the version before, the same when nothing moved.

    It is "none" where the alias was made.
    """

    name: str
    alias: str
    version: str
    was: str

    @property
    def moved(self) -> bool:
        return self.version != self.was


@dataclass(frozen=True, kw_only=True)
class Release:
    """What traffic meets now. `id` is decided by the bytes alone, `uploaded` counts the bytes sent for it."""

    id: str
    functions: tuple[LiveFunction, ...]
    uploaded: int
