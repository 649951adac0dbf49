"""How a function stands: every alias with the versions that get its traffic, and what of $LATEST gets none."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..code import tree_digest
from ..errors import AwsError
from ..layer.opt_folder import unpacked
from ..published.descriptions import AliasNote
from ..published.functions import differences
from .layers import Layers, Opened
from .values import AliasStatus, FunctionStatus, VersionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..aws.aliases import AliasState
    from ..aws.functions import FunctionState
    from ..published.downloads import Downloads
    from ..published.functions import FunctionVersions
    from ..settings import Function


@dataclass(frozen=True)
class Functions:
    downloads: Downloads
    layers: Layers

    def status(self, function: Function, found: FunctionVersions, live: FunctionState | None) -> FunctionStatus:
        states = {each.version: each for each in found.states}
        last = _last_deployed(function, found, live)
        return FunctionStatus(
            function=function,
            latest=found.latest,
            aliases=tuple(self._alias(each, states) for each in found.aliases),
            unreleased=tuple(differences(found.latest, last)) if last else (),
            compared=last.version if last and last is not live else "",
        )

    def _alias(self, alias: AliasState, states: Mapping[str, FunctionState]) -> AliasStatus:
        numbers = (alias.version, *sorted(alias.weights))
        versions = tuple(self._version(states[number]) for number in numbers if number in states)
        return AliasStatus(alias=alias, versions=versions)

    def _version(self, state: FunctionState) -> VersionStatus:
        known = VersionStatus(
            state=state,
            layers=tuple(self.layers.status(arn, state) for arn in state.layers),
            unzipped=None,
            code="",
            opt=self._opt(state),
        )
        try:
            code = self.downloads.code(state.name, state.version, state.sha256)
        except AwsError as error:
            # All else is worth saying still, and most of all when something is wrong.
            return replace(known, unread="; ".join(fault.what for fault in error.faults))
        files = unpacked([io.BytesIO(code)])
        return replace(known, unzipped=sum(map(len, files.values())), code=tree_digest.of_files(files))

    def _opt(self, state: FunctionState) -> str:
        """Digest the layers merged as Lambda merges them; empty where one cannot be had any more."""
        opened = [each for arn in state.layers if isinstance(each := self.layers.open(arn), Opened)]
        if len(opened) < len(state.layers):
            return ""
        return tree_digest.of_files(unpacked(io.BytesIO(each.zip) for each in opened))


def _last_deployed(function: Function, found: FunctionVersions, live: FunctionState | None) -> FunctionState | None:
    """Return the version that the last deploy made of $LATEST: the newest that the alias ever stood for.

    A rollback moves the alias and leaves $LATEST as it is, so that what is live may be older.
    """
    aliases = [each for each in found.aliases if each.name == function.alias]
    passed = [each.version for alias in aliases for each in AliasNote.parse(alias.description).history]
    newer = [int(each) for each in passed if live is None or int(each) > int(live.version)]
    return (found.version(str(max(newer))) if newer else None) or live
