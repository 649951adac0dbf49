from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .layer_version import ListedLayerVersion, layer_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...status.published import PublishedVersion


@dataclass(frozen=True, kw_only=True)
class VersionsOutput:
    """The versions of the project's layers in every region of a stage, newest first, and the account that has them."""

    account: str
    versions: tuple[ListedLayerVersion, ...]


DOCUMENT = VersionsOutput


def output(account: str, found: Sequence[PublishedVersion]) -> VersionsOutput:
    return VersionsOutput(account=account, versions=tuple(layer_version(each) for each in found))
