"""Lambda's limits on layers, the team's own budget, and what is said when one is exceeded.

Source of the numbers: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html and
https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ..values import BuiltLayer

DIRECT_UPLOAD = 50 * 1024 * 1024
"""Bytes of the largest zip that the API takes in the request itself; a larger one goes through S3."""

UNZIPPED = 262_144_000
"""Bytes that a function's code and all its layers may have together, unzipped."""

LAYERS = 5
"""Layers that one function may have."""

NEARLY = 0.8
"""The share of UNZIPPED from which on a remark is made."""


@dataclass(frozen=True)
class Sizes:
    """Bytes of a zip: the file itself, and the sum of its entries unzipped, which is what Lambda counts."""

    zipped: int
    unzipped: int

    @classmethod
    def of(cls, path: Path) -> Sizes:
        """Read both from the zip itself; raise BadZipFile where it is none."""
        from zipfile import ZipFile

        with ZipFile(path) as archive:
            unzipped = sum(entry.file_size for entry in archive.infolist())
        return cls(zipped=path.stat().st_size, unzipped=unzipped)


def exceeded(built: BuiltLayer, sizes: Sizes) -> Iterator[Fault]:
    """Yield what is too large in one layer: for Lambda, whatever else is attached, and for its own budget."""
    name, budget = built.spec.layer.name, built.spec.layer.budget
    if sizes.unzipped > UNZIPPED:
        has_sources = built.spec.layer.bytecode != "sourceless"
        sourceless = " leave out sources with `bytecode: sourceless`," if has_sources else ""
        yield Fault(
            name,
            f"unzips to {sizes.unzipped:,} bytes; Lambda allows {UNZIPPED:,}\n{_table([built])}",
            cause="a layer counts unzipped, together with the function's code and its other layers",
            cure=f"trim it,{sourceless} drop a package, or move the function to a container image",
        )
    kept = len(built.report.kept_symbols)
    cause = f"{kept} libraries keep their symbols, as was said" if kept else "a package grew, or a trim rule is off"
    yield from _over(name, "unzips to", sizes.unzipped, budget.unzipped, _table([built]), cause)
    yield from _over(name, "zips to", sizes.zipped, budget.zip, _table([built], zipped=True), cause)


def exceeded_together(where: str, layers: Sequence[BuiltLayer], code: int) -> Iterator[Fault]:
    """Yield what is too much for one function: the number of its layers, or their sizes with `code` bytes."""
    if len(layers) > LAYERS:
        yield Fault(
            where,
            f"has {len(layers)} layers; Lambda allows {LAYERS}",
            cure="put the packages of several layers into one",
        )
    parts = {layer.spec.layer.name: Sizes.of(layer.zip).unzipped for layer in layers} | {"the code": code}
    if (total := sum(parts.values())) > UNZIPPED:
        shares = ", ".join(f"{name} {size:,}" for name, size in parts.items())
        yield Fault(
            where,
            f"unzips to {total:,} bytes with its layers; Lambda allows {UNZIPPED:,}\n{_table(layers)}",
            cause=shares,
            cure="trim the layers, drop a package, or give the function fewer layers",
        )


def remarks(built: BuiltLayer, sizes: Sizes) -> Iterator[str]:
    """Yield what is allowed and still worth knowing before a deploy."""
    name = built.spec.layer.name
    if sizes.zipped > DIRECT_UPLOAD:
        yield f"{name} is {sizes.zipped:,} bytes: above {DIRECT_UPLOAD:,} it needs the stage's `bucket` to be uploaded"
    if UNZIPPED * NEARLY < sizes.unzipped <= UNZIPPED:
        yield f"{name} takes {sizes.unzipped / UNZIPPED:.0%} of the {UNZIPPED:,} bytes that Lambda allows unzipped"


def _over(  # noqa: PLR0913, PLR0917 - what is too large, by how much, and why
    name: str, verb: str, size: int, budget: int | None, table: str, cause: str
) -> Iterator[Fault]:
    if budget is not None and size > budget:
        yield Fault(
            name,
            f"{verb} {size:,} bytes, {size - budget:,} over its budget of {budget:,}\n{table}",
            cause=cause,
            cure=f"trim it, or raise layers.{name}.budget in config/pipeline.yaml on purpose",
        )


def _table(layers: Sequence[BuiltLayer], *, zipped: bool = False) -> str:
    """Lay out the five biggest packages, or files besides them, one a line."""
    sizes: dict[str, int] = {}
    for layer in layers:
        sizes |= {each.name: each.zipped if zipped else each.unzipped for each in layer.report.packages}
        sizes |= {each.path: each.zipped if zipped else each.bytes for each in layer.report.own_files}
    biggest = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:5]
    width = max((len(name) for name, _ in biggest), default=0)
    return "\n".join(f"        {name:<{width}}  {size:>13,}" for name, size in biggest)
