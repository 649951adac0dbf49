"""What Lambda allows the account in the region, and how much of it is taken.

https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .refusals import asking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .connection import Aws

_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class AccountSettings:
    """Bytes of code, all layer versions and function versions together; and how many invocations may run at once.

    `unreserved` are the invocations that no function has for itself.
    """

    code_limit: int
    code_used: int
    concurrency: int
    unreserved: int


def settings(aws: Aws) -> AccountSettings:
    with asking("lambda:GetAccountSettings", aws.region):
        found = aws.functions.get_account_settings()
    limit, usage = found["AccountLimit"], found["AccountUsage"]
    return AccountSettings(
        code_limit=limit["TotalCodeSize"],
        code_used=usage["TotalCodeSize"],
        concurrency=limit["ConcurrentExecutions"],
        unreserved=limit["UnreservedConcurrentExecutions"],
    )


def reserved(aws: Aws, names: Sequence[str]) -> dict[str, int]:
    """Return how many invocations each of these functions has for itself and at most; those that share are left out."""
    _ = aws.functions
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = zip(names, threads.map(lambda name: _reserved(aws, name), names), strict=True)
        return {name: number for name, number in found if number is not None}


def _reserved(aws: Aws, name: str) -> int | None:
    with asking("lambda:GetFunctionConcurrency", name):
        return aws.functions.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
