"""Which functions, versions and aliases of an account and region have which layer versions.

AWS keeps no list of a layer's users; a list of all versions of all functions tells it. Of aliases there is no list but
one for each function, which is asked for where somebody is to read it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from ..aws import aliases, functions
from .functions import FunctionVersions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..aws.aliases import AliasState
    from ..aws.connection import Aws
    from ..aws.functions import FunctionState

_LATEST = "$LATEST"
_AT_ONCE = 8


@dataclass(frozen=True)
class User:
    """A version of a function that has a layer version, and the aliases that send traffic to it."""

    function: str
    version: str
    aliases: tuple[str, ...]

    def __str__(self) -> str:
        through = f" ({', '.join(self.aliases)})" if self.aliases else ""
        return f"{self.function}:{self.version}{through}"


@dataclass(frozen=True)
class Usage:
    """All versions of all functions, $LATEST among them; `aliases` of those functions that were asked for theirs."""

    states: tuple[FunctionState, ...]
    aliases: Mapping[str, tuple[AliasState, ...]] = field(default_factory=dict)

    def of(self, *arns: str) -> tuple[User, ...]:
        """Return every version of every function that has one of these very layer versions."""
        having = chain.from_iterable(self._by_layer.get(arn, ()) for arn in arns)
        return tuple(User(each.name, each.version, self._aliases_of(each)) for each in having)

    def size(self, arn: str) -> int | None:
        """Return the bytes of a layer version's zip as functions that have it tell; None where none does."""
        having = self._by_layer.get(arn, ())
        told = (dict(zip(each.layers, each.layer_sizes, strict=False)).get(arn) for each in having)
        return next((size for size in told if size), None)

    def function(self, name: str) -> FunctionVersions | None:
        """Return a function with its versions, newest first, and with the aliases that were asked for."""
        own = {each.version: each for each in self.states if each.name == name}
        latest = own.pop(_LATEST, None)
        if latest is None:
            return None
        versions = tuple(sorted(own.values(), key=lambda each: -int(each.version)))
        return FunctionVersions(name=name, latest=latest, versions=versions, aliases=self.aliases.get(name, ()))

    def with_aliases(self, aws: Aws, names: Iterable[str]) -> Usage:
        """Ask for the aliases of these functions, several at once."""
        there = sorted({each.name for each in self.states} & set(names))
        _ = aws.functions
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            found = dict(zip(there, threads.map(lambda name: aliases.of(aws, name), there), strict=True))
        return replace(self, aliases={**self.aliases, **found})

    @cached_property
    def _by_layer(self) -> Mapping[str, list[FunctionState]]:
        found: dict[str, list[FunctionState]] = {}
        for state in self.states:
            for arn in state.layers:
                found.setdefault(arn, []).append(state)
        return found

    def _aliases_of(self, state: FunctionState) -> tuple[str, ...]:
        return tuple(each.name for each in self.aliases.get(state.name, ()) if state.version in each.versions)


def read(aws: Aws) -> Usage:
    """List all versions of all functions of the account in the region.

    Where not one is published, nothing shows that the list is of all versions: some emulators leave them out. The
    functions are asked one by one then.
    """
    listed = functions.everything(aws)
    if all(each.version == _LATEST for each in listed):
        _ = aws.functions
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            published = threads.map(lambda each: functions.versions(aws, each.name), listed)
            listed = (*listed, *chain.from_iterable(published))
    return Usage(tuple(sorted(listed, key=_order)))


def _order(state: FunctionState) -> tuple[str, bool, int]:
    """Order by function, $LATEST first, then the newest."""
    is_latest = state.version == _LATEST
    return state.name, not is_latest, 0 if is_latest else -int(state.version)
