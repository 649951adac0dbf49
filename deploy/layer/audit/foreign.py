"""Libraries for other machines that a distribution brings beside its own: each of its users takes the one that fits.

A debugger's helpers, or a driver's, lie side by side for every machine and system, and code chooses at run time.
Nothing can load the others here, neither from the layer nor from what pip installs; whether the distribution works
without them is seen when it is tried. One that has libraries for one other machine alone is another thing: a wheel for
that machine, which is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .elf import SharedObject


def spare(kinds: Mapping[str, str], architecture: str, owner: Callable[[str], str]) -> Mapping[str, Sequence[str]]:
    """Return by distribution the paths that are for other machines, where it has libraries for several.

    `kinds` has the machine or the system of each library by its path, `owner` gives the distribution of a path.
    """
    found: dict[str, set[str]] = {}
    for path, kind in kinds.items():
        found.setdefault(owner(path), set()).add(kind)
    others: dict[str, list[str]] = {}
    for path, kind in kinds.items():
        if kind != architecture and len(found[owner(path)]) > 1:
            others.setdefault(owner(path), []).append(path)
    return others


def kinds(shared: Sequence[SharedObject], systems: Mapping[str, str]) -> dict[str, str]:
    """Return the machine of each ELF file, and the system of each file of another one, by path."""
    return {each.path: each.machine for each in shared} | dict(systems)


def remarks(found: Mapping[str, Sequence[str]], kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield one remark for each distribution."""
    for owner, paths in sorted(found.items()):
        machines = ", ".join(sorted({kinds[path] for path in paths}))
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        yield f"{owner}: {paths[0]}{more}: for {machines}; nothing loads such a library here, nor in what pip installs"
