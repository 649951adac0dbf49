"""Which layer versions hold a package, asked of every version that there is, and of every one that a function has.

A list of layer versions does not tell what is in them, so each zip is opened; it is downloaded once for good. A version
that was deleted runs on where it is attached, and cannot be opened any more: it is told apart, not left out.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion

from ..aws import layers
from ..aws.arns import LayerVersionArn
from ..errors import AwsError
from ..locking.lockfile import normalised
from . import contents
from .usage import User  # noqa: TC001 - read when a search is printed as JSON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from packaging.requirements import Requirement

    from ..aws.connection import Aws
    from .downloads import Downloads
    from .usage import Usage

_AT_ONCE = 8


@dataclass(frozen=True)
class Match:
    """A layer version that holds the package, in this version of it, and what runs the layer version."""

    arn: str
    package_version: str
    users: tuple[User, ...]

    @property
    def name(self) -> str:
        return LayerVersionArn.parse(self.arn).short


@dataclass(frozen=True)
class UnreadableLayer:
    """A layer version that is in use and could not be opened: it was deleted, or is not ours to read."""

    arn: str
    why: str
    users: tuple[User, ...]


@dataclass(frozen=True)
class PackageSearch:
    """The versions that hold the package, newest first within a layer; `opened` counts those looked into."""

    matches: tuple[Match, ...]
    unreadable: tuple[UnreadableLayer, ...]
    opened: int


def candidates(aws: Aws, usage: Usage, *, layer: str = "", in_use: bool = False) -> tuple[str, ...]:
    """List the ARNs of all versions of all layers of the account, and of all others that its functions have.

    `layer` leaves out those of other layers, `in_use` those that nothing runs.
    """
    used = {arn for function in usage.deployed for state in function.states for arn in state.layers}
    there = set() if in_use else _published(aws)
    found = (LayerVersionArn.parse(arn) for arn in used | there)
    return tuple(map(str, sorted((arn for arn in found if not layer or arn.name == layer), key=_order)))


def find(
    downloads: Downloads, arns: Sequence[str], wanted: Requirement, usage: Usage, advance: Callable[[], None]
) -> PackageSearch:
    """Open each layer version and keep those that hold what is wanted; `advance` is called for each.

    Raises AwsError where a version of the account's own cannot be had.
    """

    def looked(arn: str) -> Match | UnreadableLayer | None:
        try:
            return _look(downloads, arn, wanted, usage.of(arn))
        finally:
            advance()

    # Made before the threads start: boto3's sessions are not for several of them, its clients are.
    _ = downloads.aws.functions
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = list(threads.map(looked, arns))
    unreadable = tuple(each for each in found if isinstance(each, UnreadableLayer))
    return PackageSearch(
        tuple(each for each in found if isinstance(each, Match)), unreadable, len(arns) - len(unreadable)
    )


def _published(aws: Aws) -> set[str]:
    _ = aws.functions
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return {
            each.arn
            for versions in threads.map(lambda name: layers.versions(aws, name), layers.names(aws))
            for each in versions
        }


def _order(arn: LayerVersionArn) -> tuple[str, str, str, str, int]:
    """Order by layer, the newest version first."""
    return arn.partition, arn.region, arn.account, arn.name, -arn.version


def _look(
    downloads: Downloads, arn: str, wanted: Requirement, users: tuple[User, ...]
) -> Match | UnreadableLayer | None:
    try:
        found = layers.read(downloads.aws, arn)
    except AwsError as error:
        if LayerVersionArn.parse(arn).account == downloads.aws.account:
            raise
        return UnreadableLayer(arn, f"another account's, not readable: {error.faults[0].what}", users)
    if found is None:
        return UnreadableLayer(arn, "deleted", users) if users else None
    held = contents.versions(downloads.layer(found[1], arn), arn)
    version = held.get(normalised(wanted.name))
    return Match(arn, version, users) if version is not None and _fits(wanted, version) else None


def _fits(wanted: Requirement, version: str) -> bool:
    """Whether a version is one that is wanted; one that cannot be compared is shown rather than hidden."""
    try:
        return wanted.specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return True


def rows(users: Sequence[User], *cells: str) -> Iterator[Sequence[str]]:
    """Yield rows of a table: the cells and a user, then every other user below."""
    if not users:
        yield [*cells, "nothing"]
    for at, user in enumerate(users):
        yield [*(cells if not at else ("",) * len(cells)), str(user)]
