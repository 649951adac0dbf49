"""Makes checks, several at once, each after those it needs."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deploy.checkup.findings import Finding, of_faults, unknown
from deploy.errors import PipelineError

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
class CheckOutcome:
    """What a check found, and the bug that it ended with, if it did.

    `skipped_for` are the names of the checks because of which it was not made: those that found something, not those
    that were skipped in turn.
    """

    check: Check
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


def make(checks: Sequence[Check], say: Callable[[str], None]) -> tuple[CheckOutcome, ...]:
    """Make every check; return the outcomes in the order of the checks."""
    begun: dict[str, Future[CheckOutcome]] = {}
    one_at_a_time = threading.Lock()

    def told(line: str) -> None:
        with one_at_a_time:
            say(line)

    # A thread waits for nothing but checks that began before its own, so they cannot all wait for each other.
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for check in checks:
            needed = {name: begun[name] for name in check.needs}
            begun[check.name] = threads.submit(_one, check, needed, told)
        return tuple(future.result() for future in begun.values())


def _one(check: Check, needed: Mapping[str, Future[CheckOutcome]], say: Callable[[str], None]) -> CheckOutcome:
    stoppers = tuple(dict.fromkeys(name for future in needed.values() for name in future.result().stoppers))
    if stoppers:
        why = unknown(check.name, f"first comes what is wrong with {' and '.join(stoppers)}")
        return CheckOutcome(check, (replace(why, area=check.area),), skipped_for=stoppers)
    started = time.monotonic()
    outcome = _looked(check)
    say(f"looked at {check.name}  {time.monotonic() - started:.1f} s")
    return outcome


def _looked(check: Check) -> CheckOutcome:
    found: list[Finding] = []
    bug: Exception | None = None
    try:
        for finding in check.look():
            found.append(finding)  # noqa: PERF402 - what was found before it failed is kept
    except PipelineError as error:
        found += of_faults(error, "unknown")
    except Exception as error:  # noqa: BLE001 - a bug of one check must not hide what the others find; it is raised after
        bug = error
        found.append(unknown(f"{check.name}: {type(error).__name__}: {error}", "a bug of this check", "report it"))
    return CheckOutcome(check, tuple(replace(finding, area=check.area) for finding in found), bug)
