"""YAML whose aliases lead back to themselves, or stand for more than anybody wrote: no reader can walk through it."""

from __future__ import annotations

import yaml

_MOST = 1_000_000  # values


def refuse(value: object) -> object:
    """Return what was loaded; raise YAMLError where it holds itself or too much. Each part is looked at once."""
    done: dict[int, int] = {}
    above: set[int] = set()

    def look(part: object) -> int:
        """Return how many values a part is, with each alias as many as it stands for."""
        inner = list(part.values()) if isinstance(part, dict) else part if isinstance(part, list) else []
        if not inner:
            return 1
        if (known := done.get(id(part))) is not None:
            return known
        if id(part) in above:
            raise yaml.YAMLError("an alias leads back to itself")
        above.add(id(part))
        count = done[id(part)] = 1 + sum(look(each) for each in inner)
        above.remove(id(part))
        if count > _MOST:
            raise yaml.YAMLError(f"its aliases stand for more than {_MOST:,} values")
        return count

    look(value)
    return value
