"""What the assembly refuses, as plain lines that the host shows."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


_BEGIN, _END = "The layer cannot be assembled:", "Nothing was written."


class Refused(Exception):  # noqa: N818 - as PipelineError's message: what happened, not what kind of class it is
    """A layer that cannot be assembled, with every fault found; each is text for people, of one or more lines."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(*self.faults)

    def __str__(self) -> str:
        return "\n".join(self.faults)


def told(refused: Refused) -> str:
    """Return what a refused assembly writes, so that `heard` finds it in whatever an engine writes around it."""
    return f"{_BEGIN}\n{refused}\n{_END}"


def heard(log: str) -> tuple[str, ...]:
    """Return the faults that an assembly told in this output, as it worded them; none where it refused nothing."""
    _, begun, after = log.partition(f"{_BEGIN}\n")
    text, ended, _ = after.partition(f"\n{_END}")
    if not (begun and ended):
        return ()
    faults: list[str] = []
    for line in text.splitlines():
        if line.startswith("    ") and faults:
            faults[-1] += f"\n{line}"
        else:
            faults.append(line)
    return tuple(faults)


def fault(where: str, what: str, *, cause: str = "", cure: str = "") -> str:
    """Word a fault as the host's errors are worded."""
    lines = [f"{where}: {what}"]
    lines += [f"    cause: {cause}"] if cause else []
    lines += [f"    do:    {cure}"] if cure else []
    return "\n".join(lines)


def suggestion(word: str, known: Collection[str]) -> str:
    """Return a question that names the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else ""
