"""The variables by which a function is told whom to believe over TLS, and what its layers bring of that.

A file that is not there shows when the first connection is made, and no trial makes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ..evidence import FunctionUnderTest

VARIABLES = ("AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE")
_OPT = "/opt/"


def faults(functions: Iterable[FunctionUnderTest], opt: Collection[str]) -> Iterator[Fault]:
    """Yield each of them that names what is not below /opt, whose files are `opt`; and an empty AWS_CA_BUNDLE."""
    for each in functions:
        yield from _of(each, opt)


def _of(function: FunctionUnderTest, opt: Collection[str]) -> Iterator[Fault]:
    where = f"functions.{function.key}"
    for name in VARIABLES:
        value = function.environment.get(name)
        if value == "" and name == "AWS_CA_BUNDLE":
            cause = "botocore refuses an empty one; its older versions took it for the wish to verify nobody"
            yield Fault(where, f"has an empty {name}", cause, "take it out of the function's environment")
        if value is not None and is_lacking(value, opt):
            what = f"{name} is {value}, which none of its layers brings"
            cure = "let the layer that has certifi bring it: `certificates: [directory, aws]`"
            yield Fault(where, what, "every connection over TLS would fail", cure)


def is_lacking(path: str, opt: Collection[str]) -> bool:
    """Tell whether a path is below /opt, whose files are `opt`, and not there."""
    below = path.removeprefix(_OPT).rstrip("/")
    return path.startswith(_OPT) and not any(each == below or each.startswith(f"{below}/") for each in opt)
