"""Whether what a requirements.txt locks by hashes has a wheel for a target: it names no files, so an index is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import LockError
from .. import wheels
from ..passed_over import newer_runtimes
from ..uv.interpreter import interpreter
from ..uv.refusals import UNHEARD
from .unfit import Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...inside.exchange import Pin
    from ...settings import Target
    from ..uv.call import Uv
    from ..wheels import Listed

_ALL = ("--no-deps", "--universal")  # every file of a version, whatever it is for


def unfit(pins: Sequence[Pin], target: Target, versions: Mapping[str, str], uv: Uv) -> tuple[Unfit, ...]:
    """Return those of which no wheel with a hash of the lock can be used; `versions` are whole Pythons by runtime.

    Raises LockError where an index does not answer.
    """
    found = _listed(pins, target, versions, uv, "--no-deps")
    lacking = [pin for pin in pins if not _has_one(pin, found.get(pin.name), target)]
    return tuple(_why(pin, target, versions, uv) for pin in lacking)


def _has_one(pin: Pin, listed: Listed | None, target: Target) -> bool:
    files = listed.wheels if listed else ()
    return any(each.sha256 in pin.hashes and wheels.fits(each, target) for each in files)


def _listed(
    pins: Sequence[Pin], target: Target, versions: Mapping[str, str], uv: Uv, *options: str
) -> dict[str, Listed]:
    """Return by name what uv takes for a target, asked in halves where it takes not all."""
    if not pins:
        return {}
    lines = [f"{pin.name}=={pin.version}" for pin in pins]
    try:
        pylock, _ = uv.compile(interpreter(target, versions), lines, {}, *options)
    except LockError as error:
        if any(each.what == UNHEARD for each in error.faults):
            raise
        half = len(pins) // 2
        parts = (pins[:half], pins[half:]) if half else ()
        return {name: each for part in parts for name, each in _listed(part, target, versions, uv, *options).items()}
    return wheels.listed(pylock)


def _why(pin: Pin, target: Target, versions: Mapping[str, str], uv: Uv) -> Unfit:
    """Say why a target can use none, from the files that any runtime would be given."""
    named: dict[str, None] = {}
    for runtime in (target.runtime, *newer_runtimes(target.runtime)):
        patched = {**versions, runtime: versions.get(runtime, f"{runtime.removeprefix('python')}.99")}
        listed = _listed([pin], replace(target, runtime=runtime), patched, uv, *_ALL).get(pin.name)
        named |= {each.filename: None for each in (listed.wheels if listed else ()) if each.sha256 in pin.hashes}
    files = tuple(named)
    why = (
        "" if files else "no wheel on an index has a hash of the lock: it is published as source alone, or is elsewhere"
    )
    if any(wheels.fitting(each, target) for each in files):
        why = f"it needs another Python than {versions[target.runtime]}, the one of {target.runtime}"
    return Unfit(name=pin.name, version=pin.version, wheels=files, target=target, why=why)
