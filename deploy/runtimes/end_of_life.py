"""Until when Lambda supports a runtime: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html.

From that day on a runtime gets no security patches. Functions go on running; some weeks later they can be made, and
then changed, no more.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEPRECATED: Mapping[str, date] = {
    "python3.10": date(2026, 10, 31),
    "python3.11": date(2027, 6, 30),
    "python3.12": date(2028, 10, 31),
    "python3.13": date(2029, 6, 30),
    "python3.14": date(2029, 6, 30),
}


def days_left(runtime: str, today: date) -> int | None:
    """Return the days until the runtime's deprecation, negative after it; None where AWS's date is not known here.

    >>> days_left("python3.11", date(2027, 6, 1))
    29
    """
    deprecated = DEPRECATED.get(runtime)
    return (deprecated - today).days if deprecated else None
