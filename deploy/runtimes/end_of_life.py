"""How long Lambda supports a runtime: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html.

From that day on a runtime gets no security patches. Functions go on running; some weeks later they can be made, and
then changed, no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .table import RUNTIMES

if TYPE_CHECKING:
    from datetime import date


def days_left(runtime: str, today: date) -> int | None:
    """Return the days until the runtime's deprecation, negative after it; None where AWS's date is not known here.

    >>> from datetime import date
    >>> days_left("python3.11", date(2027, 6, 1))
    29
    """
    row = RUNTIMES.get(runtime)
    return (row.deprecated - today).days if row else None
