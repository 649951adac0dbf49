"""The layers, and who may use them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..inside.exchange import TrimPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Bytecode = Literal["unchecked-hash", "sourceless"]
Certificates = Literal["directory", "aws"]


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Sizes in bytes that a team set itself; Lambda's own limits are checked besides."""

    zip: int | None = None
    unzipped: int | None = None


@dataclass(frozen=True, kw_only=True)
class Share:
    """Who else may use a layer's versions: accounts by their 12 digits, an organization, or everyone."""

    accounts: tuple[str, ...] = ()
    organization: str | None = None
    public: bool = False


@dataclass(frozen=True, kw_only=True)
class WithDependencies:
    """The distributions that these need, and they themselves, but for those that are left to another layer."""

    of: tuple[str, ...]
    leaving: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer by its name in AWS.

    `requirements` is a lock of its own, None for the project's; `without` are distributions of it that stay out, since
    somebody else brings them. `modules` are own ones, as paths in the project. `files` are what it brings besides
    distributions: a path below /opt to one in the project, both of folders where the first ends in /. `channels` is
    the path below which parameters name its versions, None where none are asked for. Who may use a layer decides
    neither its bytes nor whether they are fit, so it is not in what `repr` shows.
    """

    name: str
    requirements: Path | None = None
    without: tuple[str, ...] = ()
    packages: Literal["rest"] | tuple[str, ...] | WithDependencies = "rest"
    bytecode: Bytecode = "unchecked-hash"
    certificates: tuple[Certificates, ...] = ()
    license: str = ""
    trim: TrimPolicy = field(default_factory=TrimPolicy)
    budget: Budget = Budget()
    share: Share | None = field(default=None, repr=False)
    channels: str | None = field(default=None, repr=False)
    modules: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def modules_name(self) -> str:
        """The name by which its own modules are listed beside distributions, normalised as those are."""
        return f"{re.sub('[-_.]+', '-', self.name).lower()}-modules"
