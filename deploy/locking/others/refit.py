"""A uv.lock that fits the runtime: the newest versions that do, in place of newer ones that do not.

uv locks for all platforms at once, and asks of none which glibc it has. So what it locked is read as a build reads
it, and where a target can use no wheel of a version, uv is told to lock an older one:
https://docs.astral.sh/uv/reference/cli/#uv-lock--upgrade-package. Nothing of that is written into pyproject.toml; uv
keeps what is locked until somebody has it take newer versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import Fault, LockError
from .. import locked
from ..resolver import Resolver
from ..wanted import Wanted
from .unfit import Unfit, built

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ...settings import Settings, Target
    from ..uv.call import Uv

    Found = Mapping[Target, Sequence[Unfit]]
    Relock = Callable[[Sequence[str]], str]

_ROUNDS = 10  # of older versions that need others


@dataclass(frozen=True, kw_only=True)
class Refit:
    """One call of uv: what has no wheel for a target, by name, and the versions that uv is told to stay at or below."""

    unfit: Mapping[str, Unfit]
    limits: Mapping[str, str]

    def relocked(self, where: str, relock: Relock) -> str:
        """Have uv keep to the limits and return its words; raise LockError where something wants newer versions."""
        limited = self.limits.items()
        options = [option for name, version in limited for option in ("--upgrade-package", f"{name}<={version}")]
        try:
            return relock(options)
        except LockError as error:
            raise LockError([self._held(where, each) for each in self.unfit.values()], log=error.log) from error

    def _held(self, where: str, each: Unfit) -> Fault:
        told = each.fault(where, "loosen in pyproject.toml what uv's words above name")
        cause = f"{each.cause}; {self.limits[each.name]} has one, and something asks for a newer one"
        return Fault(told.where, told.what, cause, told.cure)


def refit(settings: Settings, uv: Uv, relock: Relock) -> Iterator[str]:
    """Have uv lock what fits every target, as far as there is something; yield what is to be told of each.

    `relock` runs `uv lock` with options. Raises LockError for what no version fits, or no version that is wanted.
    """
    limits: dict[str, str] = {}
    first: dict[str, Unfit] = {}
    for _ in range(_ROUNDS):
        found = step(settings, uv, limits)
        if not found:
            break
        first |= {name: each for name, each in found.unfit.items() if name not in first}
        limits |= found.limits
        found.relocked(str(settings.requirements), relock)
    now = {name: each for target in settings.targets for name, each in locked.chosen(settings, target).items()}
    for had in (each for name, each in first.items() if name in now):
        offer = f"; {had.offer} would have {had.version}" if had.offer else ""
        yield f"{had.name} {now[had.name]} is locked: {had.version} has no wheel for {had.target}: {had.cause}{offer}"


def step(settings: Settings, uv: Uv, limits: Mapping[str, str]) -> Refit | None:
    """Return what to have uv lock next, besides the `limits` so far; None where all that is locked fits.

    Raises LockError for what no version fits.
    """
    found = {target: locked.unfit(settings, target) for target in settings.targets}
    every = {each.name: each for unfit in reversed(found.values()) for each in unfit}
    if not every:
        return None
    older = _older(Resolver(uv=uv, wanted=Wanted(lines=()), versions=locked.versions(settings)), found)
    if nowhere := [each for name, each in every.items() if name not in older]:
        raise LockError(_nowhere(str(settings.requirements), nowhere))
    return Refit(unfit=every, limits={**limits, **older})


def _older(resolver: Resolver, found: Found) -> dict[str, str]:
    """Return the newest version of each that has wheels for all targets which need one; none where there is none."""
    limits = {each.name: each.version for unfit in found.values() for each in unfit}
    while True:
        before = dict(limits)
        for target, unfit in found.items():
            asked = {each.name: limits[each.name] for each in unfit if each.name in limits}
            newest = resolver.newest(target, asked)
            limits |= {name: newest[name].version for name in asked if name in newest}
            limits = {name: version for name, version in limits.items() if name not in asked or name in newest}
        if limits == before:
            return limits


def _nowhere(where: str, unfit: Iterable[Unfit]) -> list[Fault]:
    return [each.fault(where, f"use another package; or {built(each.name)}") for each in unfit]
