"""Lock requirements.in to versions and hashes that fit the runtime.

Writes the exact version of every distribution and the sha256 of each of its wheels that the runtimes can use, on
x86_64 and arm64. Versions that are locked stay until --upgrade; a release has to be older than the cooldown of
config/pipeline.yaml. Packages come from where pip gets them on this machine (PIP_INDEX_URL, PIP_CERT and uv's own
settings).
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ..atomic import write
from ..configuration import load
from ..errors import ConfigError, Fault, LockError, suggest
from ..locking import cooldown, document, inputs, locked, lockfile, plain_text
from ..locking.difference import changes
from ..locking.lockfile import normalised
from ..locking.python_versions import python_versions
from ..locking.resolution import Resolution, resolution
from ..locking.resolver import Resolver
from ..locking.uv.of_project import uv_of
from ..sources import needed
from ..sources.values import Following, OwnSources
from ..terminal.quantity import quantity
from . import backend, lock_report, read_only
from .output.lock import LockChange, LockedFile, LockOutput

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from ..console import Console
    from ..locking.uv.call import Uv
    from ..settings import Settings, Target
    from ..sources.opening import Building
    from .backend import ChosenBackend


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("lock", help="lock the requirements", description=__doc__)
    task = parser.add_mutually_exclusive_group()
    task.add_argument("--check", action="store_true", help="change nothing; fail if the lock does not follow")
    task.add_argument("--upgrade", nargs="*", metavar="PACKAGE", help="take newer versions, of these or of all")
    backend.add_arguments(
        parser,
        default="container",
        meaning="host: build own sources without containers, on Linux with the runtime's Python",
    )
    task.add_argument("--image", action="store_true", help="pin the runtime image's digest instead, and nothing else")
    parser.add_argument("--json", action="store_true", help="print JSON alone; all else goes to stderr")


def run(arguments: argparse.Namespace) -> int:
    settings, console = load(arguments.project, os.environ), read_only.console(arguments)
    made: list[LockedFile] = []
    if arguments.image:
        _pin_image(settings, console)
    parts = [part for part in settings.parts if part.wants_lock and not arguments.image]
    if not parts and not arguments.image:
        console.say("nothing to lock: no layer takes a distribution")
    for part in parts:
        before = _versions(part) if arguments.json else {}
        _lock(part, arguments, console)
        if arguments.json:
            made.append(_locked(part, before, written=not arguments.check))
    if arguments.json:
        read_only.print_json(LockOutput(locks=tuple(made)))
    return 0


def _locked(settings: Settings, before: Mapping[str, str], *, written: bool) -> LockedFile:
    after = _versions(settings)
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    changed = tuple(LockChange(name=each, before=before.get(each), after=after.get(each)) for each in names)
    return LockedFile(file=str(settings.requirements), distributions=len(after), changes=changed, written=written)


def _lock(settings: Settings, arguments: argparse.Namespace, console: Console) -> None:
    """Make one lock of the project."""
    path = settings.project / settings.requirements
    if path.name == locked.UV_LOCK:
        _relock(settings, arguments, console)
        return
    if inputs.is_foreign(settings) and any(locked.read(settings, target).sources for target in settings.targets):
        anew = _upgrade(arguments.upgrade) == ["--upgrade"]
        uv = uv_of(settings, str(settings.requirements), os.environ, console.say)
        own = _lock_sources(settings, console, uv, where=backend.chosen(arguments), anew=anew)
        needed.write(settings, own.sections)
        made = needed.path(settings).name
        console.say(f"{settings.requirements} stays as it is; {made} locks what building its sources takes")
        return
    inputs.refuse_others(settings)
    source = inputs.source(settings, console.say)
    before = _text(path, strictly_for=settings.targets if arguments.check else ())
    versions = lockfile.recorded(before)
    if not arguments.check or not versions:
        versions = python_versions(settings, versions, os.environ, console.say)
    pins = document.read(before)
    _refuse_unlocked(arguments.upgrade, {each.name for each in pins})
    asked = _Asked(settings, source, versions, _upgrade(arguments.upgrade), where=backend.chosen(arguments))
    resolved, own = _resolve(asked, pins, console)
    found = changes(pins, resolved)
    if arguments.check:
        lock_report.check(found, settings, source, console)
        return
    text = document.text(resolved.packages, resolved.targets, source.name, versions)
    write(path, text.encode())
    needed.write(settings, own.sections)
    lock_report.report(found, resolved, settings, versions, console)
    for line in lock_report.pinned({normalised(each) for each in arguments.upgrade or ()}, resolved.packages, source):
        console.say(line)


def _pin_image(settings: Settings, console: Console) -> None:
    from ..locking.pin_image import pin_image

    pin_image(settings, console)


def _relock(settings: Settings, arguments: argparse.Namespace, console: Console) -> None:
    """Have uv lock the project, and see that every target can be built from what it locked."""
    from ..locking.others.refit import refit
    from ..locking.uv.relock import relock

    chosen = backend.chosen(arguments)
    before = _versions(settings)
    _refuse_unlocked(arguments.upgrade, before)
    options = ["--check"] if arguments.check else _upgrade(arguments.upgrade)
    with console.step("uv lock"):
        console.say(relock(settings.project, os.environ, options))
    uv = uv_of(settings, inputs.PYPROJECT, os.environ, console.say)
    if not arguments.check:
        # The cooldown is uv's own here.
        for remark in refit(settings, replace(uv, cooldown=()), partial(relock, settings.project, os.environ)):
            console.say(remark)
    found = {target: locked.pins(settings, target) for target in settings.targets}
    sources = _lock_sources(settings, console, uv, where=chosen, anew=options == ["--upgrade"])
    if arguments.check:
        console.say(f"{settings.requirements} follows from {inputs.PYPROJECT}")
        return
    needed.write(settings, sources.sections)
    after = {pin.name: pin.version for pins in found.values() for pin in pins}
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    console.table(["package", "from", "to"], [(name, before.get(name, "-"), after.get(name, "-")) for name in names])
    told = f"{len(names)} changed" if names else "nothing changed"
    console.say(
        f"{settings.requirements}: {quantity(len(after), 'distribution')} for {', '.join(map(str, found))}: {told}"
    )


def _lock_sources(settings: Settings, console: Console, uv: Uv, *, where: ChosenBackend, anew: bool) -> OwnSources:
    """Build the sources that a lock of another tool names, and lock what building them takes."""
    found = {each.origin: each for target in settings.targets for each in locked.read(settings, target).sources}
    if not found:
        return OwnSources()
    given = Following(
        uv=replace(uv, source=str(settings.requirements)),
        versions=python_versions(settings, {}, os.environ, console.say),
        preferred={},
        upgrade=["--upgrade"] if anew else [],
    )
    from ..sources.locking import sources_of

    return sources_of(_building(settings, console, where), list(found.values()), given)


def _versions(settings: Settings) -> dict[str, str]:
    """Return what is locked so far, nothing where that cannot be read."""
    is_uv = settings.requirements.name == locked.UV_LOCK and settings.wants_lock
    try:
        if is_uv:  # some of it may not fit
            return {name: each for target in settings.targets for name, each in locked.chosen(settings, target).items()}
        return {pin.name: pin.version for target in settings.targets for pin in locked.pins(settings, target)}
    except (LockError, ConfigError):
        return {}


def _text(path: Path, *, strictly_for: Sequence[Target]) -> str:
    for target in strictly_for:
        lockfile.read(path, target)
    return plain_text.read(path) if path.exists() else ""


def _refuse_unlocked(packages: Sequence[str] | None, known: Collection[str]) -> None:
    """Raise LockError for packages to upgrade that the lock, of which all names are `known`, does not have."""
    faults = [
        Fault(f"--upgrade {shlex.quote(each)}", "the lock has no such package", cure=suggest(normalised(each), known))
        for each in packages or ()
        if known and normalised(each) not in known
    ]
    if faults:
        raise LockError(faults)


def _upgrade(packages: list[str] | None) -> list[str]:
    if packages is None:
        return []
    return [option for each in packages for option in ("--upgrade-package", each)] or ["--upgrade"]


def _resolve(
    asked: _Asked, before: tuple[document.LockedPackage, ...], console: Console
) -> tuple[Resolution, OwnSources]:
    settings, name = asked.settings, asked.source.name
    wanted, uv = inputs.read(asked.source, settings, os.environ), uv_of(settings, name, os.environ, console.say)
    preferred = {each.name: each.version for each in before}
    own = OwnSources()
    if wanted.elsewhere or settings.build_from_source:
        from ..sources.locking import own_sources

        given = Following(uv=uv, versions=asked.versions, preferred=preferred, upgrade=asked.upgrade)
        own = own_sources(_building(settings, console, asked.where), wanted, given)
    wanted = replace(wanted, lines=(*wanted.lines, *own.lines), limits=(*wanted.limits, *own.limits))
    resolver = Resolver(uv=uv, wanted=wanted, versions=asked.versions)
    runtimes = dict.fromkeys(each.runtime for each in settings.targets)
    with console.step(f"resolve {name} for {' and '.join(runtimes)}"):
        resolved = resolution(resolver, settings.targets, before, asked.upgrade)
    for remark in [*cooldown.remarks(settings.lock, uv.undated), *resolved.remarks]:
        console.say(remark)
    return replace(resolved, packages=tuple(own.named(each) for each in resolved.packages)), own


def _building(settings: Settings, console: Console, where: ChosenBackend) -> Building:
    from ..sources.opening import Building

    return Building(settings, os.environ, console.say, on_host=bool(where.on_host), unconfined=where.unconfined)


@dataclass(frozen=True)
class _Asked:
    """What to lock: from which file, for which whole Python versions, with which of uv's options, built where."""

    settings: Settings
    source: Path
    versions: Mapping[str, str]
    upgrade: list[str]
    where: ChosenBackend
