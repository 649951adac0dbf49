"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..errors import PipelineError

State = Literal["ok", "warning", "broken", "unknown"]


UNCHECKED = "not checked: "
"""What the text of a finding begins with that could not be made."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, why, and what to do. `unknown` is what could not be looked at."""

    state: State
    what: str
    cause: str = ""
    cure: str = ""
    area: str = ""


def ok(what: str) -> Finding:
    return Finding("ok", what)


def warning(what: str, cause: str = "", cure: str = "") -> Finding:
    """Report what works and will not for long, or not everywhere."""
    return Finding("warning", what, cause, cure)


def broken(what: str, cause: str = "", cure: str = "") -> Finding:
    """Report what does not work, or what a deploy would be refused for."""
    return Finding("broken", what, cause, cure)


def unknown(why: str, cause: str = "", cure: str = "") -> Finding:
    """Report that a check could not be made: that is never taken for well."""
    return Finding("unknown", f"{UNCHECKED}{why}", cause, cure)


def of_faults(error: PipelineError, state: State) -> Iterator[Finding]:
    """Yield a refusal's faults as findings."""
    for fault in error.faults:
        what = f"{fault.where}: {fault.what}" if fault.where else fault.what
        yield Finding(state, f"{UNCHECKED}{what}" if state == "unknown" else what, fault.cause, fault.cure)
