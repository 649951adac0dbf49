"""How many of something, in words."""

from __future__ import annotations


def quantity(count: int, what: str) -> str:
    """Return a number of things, of which `what` names one.

    >>> quantity(1, "wheel"), quantity(0, "wheel"), quantity(1200, "wheel")
    ('1 wheel', '0 wheels', '1,200 wheels')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"
