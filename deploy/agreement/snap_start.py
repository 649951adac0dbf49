"""Functions that start from a snapshot, and what Lambda does not take beside it.

https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ConfigError, Fault
from ..runtimes.table import SNAP_START

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..template_values import TemplateValues

STORAGE = 512
"""MB of /tmp that such a function may have at the most."""


def faults(values: TemplateValues) -> Iterator[Fault]:
    """Yield why functions of a template cannot start from a snapshot; nothing of what is not known here."""
    for name, properties in values.functions():
        try:
            yield from _of_function(f"{values.where}: {name}", values.value(dict(properties)))
        except ConfigError:
            continue  # a value that nobody can work out before AWS does, which `contract` judges


def _of_function(where: str, properties: Mapping[str, Any]) -> Iterator[Fault]:
    asked = properties.get("SnapStart")
    if not isinstance(asked, dict) or asked.get("ApplyOn") != "PublishedVersions":
        return
    runtime, cure = properties.get("Runtime"), "take snap-start, or SnapStart, out"
    if str(runtime) not in SNAP_START:
        what = f"starts from a snapshot, which {runtime} cannot"
        yield Fault(where, what, cure=f"{cure}; or use {SNAP_START[0]} or later")
    ephemeral = properties.get("EphemeralStorage")
    storage = ephemeral.get("Size", STORAGE) if isinstance(ephemeral, dict) else STORAGE
    if str(storage).isdecimal() and int(storage) > STORAGE:
        yield Fault(where, f"starts from a snapshot and has {storage} MB of /tmp; it may have {STORAGE}", cure=cure)
    if properties.get("FileSystemConfigs"):
        yield Fault(where, "starts from a snapshot and has a file system, which it may not", cure=cure)
