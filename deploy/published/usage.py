"""Which functions, versions and aliases of an account and region have which layer versions.

Nothing but asking every function tells: AWS keeps no list of a layer's users.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.aws import functions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deploy.aws.connection import Aws
    from deploy.aws.functions import AliasState, FunctionState

_AT_ONCE = 8


@dataclass(frozen=True)
class Deployed:
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
    deployed: tuple[Deployed, ...]

    def of(self, layer_version_arn: str) -> tuple[User, ...]:
        """Return every version of every function that has this very layer version."""
        return tuple(self._users(layer_version_arn))

    def _users(self, arn: str) -> Iterator[User]:
        for function in self.deployed:
            for state in function.states:
                if arn in state.layers:
                    yield User(function.name, state.version, function.aliases_of(state.version))


def read(aws: Aws, names: Sequence[str] | None = None) -> Usage:
    """Ask every function of the account in the region, or those of these names; several at once."""
    wanted = functions.names(aws) if names is None else names
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = threads.map(lambda name: _deployed(aws, name), wanted)
        return Usage(tuple(each for each in found if each is not None))


def _deployed(aws: Aws, name: str) -> Deployed | None:
    """Read a function; None where it was deleted meanwhile."""
    latest = functions.read(aws, name)
    if latest is None:
        return None
    return Deployed(name, latest, functions.versions(aws, name), functions.aliases(aws, name))
