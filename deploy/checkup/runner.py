"""Makes checks, several at once, each after those it needs."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ..errors import PipelineError
from .findings import Finding, of_faults, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future

_AT_ONCE = 6


@dataclass(frozen=True)
class Check:
    """A thing to look at. `needs` are the names of earlier checks without which this one would mean nothing.

    A PipelineError out of `look` means that it could not be looked at; what is wrong is yielded, not raised.
    """

    name: str
    area: str
    look: Callable[[], Iterable[Finding]]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProjectChecks:
    """Several checks of the project in one. They are made whatever those found that they need, and are told that.

    `look` gets, for each of its needs, the names of the checks that stop it; and what says what was looked at.
    """

    name: str
    area: str
    look: Callable[[Mapping[str, tuple[str, ...]], Callable[[str], None]], Iterable[Finding]]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckOutcome:
    """What a check found, and the bug that it ended with, if it did.

    `skipped_for` are the names of the checks because of which it was not made: those that found something, not those
    that were skipped in turn.
    """

    check: Check | ProjectChecks
    findings: tuple[Finding, ...]
    bug: Exception | None = None
    skipped_for: tuple[str, ...] = ()

    @property
    def stoppers(self) -> tuple[str, ...]:
        """Name what stops the checks that need this one."""
        if self.skipped_for:
            return self.skipped_for
        stops = any(finding.state in {"broken", "unknown"} for finding in self.findings)
        return (self.check.name,) if stops else ()


def make(
    checks: Sequence[Check | ProjectChecks],
    say: Callable[[str], None],
    elsewhere: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[CheckOutcome, ...]:
    """Make every check; return the outcomes in the order of the checks.

    `elsewhere` has checks that were made in another process, each with the names of those that stop it.
    """
    before = elsewhere or {}
    begun: dict[str, Future[CheckOutcome]] = {}
    one_at_a_time = threading.Lock()

    def told(line: str) -> None:
        with one_at_a_time:
            say(line)

    # A thread waits for nothing but checks that began before its own, so they cannot all wait for each other.
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for check in checks:
            needed = {name: begun[name] for name in check.needs if name not in before}
            stopped = {name: before[name] for name in check.needs if name in before}
            begun[check.name] = threads.submit(_one, check, needed, stopped, told)
        return tuple(future.result() for future in begun.values())


def _one(
    check: Check | ProjectChecks,
    needed: Mapping[str, Future[CheckOutcome]],
    before: Mapping[str, tuple[str, ...]],
    say: Callable[[str], None],
) -> CheckOutcome:
    stopped = {name: needed[name].result().stoppers if name in needed else before[name] for name in check.needs}
    if isinstance(check, ProjectChecks):
        return _looked(check, partial(check.look, stopped, say))
    if stoppers := tuple(dict.fromkeys(name for names in stopped.values() for name in names)):
        why = unknown(check.name, f"first comes what is wrong with {' and '.join(stoppers)}")
        return CheckOutcome(check, (replace(why, area=check.area),), skipped_for=stoppers)
    started = time.monotonic()
    outcome = _looked(check, check.look)
    say(f"looked at {check.name}  {time.monotonic() - started:.1f} s")
    return outcome


def _looked(check: Check | ProjectChecks, look: Callable[[], Iterable[Finding]]) -> CheckOutcome:
    found: list[Finding] = []
    bug: Exception | None = None
    try:
        for finding in look():
            found.append(finding)  # noqa: PERF402 - what was found before it failed is kept
    except PipelineError as error:
        found += of_faults(error, "unknown")
    except Exception as error:  # noqa: BLE001 - a bug of one check must not hide what the others find; it is raised after
        bug = error
        found.append(unknown(f"{check.name}: {type(error).__name__}: {error}", "a bug of this check", "report it"))
    return CheckOutcome(check, tuple(replace(finding, area=check.area) for finding in found), bug)
