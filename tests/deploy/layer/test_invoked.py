"""What a function that did not answer is told: what it did itself, or that the runtime failed."""

from __future__ import annotations

import pytest

from deploy.errors import VerificationError
from deploy.layer import invoked

LOG = """\
30 Nov 2026 08:23:36,567 [INFO] (rapid) INIT START(type: on-demand, phase: init)
START RequestId: 6111cbac Version: 1
[ERROR] KeyError: 'order'
END RequestId: 6111cbac
REPORT RequestId: 6111cbac\tInit Duration: 0.05 ms
"""


def failed(what: str) -> VerificationError:
    return VerificationError.of("app.handler", what, log=LOG)


@pytest.mark.parametrize("event", ["trial", "health"])
def test_what_a_handler_raised_is_its_own_doing_and_its_log_is_without_the_emulator(event: str) -> None:
    (fault,) = invoked.refused("functions.api", failed("KeyError: 'order'"), event)
    assert fault.what.splitlines() == ["KeyError: 'order'", "    | [ERROR] KeyError: 'order'"]
    assert event in fault.cause
    assert "event" in fault.cure


@pytest.mark.parametrize(
    ("what", "cause", "cure"),
    [
        ("Timeout: no answer in 60 s", "comes to no end", "another event"),
        ("Runtime.MarshalError: Unable to marshal response", "is no JSON", "json.dumps"),
        ("Runtime.ExitError: Error: Runtime exited with error: exit status 3", "ended its process", "memory"),
        ("Runtime.ImportModuleError: No module named 'x'", "could not run the handler", "logged above"),
    ],
)
def test_what_the_runtime_says_of_it_is_explained(what: str, cause: str, cure: str) -> None:
    (fault,) = invoked.refused("functions.api", failed(what), "trial")
    assert (cause in fault.cause, cure in fault.cure) == (True, True), fault
    assert not invoked.is_own(failed(what))


def test_an_extension_that_ended_is_named() -> None:
    log = f"{LOG}[WARNING] (rapid) Process extension-agent-1 exited: exit status 1\n"
    (fault,) = invoked.refused("functions.api", VerificationError.of("app.handler", "Runtime.ExitError", log=log), "")
    assert fault.what.startswith("the extension agent ended: exit status 1")
