"""The versions of the project's layers in every region of a stage, and what follows each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import regions
from ..published import usage
from ..published.descriptions import LayerNote
from ..share import channels, inventory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..aws.connection import Aws
    from ..aws.layers import LayerVersion
    from ..published.usage import User
    from ..settings import Settings, Stage


@dataclass(frozen=True, kw_only=True)
class PublishedVersion:
    """A layer version, the parameters that hold its ARN, and the functions of the account that have it."""

    region: str
    version: LayerVersion
    channels: tuple[str, ...]
    users: tuple[User, ...]

    @property
    def note(self) -> LayerNote | None:
        return LayerNote.parse(self.version.description)

    @property
    def followers(self) -> tuple[str, ...]:
        """Name what moves or breaks with the version: parameters, then functions."""
        return (*self.channels, *map(str, self.users))


def read(aws: Aws, settings: Settings, stage: Stage) -> tuple[PublishedVersion, ...]:
    """Ask every region of a stage, its own first: each layer's versions are newest first.

    Raises RolloutError where a region cannot be asked.
    """
    places = regions.of(aws, stage)
    found = regions.everywhere(places, lambda place: tuple(_versions(place, settings))).all("asked")
    return tuple(each for place in places for each in found[place.region])


def _versions(aws: Aws, settings: Settings) -> Iterator[PublishedVersion]:
    there = inventory.read(aws, settings).values()
    listed = usage.read(aws)
    having = {user.function for each in there for version in each.versions for user in listed.of(version.arn)}
    used = listed.with_aliases(aws, having)
    for each in there:
        named = channels.held(aws, each.layer, each.parameters)
        for version in each.versions:
            yield PublishedVersion(
                region=aws.region,
                version=version,
                channels=named.get(version.version, ()),
                users=used.of(version.arn),
            )
