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


@dataclass(frozen=True)
class Candidates:
    """Layer versions to look into, by their ARNs, in order; `gone` are those of them that were deleted."""

    arns: tuple[str, ...]
    gone: frozenset[str] = frozenset()


def candidates(aws: Aws, usage: Usage, *, layer: str = "", in_use: bool = False) -> Candidates:
    """List all versions of all layers of the account, and all others that its functions have.

    `layer` leaves out those of other layers, `in_use` those that nothing runs.
    """
    used = {arn for state in usage.states for arn in state.layers}
    there = set() if in_use else _published(aws)
    found = sorted((LayerVersionArn.parse(arn) for arn in used | there), key=_order)
    wanted = [str(arn) for arn in found if not layer or arn.name == layer]
    own = {arn for arn in wanted if LayerVersionArn.parse(arn).account == aws.account}
    return Candidates(tuple(wanted), frozenset() if in_use else frozenset(own - there))


def find(
    downloads: Downloads, looked_at: Candidates, wanted: Requirement, usage: Usage, advance: Callable[[], None]
) -> PackageSearch:
    """Open each layer version and keep those that hold what is wanted; `advance` is called for each.

    Raises AwsError where a version of the account's own cannot be had.
    """

    def looked(arn: str) -> _Seen:
        try:
            return _look(downloads, arn, wanted, is_gone=arn in looked_at.gone)
        finally:
            advance()

    # Made before the threads start: boto3's sessions are not for several of them, its clients are.
    aws = downloads.aws
    _ = aws.functions
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        seen = list(threads.map(looked, looked_at.arns))
    told = [each for each in seen if each.version or each.why]
    named = usage.with_aliases(aws, {user.function for each in told for user in usage.of(each.arn)})
    unreadable = tuple(
        UnreadableLayer(each.arn, each.why, users) for each in told if each.why and (users := named.of(each.arn))
    )
    return PackageSearch(
        tuple(Match(each.arn, each.version, named.of(each.arn)) for each in told if each.version),
        unreadable,
        len(looked_at.arns) - len(unreadable),
    )


@dataclass(frozen=True)
class _Seen:
    """A layer version, with the package's version if it holds what is wanted, or why it could not be opened."""

    arn: str
    version: str = ""
    why: str = ""


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


def _look(downloads: Downloads, arn: str, wanted: Requirement, *, is_gone: bool) -> _Seen:
    """Look into a version; what was fetched once is looked into though it was deleted since."""
    try:
        content = downloads.kept(arn) if is_gone else downloads.published(arn)
    except AwsError as error:
        if LayerVersionArn.parse(arn).account == downloads.aws.account:
            raise
        return _Seen(arn, why=f"another account's, not readable: {error.faults[0].what}")
    if content is None:
        return _Seen(arn, why="deleted")
    version = contents.versions(content, arn).get(normalised(wanted.name))
    return _Seen(arn, version if version is not None and _fits(wanted, version) else "")


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
