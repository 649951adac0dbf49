"""What is left out of a layer: one rule per key of the trim policy, in the order in which they take files.

A rule gets the files that are still there and its own setting. It answers with what it changes: new content by path,
None for a file that goes. A file is counted for the first rule that takes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from deploy.inside import trim_botocore, trim_metadata, trim_plain
from deploy.inside.exchange import Recipe, Saving
from deploy.inside.refusal import Refused, fault

if TYPE_CHECKING:
    from deploy.inside.files import Files

Change = dict[str, bytes | None]
Rule = Callable[["Files", Any, Recipe], Change]

RULES: dict[str, Rule] = {
    "exclude": trim_plain.exclude,
    "tests": trim_plain.tests,
    "stubs": trim_plain.stubs,
    "scripts": trim_plain.scripts,
    "metadata": trim_metadata.metadata,
    "ca-bundle": trim_plain.ca_bundle,
    "zone-data": trim_plain.zone_data,
    "compiled-twins": trim_plain.compiled_twins,
    "boto3-resources": trim_botocore.resources,
    "botocore-data": trim_botocore.data,
    "botocore-endpoints": trim_botocore.endpoints,
    "botocore-documentation": trim_botocore.documentation,
}
# Needs a tool, and is done in deploy.inside.symbols.
SYMBOLS = "debug-symbols"
# Not a choice: what a wheel brings of it would be stale, or stand in the way of what is compiled here.
BYTECODE = "bytecode"


@dataclass(frozen=True)
class Trimmed:
    files: Files
    savings: tuple[Saving, ...]


def trim(files: Files, recipe: Recipe) -> Trimmed:
    """Apply every rule that is on; raise Refused with every setting that does not fit what is there."""
    savings = []
    faults = [fault(key, "no such trim rule") for key in recipe.trim if _key(key) not in {*RULES, SYMBOLS}]
    change = trim_plain.bytecode(files, True, recipe)
    savings.append(saving(BYTECODE, files, change))
    files = changed(files, change)
    for name, rule in RULES.items():
        setting = recipe.trim.get(name.replace("-", "_"), False)
        if setting in (False, "all", (), [], {}):
            continue
        try:
            change = rule(files, setting, recipe)
        except Refused as refused:
            faults += refused.faults
            continue
        savings.append(saving(name, files, change))
        files = changed(files, change)
    if faults:
        raise Refused(faults)
    return Trimmed(files, tuple(savings))


def changed(files: Files, change: Change) -> Files:
    """Return the files as they are after a change; one that is new has the owner of its folder's other files."""
    result = {path: file for path, file in files.items() if path not in change}
    for path, content in change.items():
        if content is not None:
            result[path] = replace(files[_origin(path, files)], content=content)
    return result


def saving(rule: str, files: Files, change: Change) -> Saving:
    """Count the files that a change takes or shortens, and the bytes that it saves."""
    before = sum(_weight(path, files, change) for path in change if path in files)
    after = sum(len(content) for content in change.values() if content is not None)
    return Saving(rule=rule, files=sum(path in files for path in change), bytes=before - after)


def _weight(path: str, files: Files, change: Change) -> int:
    """Return a file's size; for one that is unpacked by the change, its size unpacked, which gzip stores last."""
    content = files[path].content
    unpacked = path.endswith(".gz") and path.removesuffix(".gz") in change
    return int.from_bytes(content[-4:], "little") if unpacked else len(content)


def _origin(path: str, files: Files) -> str:
    """Return the file that a changed one was made of: itself, or its compressed form."""
    return path if path in files else f"{path}.gz"


def _key(setting: str) -> str:
    return setting.replace("_", "-")
