"""Accounts that are not whole: what was to be tried and was not, and what speaks in the place of the look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import Fault
from ...inside.look.bounds import LATE
from ...terminal.characters import in_one_line, quoted
from ..causes import of_message
from .grouping import more
from .look import outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...inside.look.values import Account, Subject

OTHER = "find out why before anything else; lock another version"
SPEAKS = "its code, or code that it imports, speaks in the place of the look; what it says of itself proves nothing"
REPORT = ("the probe ended early; this is a fault of the pipeline, and of no package", "report it")


def unaccounted(key: str, account: Account | None) -> Fault:
    if account is None:
        return Fault(key, "was not looked at", *REPORT)
    what, _, more_ = f"{account.intruded}\n{account.tail}".partition("\n")
    if account.intruded.startswith(LATE):
        return Fault(key, what, *of_message(what))
    return Fault(key, f"{what}\n{quoted(more_)}".rstrip(), SPEAKS, OTHER)


def incomplete(subject: Subject, account: Account) -> Iterator[Fault]:
    """Yield what was to be tried and was not, at most one fault for each subject."""
    seen = {(each.kind, each.what) for each in outcomes(account)}
    wanted = [("module", name) for name in subject.modules]
    wanted += [("shared object", path) for path in subject.shared]
    wanted += [("resources", data.package) for data in subject.data]
    ended = [each for each in outcomes(account) if each.error.startswith(("the process", "still ran"))]
    left = [what for kind, what in wanted if (kind, what) not in seen]
    if ended and (untried := [each for each in left if each in subject.roots]):
        # The rest of a package may stay untried where parts of it end the process, but not all of it.
        what = f"was not tried: {ended[-1].error} at {in_one_line(ended[-1].what[:200])}"
        yield Fault(f"{subject.distribution}: {untried[0]}", what, "what is tried before it ends the process", OTHER)
    elif left and not ended:
        what = f"was not tried{more(len(left) - 1)}, and its process says that it came to its end"
        yield Fault(f"{subject.distribution}: {left[0]}", what, SPEAKS, OTHER)
