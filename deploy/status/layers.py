"""How an attached layer version stands to the newest of its layer. What several functions share is looked at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..aws import layers
from ..aws.arns import LayerVersionArn
from ..errors import AwsError
from ..published import contents
from ..published.difference import difference
from .values import LayerStatus

if TYPE_CHECKING:
    from ..aws.functions import FunctionState
    from ..aws.layers import LayerVersion
    from ..published.contents import Contents
    from ..published.downloads import Downloads
    from .values import LayerPlace


@dataclass(frozen=True)
class Opened:
    """A layer version as AWS describes it, and its zip."""

    version: LayerVersion
    contents: Contents
    zip: bytes


@dataclass(frozen=True)
class Layers:
    downloads: Downloads
    _opened: dict[str, Opened | LayerPlace] = field(default_factory=dict)
    _newest: dict[tuple[str, str, str], LayerVersion | None] = field(default_factory=dict)

    def status(self, arn: str, state: FunctionState) -> LayerStatus:
        """Say how a layer version stands that this version of a function has."""
        opened, newest = self.open(arn), self.newest(arn, state)
        number = newest.version if newest else None
        if not isinstance(opened, Opened):
            return LayerStatus(arn=arn, place=opened, newest=number)
        place: LayerPlace = "current" if self._is_own(arn) else "foreign"
        found = LayerStatus(
            arn=arn,
            place=place,
            newest=number,
            described=opened.version.description,
            contents=opened.contents,
        )
        if newest is None or newest.version <= opened.version.version:
            return found
        return replace(found, place="behind", behind=self._lacks(opened, newest))

    def open(self, arn: str) -> Opened | LayerPlace:
        """Return the layer version, or why it cannot be opened."""
        if arn not in self._opened:
            self._opened[arn] = self._fetched(arn)
        return self._opened[arn]

    def newest(self, arn: str, state: FunctionState) -> LayerVersion | None:
        """Return the newest version of a layer for a function's runtime and architecture.

        None where there is none, and for a layer of another account, whose versions nobody else may list.
        """
        if not self._is_own(arn):
            return None
        runtime = str(state.configuration.get("Runtime", ""))
        key = (LayerVersionArn.parse(arn).name, runtime, state.architecture)
        if key not in self._newest:
            aws = self.downloads.aws
            there = layers.newest_first(aws, key[0], runtime=runtime, architecture=state.architecture)
            self._newest[key] = next(there, None)
        return self._newest[key]

    def _is_own(self, arn: str) -> bool:
        return LayerVersionArn.parse(arn).account == self.downloads.aws.account

    def _fetched(self, arn: str) -> Opened | LayerPlace:
        try:
            found = layers.read(self.downloads.aws, arn)
        except AwsError:
            if self._is_own(arn):
                raise
            return "unreadable"
        if found is None:
            return "deleted"
        content = self.downloads.layer(found[1], arn)
        return Opened(found[0], contents.read(content, arn), content)

    def _lacks(self, opened: Opened, newest: LayerVersion) -> tuple[str, ...]:
        """Say what the newest version has otherwise, package by package."""
        there = self.open(newest.arn)
        if not isinstance(there, Opened):
            return ()
        found = difference(opened.contents, there.contents)
        return tuple(map(str, found.packages)) or (
            "the same bytes" if found.same else "the same packages, other files",
        )
