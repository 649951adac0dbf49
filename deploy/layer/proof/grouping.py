"""What follows from one cause is said once, with how many follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import Fault
from ...terminal.characters import in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ...inside.look.values import Outcome

_VERBS = {
    "module": "cannot be imported",
    "shared object": "cannot be loaded",
    "resources": "has data that cannot be read",
    "client": "gets no request on its way",
    "metadata": "answers otherwise",
}


def remarks(both: Iterable[tuple[str, Outcome]], *, is_compared: bool) -> Iterator[str]:
    """Yield a remark for each distribution and reason, with how many follow from it."""
    elsewhere = "in what pip installs neither" if is_compared else "and was not compared with what pip installs"
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for distribution, outcome in both:
        groups.setdefault((distribution, outcome.error), []).append(outcome)
    for (distribution, error), outcomes_ in groups.items():
        first = outcomes_[0]
        verb = _VERBS.get(first.kind, "fails")
        what = f"{in_one_line(first.what)}{more(len(outcomes_) - 1)}"
        yield f"{distribution}: {what} {verb}, {elsewhere}: {error}"


def one_for_each_cause(faults: Sequence[Fault]) -> list[Fault]:
    """Join the faults that say the same of several things; the first one is named, the others are counted."""
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.what.partition(" (/")[0], fault.cause), []).append(fault)
    joined = []
    for group in groups.values():
        first = group[0]
        joined.append(Fault(f"{first.where}{more(len(group) - 1)}", first.what, first.cause, first.cure))
    return joined


def more(count: int) -> str:
    return f" (and {count} more)" if count > 0 else ""
