"""Every version of every layer in every region of a stage, against what is declared: a plan, and carrying it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import regions
from . import channels, grants, inventory
from .channels import ChannelMove
from .stable import Promotion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ..aws.connection import Aws
    from ..aws.grants import Grant
    from ..settings import Settings, Stage
    from .grants import Sharing, State

_SHOWN = {"granted": "granted", "missing": "+ to be granted", "surplus": "- to be removed"}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be stable: a version's number or "next", None for no change; of one layer, or of all."""

    stable: str | None = None
    layer: str | None = None


@dataclass(frozen=True, kw_only=True)
class GrantRow:
    """One grant on one layer version."""

    region: str
    sharing: Sharing
    statement: str
    grant: Grant
    state: State

    @property
    def shown(self) -> str:
        return _SHOWN.get(self.state, f"foreign: {self.statement}")


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """What is, and what would change, by region, the stage's own first. `held` are channels that stay as they are."""

    places: tuple[Aws, ...]
    sharings: Mapping[str, tuple[Sharing, ...]]
    held: tuple[ChannelMove, ...]
    moves: tuple[ChannelMove, ...]

    @property
    def channels(self) -> list[ChannelMove]:
        return sorted([*self.held, *self.moves], key=lambda each: (each.name, each.region))

    @property
    def changes(self) -> bool:
        """Whether anything is to be done besides removing what others granted."""
        return bool(self.moves) or any(row.state in {"missing", "surplus"} for row in self.rows())

    @property
    def foreign(self) -> tuple[str, ...]:
        """Name what others granted."""
        rows = (row for row in self.rows() if row.state == "foreign")
        return tuple(f"{row.grant} ({row.statement}) on {row.sharing.where} in {row.region}" for row in rows)

    def rows(self) -> list[GrantRow]:
        """List every grant, by layer, newest version first, so that what regions have stands together."""
        rows = (
            GrantRow(region=region, sharing=each, statement=statement, grant=grant, state=state)
            for region, sharings in self.sharings.items()
            for each in sharings
            for state, statement, grant in each.rows()
        )
        return sorted(rows, key=lambda row: (row.sharing.layer, -row.sharing.version))

    def apply(self, say: Callable[[str], None], *, foreign: bool) -> None:
        """Do it in all regions side by side, with `foreign` what others granted too.

        Raises RolloutError where a region fails, having said what was done in the others.
        """
        outcome = regions.everywhere(self.places, lambda aws: self._apply_in(aws, foreign=foreign))
        for region, lines in outcome.done.items():
            for line in lines:
                say(f"{region}  {line}, read back")
        outcome.all("as declared")

    def _apply_in(self, aws: Aws, *, foreign: bool) -> list[str]:
        """Grant before a channel leads to what is granted."""
        lines = [line for each in self.sharings[aws.region] for line in grants.settle(aws, each, foreign=foreign)]
        for move in (each for each in self.moves if each.region == aws.region):
            channels.move(aws, move)
            lines.append(str(move))
        return lines


def plan(aws: Aws, settings: Settings, stage: Stage, wish: Wish, downloads: Path) -> Reconciliation:
    """Ask every region what it has; raise RolloutError where what is wished must not be done."""
    places = regions.of(aws, stage)
    inventories = regions.everywhere(places, lambda place: inventory.read(place, settings)).all("read")
    moves: tuple[ChannelMove, ...] = ()
    if wish.stable is not None:
        number = int(wish.stable) if wish.stable.isdecimal() else None
        moves = tuple(Promotion(settings, places, inventories, downloads).plan(number, wish.layer))
    attached = inventory.attached(aws, settings, stage) | {each.after for each in moves}

    def look(place: Aws) -> tuple[Sharing, ...]:
        return tuple(
            each
            for there in inventories[place.region].values()
            for each in grants.plan(
                place,
                there.layer,
                [version.version for version in there.versions],
                in_use=inventory.in_use(place, there, attached),
            )
        )

    sharings = regions.everywhere(places, look).all("read")
    moving = {(each.region, each.name) for each in moves}
    held = (
        ChannelMove(name=each.name, region=region, before=each, after=each.value)
        for region, there in inventories.items()
        for one in there.values()
        for each in one.parameters.values()
        if (region, each.name) not in moving
    )
    return Reconciliation(places=places, sharings=sharings, held=tuple(held), moves=moves)
