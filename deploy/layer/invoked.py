"""Why an invocation failed, by what was answered and logged: the handler itself, an extension, or the runtime."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import Fault
from ..terminal.characters import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..errors import VerificationError

# As the Runtime Interface Emulator logs it. The runtime's own failures have dotted names, as Runtime.ImportModuleError;
# a handler's has its class's: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
_EXTENSION = re.compile(r"Process extension-(?P<name>\S+)-[0-9]+ exited: (?P<how>.*)")
_OWN_EXCEPTION = re.compile(r"(?!Timeout: )[A-Za-z_]\w*: ")
# What the emulator says of itself, in a log that is of the function besides.
_OF_THE_EMULATOR = re.compile(r"\(rapid\)|^(?:START|END|REPORT|INIT_REPORT) RequestId: ")
_KINDS = (
    ("Timeout: ", "it waits for what is not there, or comes to no end", "let it answer, or give it another event"),
    ("Runtime.MarshalError", "what it returned is no JSON", "return what json.dumps takes"),
    (
        "Runtime.ExitError",
        "the handler ended its process, or was killed, as for want of memory",
        "return from the handler, or raise its memory",
    ),
)


def is_own(error: VerificationError) -> bool:
    """Tell a handler that raised, which proves that it runs, from a runtime that failed."""
    return all(_OWN_EXCEPTION.match(fault.what) for fault in error.faults)


def refused(where: str, error: VerificationError, event: str) -> Iterator[Fault]:
    """Yield why a function did not answer; `event` is the key of the event that it got, empty for none of its own."""
    if ended := _EXTENSION.search(error.log):
        what = f"the extension {ended['name']} ended: {ended['how']}\n{quoted(error.log)}"
        cause = "Lambda starts what is in extensions/ before the function, and ends both where one of them ends"
        yield Fault(where, what, cause, "correct it, or take it out of the layer")
        return
    for fault in error.faults:
        known = _of_the_handler(fault, event)
        log = _said(error.log) if known else error.log
        cause, cure = known or ("the runtime could not run the handler", "see what it logged above")
        yield Fault(where, f"{fault.what}\n{quoted(log)}".rstrip(), fault.cause or cause, fault.cure or cure)


def _of_the_handler(fault: Fault, event: str) -> tuple[str, str] | None:
    """Return cause and cure of what is the handler's own doing, None where the runtime failed."""
    if _OWN_EXCEPTION.match(fault.what):
        return f"the handler raised it for its `{event}` event", "correct the handler, or the event"
    return next(((cause, cure) for begin, cause, cure in _KINDS if fault.what.startswith(begin)), None)


def _said(log: str) -> str:
    """Return what the function itself wrote."""
    return "\n".join(line for line in log.splitlines() if not _OF_THE_EMULATOR.search(line))
