from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...aws.arns import LayerVersionArn
from ...locking.lockfile import normalised
from ...published.usage import User  # noqa: TC001 - a document's annotations are read
from ...published.where import UnreadableLayer  # noqa: TC001 - as above

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from ...aws.connection import Aws
    from ...published.where import Match, PackageSearch


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A layer version that holds the package, in which version, and what runs the layer version."""

    arn: str
    layer: str
    version: int
    package_version: str
    users: tuple[User, ...]


@dataclass(frozen=True, kw_only=True)
class WhereOutput:
    """Which layer versions hold a package.

    `opened` counts those that were looked into; `unseen` are those in use that could not be.
    """

    package: str
    specifier: str
    account: str
    region: str
    opened: int
    holders: tuple[Holder, ...]
    unseen: tuple[UnreadableLayer, ...]


DOCUMENT = WhereOutput


def output(aws: Aws, wanted: Requirement, found: PackageSearch) -> WhereOutput:
    return WhereOutput(
        package=normalised(wanted.name),
        specifier=str(wanted.specifier),
        account=aws.account,
        region=aws.region,
        opened=found.opened,
        holders=tuple(_holder(each) for each in found.matches),
        unseen=found.unreadable,
    )


def _holder(match: Match) -> Holder:
    arn = LayerVersionArn.parse(match.arn)
    return Holder(
        arn=match.arn,
        layer=arn.name,
        version=arn.version,
        package_version=match.package_version,
        users=match.users,
    )
