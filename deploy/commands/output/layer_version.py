from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...status.published import PublishedVersion


@dataclass(frozen=True, kw_only=True)
class ListedUser:
    """A version of a function that has a layer version, and the aliases that send traffic to it."""

    name: str
    version: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ListedLayerVersion:
    """A version of a layer of the project, the parameters that name it, and the functions that have it.

    `git` and `changes` are null where its description does not tell them.
    """

    layer: str
    region: str
    version: int
    arn: str
    created: str
    runtimes: tuple[str, ...]
    architectures: tuple[str, ...]
    git: str | None
    changes: str | None
    channels: tuple[str, ...]
    functions: tuple[ListedUser, ...]


def layer_version(each: PublishedVersion) -> ListedLayerVersion:
    note, version = each.note, each.version
    return ListedLayerVersion(
        layer=version.layer,
        region=each.region,
        version=version.version,
        arn=version.arn,
        created=version.created,
        runtimes=version.runtimes,
        architectures=version.architectures,
        git=note.git if note and note.git != "none" else None,
        changes=note.changes if note else None,
        channels=each.channels,
        functions=tuple(
            ListedUser(name=user.function, version=user.version, aliases=user.aliases) for user in each.users
        ),
    )
