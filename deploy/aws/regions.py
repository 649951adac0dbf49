"""The same work in several regions side by side.

Each region does its work to the end, whatever becomes of the others: what is done there is done, and a rerun finds
it so. A run in which one region failed is a failed run.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Generic, TypeVar

import botocore.session

from ..errors import Fault, PipelineError, RolloutError
from .connection import elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..settings import Stage
    from .connection import Aws

T = TypeVar("T")


@dataclass(frozen=True)
class RegionOutcome(Generic[T]):
    """What came of the work: by region where it was done, and the faults of those where it was not."""

    done: dict[str, T]
    failed: dict[str, tuple[Fault, ...]]

    def all(self, state: str) -> dict[str, T]:
        """Return what every region gave; raise RolloutError with each fault and its region, and who is in `state`."""
        if not self.failed:
            return self.done
        faults = [
            replace(fault, where=f"{region}: {fault.where}") for region, each in self.failed.items() for fault in each
        ]
        raise RolloutError([*faults, _left(state, list(self.done), list(self.failed))])


def of(aws: Aws, stage: Stage) -> tuple[Aws, ...]:
    """Stand in every region of a stage, its own first."""
    return tuple(elsewhere(aws, region) for region in stage.regions)


def everywhere(places: Sequence[Aws], work: Callable[[Aws], T]) -> RegionOutcome[T]:
    """Do the work in every region at once. With one region alone its errors are raised as they are."""
    if len(places) == 1:
        return RegionOutcome({places[0].region: work(places[0])}, {})
    with ThreadPoolExecutor(len(places)) as threads:
        results = threads.map(lambda place: _attempt(place, work), places)
        found = dict(zip((place.region for place in places), results, strict=True))
    return RegionOutcome(
        done={region: each.value for region, each in found.items() if isinstance(each, _Done)},
        failed={region: each.faults for region, each in found.items() if isinstance(each, PipelineError)},
    )


@dataclass(frozen=True)
class _Done(Generic[T]):
    value: T


def _attempt(place: Aws, work: Callable[[Aws], T]) -> _Done[T] | PipelineError:
    try:
        return _Done(work(place))
    except PipelineError as error:
        return error


def _left(state: str, done: Sequence[str], failed: Sequence[str]) -> Fault:
    good = " and ".join(done) if done else "no region"
    return Fault(
        "",
        f"{good} {'are' if len(done) > 1 else 'is'} {state}; {' and '.join(failed)} not, or not wholly",
        cure="remove the cause and run it again: it does what is left",
    )


@cache
def offering(service: str) -> frozenset[str]:
    """Return the regions that offer a service, in every partition; none where it is global, or not known.

    That is as far as botocore knows: a new region may be newer than it.
    https://docs.aws.amazon.com/boto3/latest/reference/core/session.html#boto3.session.Session.get_available_regions
    """
    session = _botocore()
    if service not in session.get_available_services():
        return frozenset()
    every = (session.get_available_regions(service, partition) for partition in session.get_available_partitions())
    return frozenset(region for found in every for region in found)


@cache
def _botocore() -> botocore.session.Session:
    return botocore.session.get_session()
