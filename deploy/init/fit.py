"""Whether what is locked has wheels for the runtime: a runtime for which it has, or what uv would have to lock instead.

Where nobody says which runtime the functions have, the first one that can use the lock as it is is theirs. Where that
is none, or another one is given, uv is asked what it would change (https://docs.astral.sh/uv/reference/cli/#uv-lock,
`--dry-run`), which is shown like all that would be written. Nothing of anybody's is run for it (`--no-build`): where uv
has to build a source to know, `lock` comes next. A requirements.txt with hashes names no files, so the index is asked
which they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from .. import configuration
from ..errors import ConfigError, LockError
from ..invocation import advised
from ..locking import inputs, locked, lockfile, plain_text
from ..locking.locked import UV_LOCK
from ..locking.uv.of_project import uv_of
from ..locking.uv.refusals import UNHEARD
from ..sources import needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ..locking.others.refit import Refit
    from ..locking.others.unfit import Unfit
    from ..settings import Settings

_NO_BUILD = "--no-build"
_DISABLED = re.compile(r"[Bb]uilding (?:source distributions|from source) .*is disabled")
_HAS_TO_BUILD = f"{UV_LOCK}: what uv would change takes building a source, which `lock` has it do"
_CHANGE = re.compile(r"^(Add|Remove|Update)[a-z]* .*", re.MULTILINE)


class _DisabledError(Exception):
    """uv did not build a source, as it was told."""


@dataclass(frozen=True, kw_only=True)
class Relocking:
    """What uv would change in a uv.lock, in its own words."""

    settings: Settings
    step: Refit
    lines: tuple[str, ...]

    def carry_out(self, environment: Mapping[str, str]) -> bool:
        """Have uv lock it so; tell whether all of it has wheels then. Raises LockError with uv's words."""
        self.step.relocked(UV_LOCK, partial(_relocked, self.settings.project, environment))
        return not _unfit(self.settings, environment)


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The configuration to write; `found` says why it is so, `left` what of the lock cannot be used.

    `to_lock` tells that `lock` comes first, `to_mend` that somebody has to change something.
    """

    document: Mapping[str, object]
    found: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    relocking: Relocking | None = None
    to_lock: bool = False
    to_mend: bool = False


def find(project: Path, documents: Sequence[Mapping[str, object]], environment: Mapping[str, str]) -> Fit:
    """Return the first of these configurations for which the lock that it names has wheels, else what would help.

    Raises ConfigError for the faults of a configuration.
    """
    why = ""
    first: Callable[[], Fit] | None = None
    for document in documents:
        settings = configuration.read(document, project, environment)
        try:
            unfit = _unfit(settings, environment)
            to_lock = not unfit and _takes_building(settings)
        except (LockError, ConfigError) as error:
            if any(each.what == UNHEARD for each in error.faults):
                return Fit(document=document, left=_unknown(settings, error))
            first = first or partial(Fit, document=document, left=_told(error), to_mend=True)
            continue
        if not unfit:
            found = (f"runtime {settings.runtime}: {why}",) if why else ()
            return Fit(document=document, found=found, to_lock=to_lock)
        runtime, lock = unfit[0].target.runtime, settings.requirements
        why = why or f"{lock} has no wheel of {unfit[0]} for {runtime}: {unfit[0].cause}"
        first = first or partial(_relocking, document, settings, environment)
    return first() if first else Fit(document={})


def _unfit(settings: Settings, environment: Mapping[str, str]) -> tuple[Unfit, ...]:
    found = tuple(each for target in settings.targets for each in locked.unfit(settings, target))
    return found or tuple(_unfit_by_hashes(settings, environment))


def _unfit_by_hashes(settings: Settings, environment: Mapping[str, str]) -> Iterator[Unfit]:
    """Yield what of a requirements.txt has no wheel for a target that it was not made for."""
    from ..locking.others import hashed

    lock = settings.requirements
    if not settings.wants_lock or lock.suffix != ".txt":
        return
    recorded = lockfile.recorded(plain_text.read(settings.project / lock))
    for target in (each for each in settings.targets if each.runtime not in recorded):
        found = locked.read(settings, target)
        sources = {each.name for each in found.sources}
        pins = [pin for pin in found.pins if pin.name not in sources]
        uv = replace(uv_of(settings, str(lock), environment, lambda _: None), cooldown=())
        yield from hashed.unfit(pins, target, locked.versions(settings), uv)


def _unknown(settings: Settings, error: LockError | ConfigError) -> tuple[str, ...]:
    why = "; ".join(each.cause for each in error.faults)
    return (f"{settings.requirements}: whether it has wheels for {settings.runtime} is not known: {why}",)


def _takes_building(settings: Settings) -> bool:
    """Whether the lock names sources of which nothing says yet what building them takes, which `lock` finds out."""
    known = needed.read(settings)
    sources = (each for target in settings.targets for each in locked.read(settings, target).sources)
    return any(not each.origin.endswith(".whl") and each.origin not in known for each in sources)


def _relocking(document: Mapping[str, object], settings: Settings, environment: Mapping[str, str]) -> Fit:
    """Ask uv what it would change; its index may be out of reach, or nothing may fit."""
    from ..locking.others.refit import step

    if settings.requirements.suffix == ".txt":
        return _to_lock_again(document, settings, environment)
    try:
        if settings.requirements.name != UV_LOCK:
            for target in settings.targets:
                locked.read(settings, target)
        uv = replace(uv_of(settings, "pyproject.toml", environment, lambda _: None), cooldown=())
        found = step(settings, uv, {})
        words = found.relocked(UV_LOCK, partial(_asked, settings.project, environment)) if found else ""
    except _DisabledError:
        return Fit(document=document, left=(_HAS_TO_BUILD,), to_lock=True)
    except (LockError, ConfigError) as error:
        unheard = any(each.what == UNHEARD for each in error.faults)
        return Fit(document=document, left=_told(error), to_lock=unheard, to_mend=not unheard)
    if not found:
        return Fit(document=document)
    lines = tuple(match[0] for match in _CHANGE.finditer(words)) or tuple(words.splitlines())
    why = tuple(f"{UV_LOCK}: {each} has no wheel for {each.target}: {each.cause}" for each in found.unfit.values())
    return Fit(document=document, found=why, relocking=Relocking(settings=settings, step=found, lines=lines))


def _to_lock_again(document: Mapping[str, object], settings: Settings, environment: Mapping[str, str]) -> Fit:
    """Say what of a requirements.txt does not fit: `lock` makes it anew where what is wanted stands beside it."""
    is_made_here = not inputs.is_foreign(settings)
    cure = f"{advised('lock')} takes what fits" if is_made_here else "make it anew for that, with the tool that made it"
    faults = [each.fault(str(settings.requirements), cure) for each in _unfit_by_hashes(settings, environment)]
    return Fit(document=document, left=_told(LockError(faults)), to_lock=is_made_here, to_mend=not is_made_here)


def _asked(project: Path, environment: Mapping[str, str], options: Sequence[str]) -> str:
    return _relocked(project, environment, ["--dry-run", *options])


def _relocked(project: Path, environment: Mapping[str, str], options: Sequence[str]) -> str:
    """Run `uv lock` without building; raise _DisabledError where it takes that, LockError for all else."""
    from ..locking.uv.relock import relock

    try:
        return relock(project, environment, [_NO_BUILD, *options])
    except LockError as error:
        if _DISABLED.search(error.log):
            raise _DisabledError from error
        raise


def _told(error: LockError | ConfigError) -> tuple[str, ...]:
    """Return an error as lines, those of uv first."""
    faults = (": ".join(filter(None, (each.where, each.what, each.cause))) + f"; {each.cure}" for each in error.faults)
    return (*error.log.splitlines(), *(each.removesuffix("; ") for each in faults))
