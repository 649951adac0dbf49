"""What the assembly refused, as faults of config/pipeline.yaml's own keys; the log around it says nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import BuildError, Fault
from ..inside import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .spec import LayerSpec

_CAUSE, _CURE = "    cause: ", "    do:    "


def raise_heard(spec: LayerSpec, log: str) -> None:
    """Raise BuildError with every fault that the assembly of a layer told in its output; none, and nothing happens."""
    if told := refusal.heard(log):
        raise BuildError(_fault(spec, each) for each in told)


def _fault(spec: LayerSpec, text: str) -> Fault:
    first, *others = text.splitlines()
    where, _, what = first.partition(": ")
    return Fault(
        f"layers.{spec.layer.name}.{where}" if where.startswith("trim.") else where,
        what,
        " ".join(_of(others, _CAUSE)),
        " ".join(_of(others, _CURE)),
    )


def _of(lines: list[str], begin: str) -> Iterator[str]:
    return (line.removeprefix(begin) for line in lines if line.startswith(begin))
