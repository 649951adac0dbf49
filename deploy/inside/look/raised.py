"""What an exception says, and where it was raised, as a verdict shows them."""

from __future__ import annotations

import importlib
import traceback

_LINE = 500


def told(error: BaseException) -> str:
    """Return an exception's text as one line: of several the first and the last, as either may have the reason.

    An exception may fail to have one.
    """
    try:
        text = "".join(traceback.format_exception_only(error))
    except BaseException as second:  # noqa: BLE001 - __str__ may raise anything
        return f"{type(error).__name__}, whose text raises {type(second).__name__}"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # What stands before a SyntaxError's own words is the place, which `where` tells.
    named = (at for at, line in enumerate(lines) if line.partition(":")[0].endswith(type(error).__name__))
    first, *others = lines[next(named, 0) :] or [type(error).__name__]
    if others and first.endswith(":"):  # the text begins on the next line
        first = f"{first} {others.pop(0)}"
    between = " … " if len(others) > 1 else " "
    return f"{first[:_LINE]}{between}{others[-1][:_LINE]}" if others else first[:_LINE]


def where(error: BaseException) -> str:
    """Return the line that raised: the innermost one that is a file's, neither importlib's nor the look's."""
    files = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    frames = [each for each in files if each.filename != importlib.__file__ and "deploy/inside/" not in each.filename]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
