"""Builds in turn: every round does each way cold, with nothing changed, and with the source changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zipfile import ZipFile

import yaml

from ..keys.place import CONFIG
from . import start_options
from .figures import Row
from .ways import PipWay, ThisWay, UvWay, Way

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ..console import Console
    from ..settings import Layer, Settings
    from .start_options import StartOption
    from .timing import Took

NOTHING_CHANGED = SOURCE_CHANGED = 0.4
"""Seconds for the whole process that a person waits for without noticing."""

CLEAN = 5.0
"""Seconds to build in the container, the image and the wheels at hand."""


@dataclass
class Samples:
    """What each build of one way took."""

    cold: list[Took] = field(default_factory=list)
    unchanged: list[Took] = field(default_factory=list)
    changed: list[Took] = field(default_factory=list)
    clean: list[Took] = field(default_factory=list)
    bump: list[Took] = field(default_factory=list)
    changed_and_tried: list[Took] = field(default_factory=list)

    def round(self, way: Way, console: Console, name: str) -> None:
        self.cold.append(way.cold())
        if isinstance(way, ThisWay):
            way.unchanged()  # the first time Python compiles the pipeline itself
        self.unchanged.append(way.unchanged())
        self.changed.append(way.changed())
        if isinstance(way, ThisWay):
            self.clean.append(way.clean())
            self.bump.append(way.bump())
            self.changed_and_tried.append(way.changed_and_tried())
        console.say(f"{name}: cold {self.cold[-1].wall:.1f} s, again {self.unchanged[-1].wall:.2f} s")


@dataclass(frozen=True)
class Without:
    """This pipeline without options that start it sooner: what does not follow from these is that of `this`."""

    taken: tuple[StartOption, ...]
    way: ThisWay
    this: ThisWay

    def build(self) -> None:
        """Make what follows from the options: layers, from the wheels that `this` has, or code."""
        self.way.folder.mkdir(parents=True)
        self.way.copy(without=self.taken)
        if any(each.of_layer for each in self.taken):
            self.way.clean()
        if not all(each.of_layer for each in self.taken):
            self.way.changed()

    def opt(self) -> dict[str, bytes]:
        return (self.way if any(each.of_layer for each in self.taken) else self.this).opt()

    @property
    def code(self) -> Path:
        return (self.this if all(each.of_layer for each in self.taken) else self.way).code


@dataclass(frozen=True)
class Builds:
    """What was built and measured; `sourceless` is this pipeline with the other bytecode policy.

    `plain` has none of the project's options that start it sooner, each of `without` has all but one.
    """

    pip: PipWay
    uv: UvWay
    this: ThisWay
    sourceless: ThisWay
    plain: Without
    without: tuple[Without, ...]
    rows: tuple[Row, ...]


def measure_builds(settings: Settings, folder: Path, rounds: int, console: Console) -> Builds:
    """Build everything `rounds` times; raise PipelineError where one way fails."""
    pip, uv, this = PipWay(settings, folder / "pip"), UvWay(settings, folder / "uv"), ThisWay(settings, folder / "this")
    sourceless = ThisWay(settings, folder / "sourceless")
    for each in (pip, uv, this, sourceless):
        each.folder.mkdir(parents=True)
    this.copy()
    sourceless.copy("sourceless")
    samples = {"pip": Samples(), "uv": Samples(), "this": Samples()}
    for number in range(1, rounds + 1):
        for name, way in (("pip", pip), ("uv", uv), ("this", this)):
            samples[name].round(way, console, f"round {number}, {name}")
    sourceless.cold()
    options = start_options.options(yaml.safe_load((settings.project / CONFIG).read_text(encoding="utf-8")))
    plain, *without = (
        Without(taken, ThisWay(settings, folder / f"without-{number}", wheels=this.cache), this)
        for number, taken in enumerate([tuple(options), *((each,) for each in options)])
    )
    for less in (plain, *without):
        less.build()
        console.say(f"without {', '.join(map(str, less.taken)) or 'any option, as there is none'}: built")
    rows = [*_sizes(settings, pip, uv, this, sourceless), *_times(samples["pip"], samples["uv"], samples["this"])]
    return Builds(pip, uv, this, sourceless, plain, tuple(without), tuple(rows))


def _sizes(settings: Settings, pip: PipWay, uv: UvWay, this: ThisWay, sourceless: ThisWay) -> list[Row]:
    zipped, unzipped = _budget(list(settings.layers.values()))
    rows = [
        Row(what="layer zip", unit="bytes", pip=[_zip(pip)], uv=[_zip(uv)], this=[_zip(this)], at_most=zipped),
        Row(what="layer zip, sourceless", unit="bytes", pip=[_zip(pip)], uv=[_zip(uv)], this=[_zip(sourceless)]),
        Row(
            what="unzipped",
            unit="bytes",
            pip=[_unzipped(pip)],
            uv=[_unzipped(uv)],
            this=[_unzipped(this)],
            at_most=unzipped,
        ),
        Row(
            what="unzipped, sourceless",
            unit="bytes",
            pip=[_unzipped(pip)],
            uv=[_unzipped(uv)],
            this=[_unzipped(sourceless)],
        ),
    ]
    codes = [[way.code.stat().st_size] if way.code.exists() else [] for way in (pip, uv, this)]
    return [*rows, Row(what="code zip", unit="bytes", pip=codes[0], uv=codes[1], this=codes[2])]


def _times(pip: Samples, uv: Samples, this: Samples) -> list[Row]:
    return [
        _row("cold: empty caches (this: and proven)", pip.cold, uv.cold, this.cold),
        _row("nothing changed", pip.unchanged, uv.unchanged, this.unchanged, at_most=NOTHING_CHANGED),
        _row("  its processor time", pip.unchanged, uv.unchanged, this.unchanged, cpu=True),
        _row("source changed, code zip made", pip.changed, uv.changed, this.changed, at_most=SOURCE_CHANGED),
        _row("  and tried on its layers", (), (), this.changed_and_tried),
        _row("clean build in the container", (), (), this.clean, at_most=CLEAN),
        *_processor_time(this.clean),
        _row("one package bumped, in the container", (), (), this.bump),
        *_processor_time(this.bump),
    ]


def _row(  # noqa: PLR0913 - the ways, and how they are compared
    what: str,
    pip: Sequence[Took],
    uv: Sequence[Took],
    this: Sequence[Took],
    *,
    at_most: float | None = None,
    cpu: bool = False,
) -> Row:
    pips, uvs, ours = ([each.cpu if cpu else each.wall for each in took] for took in (pip, uv, this))
    return Row(what=what, unit="s", pip=pips, uv=uvs, this=ours, at_most=at_most)


def _processor_time(this: Sequence[Took]) -> Iterator[Row]:
    """Yield what a build takes of processors, but for what the engine itself does, and how much of it assembling is."""
    yield Row(what="  its processor time", unit="s", this=[each.cpu + each.inside for each in this])
    yield Row(what="  of that, assembling", unit="s", this=[each.inside for each in this])


def _budget(layers: list[Layer]) -> tuple[int | None, int | None]:
    """Return the budgets of all layers together, where every one has its own."""
    zipped = [layer.budget.zip for layer in layers]
    unzipped = [layer.budget.unzipped for layer in layers]
    return (
        None if None in zipped else sum(each or 0 for each in zipped),
        None if None in unzipped else sum(each or 0 for each in unzipped),
    )


def _zip(way: Way) -> int:
    return sum(path.stat().st_size for path in way.zips)


def _unzipped(way: Way) -> int:
    total = 0
    for path in way.zips:
        with ZipFile(path) as archive:
            total += sum(entry.file_size for entry in archive.infolist())
    return total
