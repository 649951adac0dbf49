"""MiniStack as a program: its functions run where the first argument says, a URL; a script for a process of its own.

    python emulator_main.py URL SECONDS

Every invocation, by the API, a function's URL or a queue, is posted to URL as {"function", "version", "event"} and
answered with {"payload", "failed", "log"}. SECONDS is how long a function is in progress after each change of it.
Without a URL, "-", MiniStack runs them itself. It ends with its stdin.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import urllib.request
from typing import TYPE_CHECKING, Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE_SECONDS = 960
"""More than a function may take."""


def main(url: str, settling: str) -> None:
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = float(settling)  # noqa: SLF001 - there is no setting for it
    # It would put a file of its own beside the function's code, which is then not the code that was published.
    lambda_svc._write_context_arn_shim = lambda *_: None  # noqa: SLF001
    # As it comes, it hands out the code of $LATEST for every version.
    lambda_svc._get_function = _with_the_versions_own_link(lambda_svc._get_function)  # noqa: SLF001
    lambda_svc.serve_function_code = _code_of_the_version
    if url != "-":
        lambda_svc._execute_function_warm = lambda function, event, _: _forwarded(url, function, event)  # noqa: SLF001
    lambda_runtime._PYTHON_WORKER_SCRIPT = _without_botocore(lambda_runtime._PYTHON_WORKER_SCRIPT)  # noqa: SLF001
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    from ministack.app import main as serve

    sys.argv = sys.argv[:1]
    serve()


def _without_botocore(worker: str) -> str:
    """Leave out of what starts a function that it counts how deep functions call each other: it loads botocore."""
    counts = "    _ms_install_invoke_depth()\n"
    if counts not in worker:
        raise SystemExit("MiniStack starts functions in another way than it did")
    return worker.replace(counts, "")


def _with_the_versions_own_link(plain: Callable[..., Any]) -> Callable[..., object]:
    def get_function(name: str, qualifier: str | None = None) -> object:
        status, headers, body = plain(name, qualifier)
        return status, headers, body.replace(f"/{name}?X-Amz".encode(), f"/{name}@{qualifier or ''}?X-Amz".encode())

    return get_function


def _code_of_the_version(name: str, account_id: str | None = None, region: str | None = None) -> object:
    name, _, qualifier = name.partition("@")
    function = lambda_svc._functions.get_scoped(account_id, region, name)  # noqa: SLF001
    record, _ = lambda_svc._effective_func_record_for_qualifier(function, qualifier or None)  # noqa: SLF001
    return 200, {"Content-Type": "application/zip"}, record["code_zip"]


def _forwarded(url: str, function: dict[str, Any], event: object) -> dict[str, object]:
    configuration = function.get("config") or function
    asked = {"function": configuration["FunctionName"], "version": configuration["Version"], "event": event}
    request = urllib.request.Request(url, json.dumps(asked).encode(), {"Content-Type": "application/json"})  # noqa: S310 - loopback
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=_PATIENCE_SECONDS) as answer:
        said = json.loads(answer.read())
    outcome = {"body": said["payload"], "log": said["log"]}
    return outcome | ({"error": True, "function_error": "Unhandled"} if said["failed"] else {})


def _end_with_stdin() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
