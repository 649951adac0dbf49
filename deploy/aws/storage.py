"""How much of a region's code storage is taken.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .refusals import asking

if TYPE_CHECKING:
    from .connection import Aws


@dataclass(frozen=True)
class Storage:
    """Bytes of all layer versions and function versions of a region together, and how many there may be: 75 GB."""

    used: int
    limit: int


def read(aws: Aws) -> Storage:
    """Ask for the account's: https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html."""
    with asking("lambda:GetAccountSettings", aws.region):
        found = aws.functions.get_account_settings()
    return Storage(found["AccountUsage"]["TotalCodeSize"], found["AccountLimit"]["TotalCodeSize"])
