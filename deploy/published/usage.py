"""Which functions, versions and aliases of an account and region have which layer versions.

Nothing but asking every function tells: AWS keeps no list of a layer's users.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import functions
from .functions import all_versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..aws.connection import Aws
    from .functions import FunctionVersions


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
    deployed: tuple[FunctionVersions, ...]

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
    return Usage(all_versions(aws, functions.names(aws) if names is None else names))
