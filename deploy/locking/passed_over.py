"""Why a lock does not have the newest releases: what they need that the runtime lacks, and which runtime has it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.version import Version

from ..errors import LockError
from ..runtimes.table import BASES
from . import wheels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..settings import Target
    from .resolver import Resolved, Resolver


def remarks(resolver: Resolver, target: Target, chosen: Mapping[str, str], unfit: Mapping[str, str]) -> list[str]:
    """Say of each that was passed over what the runtime lacks; `unfit` maps a name to the newest that did not fit.

    What no newer runtime has either, such as a release that was yanked, is no reason to have another runtime.
    """
    offers = _offers(resolver, target, chosen, unfit)
    for_any = {
        name: unfit[name]
        for name, found in offers.items()
        if any(wheels.fits(each, target) for each in found[-1][1].wheels)
    }
    # Where the wheel fits, the runtime's Python does not; or the runtime fits, and another requirement does not.
    for name, each in resolver.newest(target, for_any).items():
        if each.version == offers[name][-1][1].version:
            del offers[name], for_any[name]
    python = resolver.versions.get(target.runtime, target.runtime.removeprefix("python"))
    glibc = BASES[target.runtime].versions["GLIBC"]
    lacks = {True: f"needs a newer Python than {python}", False: f"has no wheel for Python {python} with glibc {glibc}"}
    return [_remark(chosen[name], offers[name], lacks[name in for_any]) for name in sorted(offers)]


def _offers(
    resolver: Resolver, target: Target, chosen: Mapping[str, str], unfit: Mapping[str, str]
) -> dict[str, list[tuple[str, Resolved]]]:
    """Return by name the runtimes that would have a newer version, and that; each has a newer one than the last."""
    left, best = dict(unfit), dict(chosen)
    offers: dict[str, list[tuple[str, Resolved]]] = {}
    for runtime in newer_runtimes(target.runtime):
        for name, each in _patched(resolver, runtime).newest(replace(target, runtime=runtime), left).items():
            if Version(each.version) > Version(best[name]):
                best[name] = each.version
                offers.setdefault(name, []).append((runtime, each))
            if each.version == unfit[name]:
                del left[name]
    return offers


def runtime_that_fits(resolver: Resolver, target: Target) -> str:
    """Return the first newer runtime for which all that is wanted can be resolved, empty where there is none."""
    return next(_that_fit(resolver, target), "")


def newer_runtimes(runtime: str) -> list[str]:
    """Return Lambda's runtimes that are newer, the next one first.

    >>> newer_runtimes("python3.12")
    ['python3.13', 'python3.14']
    """
    return sorted((each for each in BASES if _number(each) > _number(runtime)), key=_number)


def _that_fit(resolver: Resolver, target: Target) -> Iterator[str]:
    for runtime in newer_runtimes(target.runtime):
        try:
            _patched(resolver, runtime).resolve(replace(target, runtime=runtime), {})
        except LockError:
            continue
        yield runtime


def _patched(resolver: Resolver, runtime: str) -> Resolver:
    """Take a runtime that the project does not have for one with every patch: Lambda keeps them up to date."""
    return replace(resolver, versions={runtime: f"{runtime.removeprefix('python')}.99"})


def _fits(package: Resolved, target: Target) -> bool:
    return any(wheels.fits(each, target) for each in package.wheels)


def _remark(chosen: str, offers: Sequence[tuple[str, Resolved]], lack: str) -> str:
    newest = offers[-1][1]
    had = ", ".join(f"`runtime: {runtime}` would have {each.version}" for runtime, each in offers)
    return f"{newest.name} {chosen} is locked: {newest.version} {lack}; {had}"


def _number(runtime: str) -> tuple[int, ...]:
    return tuple(int(part) for part in runtime.removeprefix("python").split("."))
