"""Somebody who may write to the cache and to dist/ changes a layer together with all that is said of it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zlib
from contextlib import ExitStack
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from deploy.configuration import load
from deploy.console import Console
from deploy.errors import VerificationError
from deploy.inside.archive import STORED, ArchiveEntry, PackedEntry, write
from deploy.inside.parts import Part
from deploy.kept import keep, read
from deploy.layer.values import BuiltLayer
from deploy.prepare import Choices, prepare
from deploy.prepare.against_lock import compare
from deploy.prepare.at_hand import AtHand
from deploy.prepare.layers import LayerPreparation
from tests.integration.small_project import cache_with_wheels, make_project

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deploy.settings import Settings

pytestmark = pytest.mark.container

KEPT = Choices(try_code=False)
ANEW = replace(KEPT, use_cache=False)


@dataclass(frozen=True)
class Place:
    """A project whose layer was built, and the cache that says so."""

    settings: Settings
    environment: Mapping[str, str]
    said: StringIO

    @property
    def console(self) -> Console:
        return Console(self.said)

    def built(self, choices: Choices = KEPT) -> BuiltLayer:
        return prepare(self.settings, choices, self.environment, self.console).layers[0].built

    @property
    def cache(self) -> Path:
        return Path(self.environment["CHANNELWRIGHT_CACHE"])

    def compared(self, built: BuiltLayer) -> None:
        compare([built], self.settings, Choices(), self.environment, self.console)

    def forge(self, change: Callable[[dict[str, bytes]], None]) -> str:
        """Change the layer's files, and all that is kept of it so that it fits; return its new sha256."""
        with ExitStack() as opened:
            at_hand = AtHand(self.settings, Choices(), self.environment, self.console, opened)
            preparation = LayerPreparation(at_hand)
            spec = preparation.known(preparation.specs(self.settings.targets[0])[0])
            built = at_hand.cache.find(spec)
            assert isinstance(built, BuiltLayer)
            kept = at_hand.passed(preparation.checks_key([built]))
            assert kept
            forged = self._changed(built, change)
            at_hand.cache.keep(forged)
            evidence = json.dumps({**json.loads(json.loads(kept)[0]), "sha256": forged.sha256}, sort_keys=True)
            at_hand.cache.keep_checks(preparation.checks_key([forged]), json.dumps([evidence]))
            return forged.sha256

    def _changed(self, built: BuiltLayer, change: Callable[[dict[str, bytes]], None]) -> BuiltLayer:
        with ZipFile(built.zip) as opened:
            files = {each: opened.read(each) for each in opened.namelist()}
        change(files)
        entries = {path: ArchiveEntry(content) for path, content in files.items()}
        written = write(entries, lambda each: zlib.compress(each, 9, wbits=-15))
        target = built.zip.with_name("forged.zip")
        target.write_bytes(written.content)
        report = replace(
            built.report, zipped=len(written.content), unzipped=sum(map(len, files.values())), files=len(files)
        )
        return replace(built, zip=target, sha256=hashlib.sha256(written.content).hexdigest(), report=report)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Place:
    folder = tmp_path_factory.mktemp("forged")
    environment = {**os.environ, "CHANNELWRIGHT_CACHE": str(cache_with_wheels(folder / "cache", shared))}
    made = Place(load(make_project(folder / "project"), environment), environment, StringIO())
    made.built()
    return made


def source(files: dict[str, bytes]) -> None:
    files["python/yaml/error.py"] += b"\nimport os\n"


def bytecode(files: dict[str, bytes]) -> None:
    """Swap the bytecode of two modules: each is what Python runs, and the sources stay as they are."""
    one, other = (f"python/yaml/__pycache__/{name}.cpython-311.pyc" for name in ("error", "nodes"))
    files[one], files[other] = files[one][:16] + files[other][16:], files[other][:16] + files[one][16:]


@pytest.mark.parametrize("change", [source, bytecode])
def test_what_was_changed_together_passes_for_what_was_kept_and_is_refused_before_it_is_handed_out(
    place: Place, change: Callable[[dict[str, bytes]], None]
) -> None:
    place.built(ANEW)
    place.compared(place.built())
    forged = place.forge(change)
    built = place.built()
    assert built.sha256 == forged  # what nothing but a comparison with the lock can find
    with pytest.raises(VerificationError, match=r"yaml/.*error"):
        place.compared(built)
    with pytest.raises(VerificationError):
        place.built(replace(ANEW, use_cache=True, trust_kept=False))


@pytest.mark.parametrize("name", ["error.py", "__pycache__/error.cpython-311.pyc"])
def test_what_was_put_in_the_place_of_what_a_wheel_came_to_is_refused_before_it_is_handed_out(
    place: Place, name: str
) -> None:
    honest = place.built(ANEW)
    with ZipFile(honest.zip) as opened:
        wanted = opened.read(f"python/yaml/{name}")
    cache = place.cache
    digest = hashlib.sha256(wanted).hexdigest()
    (part,) = (each for each in cache.glob("parts/*") if digest.encode() in each.read_bytes())
    content = read(part)
    assert content
    forged = Part.read(content)
    evil = wanted + b"import os\n"
    forged.packed[digest] = PackedEntry(STORED, evil, zlib.crc32(evil), len(evil))
    keep(part, forged.write())
    shutil.rmtree(cache / "layers")
    with pytest.raises(VerificationError, match=r"yaml/.*error"):  # of a source, the audit of its bytecode tells too
        place.compared(place.built())
    part.unlink()


def test_the_whole_is_built_again_where_this_python_does_not_give_the_same_bytes(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.built(ANEW)
    monkeypatch.setattr("deploy.layer.derivation.derive.lack", lambda _: "this is another Python")
    place.compared(place.built())
    assert "tiny: compared with its lock: the same bytes again" in place.said.getvalue()
    place.forge(source)
    with pytest.raises(VerificationError, match="its lock gives"):
        place.compared(place.built())


def test_only_what_was_built_before_is_compared_where_its_wheels_are_and_told_where_it_cannot_be(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = place.built(ANEW)
    elsewhere = {**place.environment, "CHANNELWRIGHT_CACHE": str(tmp_path)}
    compare([built], place.settings, Choices(only_built=True), elsewhere, place.console)
    assert "tiny: not compared with its lock here, where its wheels are not" in place.said.getvalue()
    place.forge(bytecode)
    monkeypatch.setattr("platform.python_version", lambda: place.built().report.python)
    with pytest.raises(VerificationError, match="error"):
        compare([place.built()], place.settings, Choices(only_built=True), place.environment, place.console)
    monkeypatch.setattr("platform.python_version", lambda: "3.11.99")
    compare([place.built()], place.settings, Choices(only_built=True), place.environment, place.console)
    assert "differs from what 3.11.99 compiles; `layer --verify` does before" in place.said.getvalue()
