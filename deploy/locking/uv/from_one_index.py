"""What comes from one index alone, as uv is told: a project that depends on it, with its source.

https://docs.astral.sh/uv/concepts/indexes/#pinning-a-package-to-an-index
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from ..lockfile import normalised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..others.named_indexes import Taken


def project(requirements: Sequence[str], taken: Sequence[Taken]) -> str:
    """Return a pyproject.toml with those of the requirements that come from one index alone; empty where none does."""
    if not taken:
        return ""
    wanted = [each for each in map(Requirement, requirements) if not each.url]
    found: dict[str, list[Taken]] = {}
    for each in wanted:
        name = normalised(each.name)
        found[name] = [one for one in taken if fnmatchcase(name, normalised(one.package))]
    sources = {name: those for name, those in found.items() if those}
    lines = [str(each) for each in wanted if normalised(each.name) in sources]
    indexes = list(dict.fromkeys(each.index.url for those in sources.values() for each in those))
    return _written(lines, sources, indexes) if sources else ""


def _written(lines: Sequence[str], sources: dict[str, list[Taken]], indexes: list[str]) -> str:
    head = f'[project]\nname = "wanted"\nversion = "0"\ndependencies = {json.dumps(lines)}\n\n[tool.uv.sources]\n'
    given = "".join(
        f"{name} = [{', '.join(_source(each, indexes) for each in those)}]\n" for name, those in sources.items()
    )
    return head + given + "".join(_index(number, url) for number, url in enumerate(indexes))


def _source(each: Taken, indexes: list[str]) -> str:
    marker = f", marker = {json.dumps(each.marker)}" if each.marker else ""
    return f'{{ index = "only-{indexes.index(each.index.url)}"{marker} }}'


def _index(number: int, url: str) -> str:
    return f'\n[[tool.uv.index]]\nname = "only-{number}"\nurl = {json.dumps(url)}\nexplicit = true\n'
