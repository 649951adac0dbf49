"""What Lambda allows the account in the region, and how much of it is taken.

https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .refusals import asking

if TYPE_CHECKING:
    from .connection import Aws


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


def reserved_concurrency(aws: Aws, name: str) -> int | None:
    """Return how many invocations a function has for itself and at most; None where it shares with all others."""
    with asking("lambda:GetFunctionConcurrency", name):
        return aws.functions.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
