"""What importlib.metadata answers about each distribution; reading it runs no code of any of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import normalised
from .place import home, leave_runtime_out
from .raised import told
from .values import Begun, Described

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.metadata import Distribution

    from .values import Plan, Record


def look(plan: Plan, skip: frozenset[str]) -> Iterator[Record]:
    """Yield the answers about every distribution of the plan; one that is not found has neither version nor home."""
    from importlib import metadata

    led = _packages(plan)
    for name in plan.distributions:
        if name in skip:
            continue
        yield Begun(kind="metadata", what=name)
        try:
            described = _described(name, metadata.distribution(name), led, plan)
        except metadata.PackageNotFoundError:
            described = Described(distribution=name)
        except Exception as caught:  # noqa: BLE001 - what is not as it should be is met in many ways
            described = Described(distribution=name, error=told(caught))
        yield described


def _packages(plan: Plan) -> dict[str, list[str]]:
    """Return by distribution the import names that lead to it, where the runtime's own copies cannot stand in."""
    from importlib import metadata

    led: dict[str, list[str]] = {}
    usual = sys.path[:]
    leave_runtime_out(plan)
    try:
        for package, names in metadata.packages_distributions().items():
            for name in names:
                led.setdefault(normalised(name), []).append(package)
    except Exception:  # noqa: BLE001 - as below; it reads all that there is, and where it raises it leads to nobody
        led.clear()
    sys.path[:] = usual
    return led


def _described(name: str, found: Distribution, led: Mapping[str, list[str]], plan: Plan) -> Described:
    files = found.files
    entry_points = (f"{each.group}: {each.name} = {each.value}" for each in found.entry_points)
    return Described(
        distribution=name,
        version=found.version or "",
        home=home(str(found.locate_file("")), plan),
        headers=tuple(
            (key, str(value)) for key in dict.fromkeys(found.metadata) for value in found.metadata.get_all(key) or ()
        ),
        requires=tuple(found.requires or ()),
        entry_points=tuple(sorted(entry_points)),
        files=None if files is None else tuple(sorted(map(str, files))),
        absent=tuple(sorted(str(each) for each in files or () if not Path(each.locate()).exists())),
        packages=tuple(sorted(set(led.get(name, ())))),
    )
