"""What a CDK application in Python needs to be run itself, which no function of it needs.

https://docs.aws.amazon.com/cdk/v2/guide/work-with-cdk-python.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..locking import locked, plain_text, pyproject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .locks import FoundLock

_NAME = re.compile(r"(?:^|[\"'])\s*aws[-_.]cdk", re.MULTILINE | re.IGNORECASE)
_PYPROJECT = "pyproject.toml"
# What follows from the dependencies that pyproject.toml names.
_OF_PROJECT = (locked.UV_LOCK, "poetry.lock", "pdm.lock", _PYPROJECT)


def names(project: Path, text: str) -> bool:
    """Tell a list of what a CDK application needs to be run itself from one of what functions need."""
    return (project / "cdk.json").is_file() and bool(_NAME.search(text))


def is_in(project: Path, found: FoundLock) -> bool:
    """Whether what a lock is made of names it, alone or beside what functions need; groups are not looked at."""
    if not found.what.startswith(_OF_PROJECT):
        path = project / found.path
        return path.is_file() and names(project, plain_text.read(path))
    document = pyproject.read(project / _PYPROJECT)
    wanted = document.get("project", {}).get("dependencies", [])
    return names(project, "\n".join([*wanted, *document.get("tool", {}).get("poetry", {}).get("dependencies", {})]))


def told(project: Path, found: FoundLock) -> Iterator[str]:
    """Yield, for people, that a layer would have it."""
    if is_in(project, found):
        where = found.what.partition(":")[0]
        cure = "in a group of its own, as `uv add --group infra aws-cdk-lib` has it, it is not in the layer"
        yield f"{where}: locks what the CDK application itself needs with what its functions need: {cure}"
