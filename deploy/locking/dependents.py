"""What needs what, from the comments that a lock has below each pin: `# via requests`, or from a lock in TOML.

uv and pip-compile write the comments, `lock` among their users. They decide in which layer a distribution goes,
never whether it goes: a wrong comment cannot make anything missing, and the layers are tried together.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from ..errors import Fault, LockError
from ..invocation import advised
from . import plain_text, pyproject
from .lockfile import normalised

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==")
_REASON = re.compile(r"#\s*(?:via\b)?(?P<reasons>.*)$")
_NAME = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?")


def read(path: Path, locked: Collection[str]) -> dict[str, frozenset[str]]:
    """Return for each distribution of the lock the names of those that it needs itself.

    Raises LockError where the comments do not say why each of `locked` is there.
    """
    if path.suffix == ".toml" or path.name == "uv.lock":
        return _of_toml(path, locked)
    dependents = _dependents(plain_text.read(path))
    unsaid = [name for name in sorted(locked) if not dependents.get(name)]
    if unsaid:
        what = f"does not say what needs {', '.join(unsaid)}"
        cause = "the `# via` comments are missing; `with-dependencies-of` goes by them"
        raise LockError(
            [Fault(str(path), what, cause, f"remake it with {advised('lock')}, or list the packages by name")]
        )
    return {
        name: frozenset(each for each, reasons in dependents.items() if name in reasons and each in locked)
        for name in locked
    }


def closure(roots: Collection[str], needs: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return the roots and all that they need, each with what needs it; nothing needs a root.

    >>> closure(["boto3"], {"boto3": ["botocore"], "botocore": ["six"], "six": []})
    {'boto3': '', 'botocore': 'boto3', 'six': 'botocore'}
    """
    found = dict.fromkeys(roots, "")
    waiting = list(found)
    while waiting:
        name = waiting.pop(0)
        for each in sorted(needs.get(name, ())):
            if each not in found:
                found[each] = name
                waiting.append(each)
    return found


def _of_toml(path: Path, locked: Collection[str]) -> dict[str, frozenset[str]]:
    """Read uv.lock, or a pylock.toml whose packages have `dependencies`; extras count as what they may bring."""
    document = pyproject.toml(path)
    packages = document.get("packages") or document.get("package") or ()
    if not any("dependencies" in each for each in packages) and len(locked) > 1:
        cause, cure = "its packages have no `dependencies`", "list the packages by name"
        raise LockError([Fault(str(path), "does not say what needs what", cause, cure)])
    found: dict[str, set[str]] = {name: set() for name in locked}
    for each in packages:
        wanted = [*each.get("dependencies", ()), *chain(*each.get("optional-dependencies", {}).values())]
        names = {normalised(other["name"]) for other in wanted}
        found.setdefault(normalised(each["name"]), set()).update(names & set(locked))
    return {name: frozenset(found[name]) for name in locked}


def _dependents(text: str) -> dict[str, set[str]]:
    """Map each pin to the names in the comments on its lines and below it; a file that asks for it is one too."""
    found: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in text.splitlines():
        if pin := _PIN.match(line):
            current = found.setdefault(normalised(pin["name"]), set())
        if comment := _REASON.search(line):
            current.update(_reasons(comment["reasons"]))
    return found


def _reasons(comment: str) -> Iterator[str]:
    for reason in (part.strip() for part in comment.split(",")):
        if match := _NAME.fullmatch(reason):
            yield normalised(match["name"])
        elif reason:
            yield reason  # `-r requirements.in`, `project (pyproject.toml)`: it is asked for
