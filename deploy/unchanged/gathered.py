"""Which inputs a run has, by its settings: all that decides what it builds, proves and prints."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..code.selection import unwanted
from ..keys.place import CONFIG
from ..layer.spec import DOCKERFILE, dockerfile_of
from ..locking import locked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..prepare import Prepared
    from ..settings import Settings
    from .inputs import Input

_PIPELINE = Path(__file__).parent.parent


def of_project(settings: Settings, cache: Path) -> list[Input] | None:
    """Return what of a project decides; None where that is not files alone, so that only a run can tell.

    Such are layers of others, which AWS has, and locks that only their own tool reads or that name sources.
    """
    if any(settings.foreign(layer) for each in settings.functions.values() for layer in each.layers):
        return None
    parts = [each for each in settings.parts if each.wants_lock]
    if any(each.requirements.suffix != ".txt" for each in parts):
        return None
    if any(locked.read(part, target).sources for part in parts for target in settings.targets):
        return None
    files = [CONFIG, DOCKERFILE, dockerfile_of(settings), *(each.requirements for each in parts), settings.template]
    trees = [path for each in settings.layers.values() for path in (*each.modules, *each.files.values())]
    return [
        *(["file", str(settings.project / each)] for each in files if each),
        *(["tree", str(settings.project / each)] for each in trees),
        *_code(settings, cache),
        *_images(settings),
    ]


def _code(settings: Settings, cache: Path) -> Iterator[Input]:
    paths = sorted(map(str, unwanted(settings, [settings.project / "dist", cache.absolute()])))
    for code in dict.fromkeys(map(settings.code_of, settings.functions.values())):
        for each in (code.source, *code.include):
            path = settings.project / each
            is_folder = each == code.source or path.is_dir()
            yield ["code", str(settings.project), str(path), paths, code.exclude] if is_folder else ["file", str(path)]


def _images(settings: Settings) -> Iterator[Input]:
    for target in settings.targets:
        # As `AtHand.image` asks: what only stands in for another image may have any architecture.
        must_run = bool(settings.functions) and target == settings.targets[0]
        yield ["image", settings.image_of(target.runtime), [*([] if must_run else [""]), target.architecture]]


def of_results(done: Prepared, dist: Path, cache: Path) -> list[Input]:
    """Return what a run speaks of: what lies in dist/, and the layers in the cache."""
    found = [dist / f"{each.built.spec.stem}{end}" for each in done.layers for end in (".zip", ".json", ".cdx.json")]
    found += [each.zip for each in done.code.values()]
    for each in done.layers:
        found += map(partial(Path, cache, "layers", each.built.spec.fingerprint), ("layer.zip", "entry.json"))
    return [["file", str(each)] for each in sorted(set(found))]


def of_pipeline() -> Sequence[str]:
    """Return the pipeline's own files and folders, and the files of all that Python has loaded."""
    own = (each for each in _PIPELINE.rglob("*") if "__pycache__" not in each.parts)
    loaded = (getattr(each, "__file__", None) for each in list(sys.modules.values()))
    return sorted({str(_PIPELINE), *map(str, own), *_existing(loaded)})


def _existing(paths: Iterable[str | None]) -> Iterator[str]:
    return (each for each in paths if each and Path(each).exists())
