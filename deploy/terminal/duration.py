"""Times as people say them."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Write a time: tenths below a minute, whole seconds from there on.

    >>> duration(0.04), duration(11.24), duration(59.96), duration(125), duration(3725)
    ('0.0 s', '11.2 s', '1 min 0 s', '2 min 5 s', '1 h 2 min')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
