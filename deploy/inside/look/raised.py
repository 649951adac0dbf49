"""What an exception says, where it was raised, and what raises the same again and again."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType, TracebackType

_LINE = 500
_TIMES = 3
_BODY = "<module>"  # as what it is called in a frame
_path_finder = importlib.machinery.PathFinder


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


class Repeated:
    """What modules raised so far, by name; a finder of those whose own code raised the same again and again.

    Who imports one of these gets what it raised, and its code is not run anew: where hundreds of modules begin with one
    that reads a configuration for a second and then finds no home to write to, that takes longer than a look may.
    """

    def __init__(self) -> None:
        self._raised: dict[str, tuple[str, int]] = {}
        self._settled: dict[str, tuple[BaseException, TracebackType | None]] = {}

    def note(self, error: BaseException) -> None:
        """Take note of an import's failure, which is that of every module that its traceback leads through."""
        text = f"{told(error)} {where(error)}"
        for frame, _ in traceback.walk_tb(error.__traceback__):
            name = frame.f_globals.get("__name__")
            if frame.f_code.co_name == _BODY and isinstance(name, str):
                before, times = self._raised.get(name, (text, 0))
                self._raised[name] = (text, times + 1 if before == text else 1)
                if self._raised[name][1] >= _TIMES and name not in self._settled:
                    self._settled[name] = error, _inside(error, name)
        if self._settled and self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def forget(self) -> None:
        """Have every module run again, since what it lacked may be there by now."""
        self._raised.clear()
        self._settled.clear()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module as always, with what it raises for its code; leave the others to the other finders."""
        if name not in self._settled:
            return None
        spec = _path_finder.find_spec(name, path)
        if spec:
            spec.loader = _Raising(*self._settled[name])
        return spec


class _Raising(importlib.abc.Loader):
    def __init__(self, error: BaseException, at: TracebackType | None) -> None:
        self._error, self._at = error, at

    def exec_module(self, _module: ModuleType) -> None:
        raise self._error.with_traceback(self._at)


def _inside(error: BaseException, name: str) -> TracebackType | None:
    """Return a traceback from the body of a module on."""
    at = error.__traceback__
    while at and not (at.tb_frame.f_code.co_name == _BODY and at.tb_frame.f_globals.get("__name__") == name):
        at = at.tb_next
    return at
