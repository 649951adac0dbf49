"""What the runtime writes when an import fails, word for word, and what it is explained by."""

from __future__ import annotations

import pytest

from deploy.checkup.logs import _line
from deploy.layer import causes


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'bot': No module named 'nacl'\nTraceback …",
            "no layer that is attached brings nacl",
        ),
        (
            (
                "[ERROR] Runtime.ImportModuleError: Unable to import module 'bot': /lib64/libc.so.6: version "
                "`GLIBC_2.28' not found (required by /opt/python/cryptography/_rust.abi3.so)\nTraceback …"
            ),
            "a wheel for a newer Linux was locked",
        ),
        (
            (
                "[ERROR] Runtime.ImportModuleError: Unable to import module 'bot': /opt/python/_cffi_backend.so: "
                "invalid ELF header"
            ),
            "a wheel for another system or a broken file",
        ),
        (
            "[ERROR] Runtime.HandlerNotFound: Handler 'handle' missing on module 'bot'",
            "the function's `handler` names something else",
        ),
        (
            "[ERROR] Runtime.MalformedHandlerName: Bad handler 'bot': not enough values to unpack",
            "the function's `handler` names something else",
        ),
        (
            "[ERROR] Runtime.UserCodeSyntaxError: Syntax error in module 'bot': invalid syntax (bot.py, line 1)",
            "the function's own code is not Python that the runtime reads",
        ),
        (
            (
                '{"timestamp": "2026-11-26T04:00:00Z", "level": "ERROR", "errorType": "Runtime.ImportModuleError", '
                '"errorMessage": "Unable to import module \'bot\': libssl.so.10: cannot open shared object file"}'
            ),
            "it needs libssl.so.10, which neither layer nor runtime has",
        ),
        (
            "START\nImportError: libpq.so.5: cannot open shared object file: No such file or directory\nEND",
            "it needs libpq.so.5, which neither layer nor runtime has",
        ),
    ],
)
def test_an_import_that_failed_in_lambda_is_explained(message: str, cause: str) -> None:
    line = _line(message)
    assert "\n" not in line
    assert causes.of_message(line)[0] == cause
