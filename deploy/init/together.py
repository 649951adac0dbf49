"""Brings functions into one project: keys and names that differ, and the folder of sources that most have."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..settings import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from .values import FoundFunction


@dataclass(frozen=True, kw_only=True)
class Together:
    """Functions with a key and a name of their own, and their usual source; `left` names those that are not taken."""

    functions: tuple[FoundFunction, ...]
    source: Path
    left: tuple[str, ...]


def bring(functions: Sequence[FoundFunction]) -> Together:
    """Leave out what is defined twice; tell keys apart that are the same."""
    kept: dict[str, FoundFunction] = {}
    names: set[str] = set()
    left: list[str] = []
    for each in functions:
        if each.name in names:
            left.append(f"{each.name}: is defined twice; the first one is taken")
            continue
        names.add(each.name)
        key = next(name for name in _numbered(each.key) if name not in kept)
        kept[key] = replace(each, key=key)
    return Together(functions=tuple(kept.values()), source=_source(list(kept.values())), left=tuple(left))


def _source(functions: Sequence[FoundFunction]) -> Path:
    """Return the folder that several have, or the only function; the usual one where each has its own."""
    counted = Counter(each.source for each in functions).most_common(1)
    return counted[0][0] if counted and (counted[0][1] > 1 or len(functions) == 1) else Code.source


def majority(values: Iterable[str], default: str) -> str:
    """Return the value that most have, the first of several; `default` where none has one."""
    counted = Counter(each for each in values if each)
    return counted.most_common(1)[0][0] if counted else default


def _numbered(key: str) -> Iterable[str]:
    yield key
    number = 2
    while True:
        yield f"{key}-{number}"
        number += 1
