"""LayerSpec → BuiltLayer: the wheels are brought together, and deploy/inside makes the zip of them in the runtime."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..atomic import write
from ..errors import BuildError
from ..inside.exchange import Report
from ..locking import lockfile
from ..locking.lockfile import requirements
from . import declared
from .causes import of_dockerfile
from .part_store import FOLDER, PartStore
from .values import BuiltLayer
from .wheel_store import WheelStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .backend.protocol import Runtime
    from .spec import LayerSpec

INSIDE = Path(__file__).parent.parent / "inside"
TOOLS = INSIDE / "tools.txt"
_PARTS = f"{FOLDER}/"


def build(  # noqa: PLR0913 - what, where, from where, to where, and how
    spec: LayerSpec, runtime: Runtime, cache: Path, into: Path, *, use_cache: bool, say: Callable[[str], None]
) -> BuiltLayer:
    """Assemble the layer in its runtime and write it to `into`/<stem>.zip.

    `cache` is the folder that keeps the wheels; they are used in any case, as their hashes say what they are.
    `use_cache` takes what was made of each wheel before, and lets the engine reuse its own steps. Raises BuildError
    with the log.
    """
    store = WheelStore(cache, say)
    here = replace(spec, architecture=spec.image.architecture or spec.architecture)
    tools, own = store.wheels(here, lockfile.read(TOOLS, here.target), runtime), store.wheels(spec, spec.pins, runtime)
    wheels = tools | own
    if faults := tuple(declared.faults(wheels, spec.recipe.trim.exclude)):
        raise BuildError(faults)
    for remark in declared.remarks(wheels):
        say(remark)
    parts = PartStore(cache, spec, own)
    kept = parts.kept() if use_cache else {}
    with of_dockerfile(spec):
        made = runtime.assemble(spec, context(spec, wheels, kept), use_cache=use_cache)
        if missing := {"layer.zip", "report.json"} - set(made):
            raise BuildError.of(spec.stem, f"assembling it left no {' and no '.join(sorted(missing))}")
    report = Report.from_json(made["report.json"].decode())
    if {replace(each, zipped=0) for each in report.own_files} != {each.own for each in spec.files}:
        raise BuildError.of(
            spec.stem, "the build holds other `files` than were asked for", cure="build with --no-cache"
        )
    _warn(report, say)
    zipped = into / f"{spec.stem}.zip"
    write(zipped, made["layer.zip"])
    parts.keep({name.removeprefix(_PARTS): content for name, content in made.items() if name.startswith(_PARTS)})
    return BuiltLayer(spec=spec, zip=zipped, sha256=hashlib.sha256(made["layer.zip"]).hexdigest(), report=report)


def context(spec: LayerSpec, wheels: Mapping[str, bytes], parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return all that assembling the layer needs, by path: the sources in deploy/inside, the recipe, the wheels.

    `parts` are what was made of wheels before, by distribution.
    """
    inside = (path for path in sorted(INSIDE.rglob("*")) if path.suffix in {".py", ".txt"})
    return {
        "Dockerfile.layer": spec.dockerfile.read_bytes(),
        "build/recipe.json": spec.recipe.to_json().encode(),
        "build/requirements.txt": requirements(spec.pins).encode(),
        **{f"deploy/inside/{path.relative_to(INSIDE).as_posix()}": path.read_bytes() for path in inside},
        **{f"files/{each.own.path}": each.content() for each in spec.files},
        **{f"wheels/{name}": content for name, content in wheels.items()},
        **{f"{_PARTS}{name}": content for name, content in parts.items()},
    }


def _warn(report: Report, say: Callable[[str], None]) -> None:
    """Say what the layer has against the policy's wish, and why; it works all the same."""
    for why, paths in _by_reason(report.kept_symbols):
        keep = f"{paths[0]} keeps its" if len(paths) == 1 else f"{len(paths)} libraries keep their"
        say(f"{keep} symbols: {why}")
    for why, paths in _by_reason(report.uncompiled):
        stay = f"{paths[0]} stays" if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more stay"
        say(f"{stay} without bytecode: {why}")
    for each in report.spared:
        say(f"{each.distribution} keeps what {each.rule} would take: {each.reason}")


def _by_reason(told: Mapping[str, str]) -> Iterable[tuple[str, list[str]]]:
    """Return each reason once, with the paths that it holds for."""
    reasons: dict[str, list[str]] = {}
    for path, why in told.items():
        reasons.setdefault(why, []).append(path)
    return reasons.items()
