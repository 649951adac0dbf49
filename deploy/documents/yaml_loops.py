"""YAML whose aliases lead back to themselves, which YAML allows and no reader of ours can walk through."""

from __future__ import annotations

import yaml


def refuse(value: object) -> object:
    """Return what was loaded; raise YAMLError where it holds itself. Each part is looked at once."""
    done: set[int] = set()
    above: set[int] = set()

    def look(part: object) -> None:
        inner = list(part.values()) if isinstance(part, dict) else part if isinstance(part, list) else []
        if not inner or id(part) in done:
            return
        if id(part) in above:
            raise yaml.YAMLError("an alias leads back to itself")
        above.add(id(part))
        for each in inner:
            look(each)
        above.remove(id(part))
        done.add(id(part))

    look(value)
    return value
