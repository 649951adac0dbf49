"""The project as it lies here: its configuration, its own checks, its lock, its runtime's days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from .. import git, project_module
from ..configuration import load
from ..container.digest import RuntimeImage
from ..errors import ConfigError, LockError, PipelineError
from ..invocation import advised
from ..keys.place import CONFIG
from ..layer.spec import specs
from ..locking import inputs
from ..locking.locked import read as lock_of
from ..locking.locked import versions as versions_of
from ..locking.lockfile import applies, normalised
from ..runtimes.end_of_life import days_left
from ..runtimes.table import RUNTIMES
from ..sources.provide import changed
from ..terminal.quantity import quantity
from .findings import broken, of_faults, ok, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from ..errors import Fault
    from ..inside.exchange import Pin
    from ..settings import Settings, Target
    from .findings import Finding

STALE = timedelta(days=60)
"""After this long a lock is likely to lack fixes of vulnerabilities."""

SOON = 180
"""Days before a runtime's end of which to speak: a new runtime needs a new lock, new layers and a trial."""


def configuration(project: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    try:
        settings = load(project, environment)
    except ConfigError as error:
        yield from of_faults(error, "broken")
        return
    yield from (warning(remark) for remark in settings.remarks)
    yield ok(f"{CONFIG} is good")


def own_checks(settings: Settings) -> Iterator[Finding]:
    """Run the project's checks, as a deploy does before it bundles code."""
    remarks: list[str] = []
    try:
        project_module.check(settings, remarks.append)
    except ConfigError as error:
        said = [line for line in error.log.strip().splitlines() if line.strip()]
        for fault in error.faults:
            yield broken(f"{fault.where}: {fault.what}", said[-1] if said else "", "see what it says, and correct it")
        return
    for remark in remarks:
        yield warning(remark)
    if settings.code.checks:
        yield ok(f"the project's own checks pass: {', '.join(settings.code.checks)}")


def of_each(look: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    """Look at each of the project's locks."""
    for part in settings.parts:
        yield from look(part)


def locked(settings: Settings) -> Iterator[Finding]:
    """Read the lock strictly for every target, share it out to the layers, and see that each requirement is in it."""
    if not settings.wants_lock:
        yield ok("no layer wants a lock")
        return
    pins: dict[Target, dict[str, Pin]] = {}
    faults: dict[Fault, None] = {}
    for target in settings.targets:
        try:
            lock = lock_of(settings, target)
            faults |= dict.fromkeys(changed(settings, lock.sources))
            specs(settings, lock.pins, RuntimeImage(settings.image_of(target.runtime), ""), target)
        except (LockError, ConfigError) as error:
            faults |= dict.fromkeys(error.faults)
        else:
            pins[target] = {pin.name: pin for pin in lock.pins}
    if faults:
        yield from of_faults(PipelineError(list(faults)), "broken")
        return
    found = list(unlocked(settings, pins))
    count = len({name for each in pins.values() for name in each})
    yield from found or [ok(f"{settings.requirements} locks {quantity(count, 'distribution')}, all that is asked for")]


def fresh(settings: Settings, today: datetime) -> Iterator[Finding]:
    """See how long ago the lock was last made, as git remembers."""
    stamp = git.changed_at(settings.project, settings.requirements)
    if stamp is None:
        return
    age = today - datetime.fromtimestamp(stamp, today.tzinfo)
    if age < STALE:
        yield ok(f"{settings.requirements} was made less than {STALE.days} days ago")
        return
    cause = "fixes that were released since are not in it"
    yield warning(f"{settings.requirements} is {age.days} days old", cause, advised("lock", "--upgrade"))


def runtime_days(settings: Settings, today: date) -> Iterator[Finding]:
    """Count the days until Lambda deprecates the runtime."""
    left = days_left(settings.runtime, today)
    if left is None:
        cure = "see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"
        yield warning(f"until when Lambda supports {settings.runtime} is not known here", cure=cure)
        return
    until = RUNTIMES[settings.runtime].deprecated
    cause = "from then on it gets no security patches, and some weeks later functions cannot be changed any more"
    cure = "build for a newer runtime: `runtime` and `image` in config/pipeline.yaml, and the template's Runtime"
    if left < 0:
        yield broken(f"Lambda deprecated {settings.runtime} {-left} days ago, on {until}", cause, cure)
    elif left < SOON:
        yield warning(f"Lambda deprecates {settings.runtime} in {left} days, on {until}", cause, cure)
    else:
        yield ok(f"Lambda supports {settings.runtime} for {left} days more, until {until}")


def unlocked(settings: Settings, pins: Mapping[Target, Mapping[str, Pin]]) -> Iterator[Finding]:
    """Yield requirements that are not in the lock, or not in a version they ask for; nothing is resolved.

    `pins` are those of each target, by name: a marker may ask for one version here and for another one there.
    """
    source = inputs.found(settings)
    if source is None and settings.requirements.suffix == ".toml":
        return
    if source is None:
        name = settings.requirements.with_suffix(".in").name
        cause = "nothing says what the lock was made of"
        yield warning(f"{name} is not there", cause, f"write one requirement a line, then {advised('lock')}")
        return
    try:
        wanted = inputs.read(source, settings, {})
    except (LockError, ConfigError) as error:
        yield from of_faults(error, "broken")
        return
    versions = versions_of(settings)
    lines = [Requirement(line) for line in wanted.lines]
    yield from dict.fromkeys(
        finding
        for target, own in pins.items()
        for each in lines
        if applies(str(each.marker or ""), target, versions)
        for finding in _asked(each, source.name, own, settings)
    )


def _asked(wanted: Requirement, source: str, pins: Mapping[str, Pin], settings: Settings) -> Iterator[Finding]:
    pin = pins.get(normalised(wanted.name))
    if pin is None:
        cause = f"{settings.requirements} was made before it was asked for"
        yield broken(f"{wanted.name} is asked for and not locked", cause, advised("lock"))
    elif pin.version and not wanted.specifier.contains(pin.version, prereleases=True):
        cause = f"{source} asks for {wanted.specifier} since the lock was made"
        yield broken(f"{pin.name} {pin.version} is locked", cause, advised("lock"))
