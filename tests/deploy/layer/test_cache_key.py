"""A cache key follows from the sources that decide a layer's bytes and its proof, wherever they lie, and no others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.layer import cache_key
from tests import imports

if TYPE_CHECKING:
    from collections.abc import Iterable

DEPLOY = Path(cache_key.__file__).parent.parent
# All of the room: two of its modules are scripts that the backends start by their path.
BACKENDS = tuple(name for name in imports.modules("deploy") if name.startswith("deploy.layer.backend."))
INSIDE = tuple(name for name in imports.modules("deploy") if name.startswith("deploy.inside."))
BUILDERS = ("deploy.layer.build", "deploy.layer.cache_key", *BACKENDS, *INSIDE)
VERIFIERS = (
    "deploy.layer.verify",
    "deploy.layer.verify_code",
    "deploy.layer.proof.reference",
    "deploy.layer.cache_key",
    *BACKENDS,
    *INSIDE,
)


def _paths(names: Iterable[str]) -> set[str]:
    """Return modules as paths below deploy/; the docstrings of packages decide nothing."""
    files = (imports.modules("deploy")[name] for name in names if name != "deploy")
    return {str(file.relative_to(DEPLOY)) for file in files if file.name != "__init__.py"}


def _declared(paths: Iterable[str]) -> set[str]:
    files = {file for path in paths for file in cache_key.files_of(path)}
    return {str(file.relative_to(DEPLOY)) for file in files if file.name != "__init__.py" and file.suffix == ".py"}


@pytest.mark.parametrize(
    ("declared", "starts"), [(cache_key.BUILDS, BUILDERS), (cache_key.PROVES, VERIFIERS)], ids=["builds", "proves"]
)
def test_every_module_that_takes_part_is_declared_and_every_declared_one_takes_part(
    declared: tuple[str, ...], starts: tuple[str, ...]
) -> None:
    loaded = _paths(imports.closure(starts, "deploy"))
    assert loaded - _declared(declared) - _declared(cache_key.NEUTRAL) == set(), "imported, and in no list"
    assert _declared(declared) - loaded == set(), "declared, and not imported"


def test_what_decides_nothing_is_not_in_a_key_and_is_imported_all_the_same() -> None:
    assert _declared(cache_key.NEUTRAL) & (_declared(cache_key.BUILDS) | _declared(cache_key.PROVES)) == set()
    assert _declared(cache_key.NEUTRAL) <= _paths(imports.closure([*BUILDERS, *VERIFIERS], "deploy"))


def test_a_change_of_any_declared_source_changes_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_key, "_DEPLOY", _copy(tmp_path))
    for paths in (cache_key.BUILDS, cache_key.PROVES):
        for file in sorted(file for path in paths for file in cache_key.files_of(path)):
            before, content = cache_key._sources(paths), file.read_bytes()
            file.write_bytes(content + b"\n# one more line\n")
            assert cache_key._sources(paths) != before, file
            file.write_bytes(content)


def test_a_change_of_any_other_source_changes_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = _copy(tmp_path)
    monkeypatch.setattr(cache_key, "_DEPLOY", copy)
    declared = {file for path in (*cache_key.BUILDS, *cache_key.PROVES) for file in cache_key.files_of(path)}
    before = [cache_key._sources(paths) for paths in (cache_key.BUILDS, cache_key.PROVES)]
    others = [file for file in copy.rglob("*.py") if file not in declared]
    assert copy / "git.py" in others
    for file in others:
        file.write_bytes(file.read_bytes() + b"\n# one more line\n")
    assert [cache_key._sources(paths) for paths in (cache_key.BUILDS, cache_key.PROVES)] == before


def test_a_source_that_moved_away_does_not_drop_out_of_the_key_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = _copy(tmp_path)
    monkeypatch.setattr(cache_key, "_DEPLOY", copy)
    (copy / "layer/build.py").rename(copy / "layer/elsewhere.py")
    with pytest.raises(FileNotFoundError, match=r"build\.py"):
        cache_key._sources(cache_key.BUILDS)


def test_the_folder_in_which_the_pipeline_lies_and_what_running_it_leaves_change_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = cache_key.built_by()
    copy = _copy(tmp_path)
    (copy / "inside/__pycache__").mkdir()
    (copy / "inside/__pycache__/probe.cpython-311.pyc").write_bytes(b"leftover")
    monkeypatch.setattr(cache_key, "_DEPLOY", copy)
    assert cache_key._sources(cache_key.BUILDS) == here


def _copy(folder: Path) -> Path:
    """Copy the sources of deploy/."""
    for file in DEPLOY.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            target = folder / "deploy" / file.relative_to(DEPLOY)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    return folder / "deploy"
