"""Zips, papers and descriptions that earlier versions made, read by this one."""

from __future__ import annotations

import pytest

from deploy.documents.writing import as_json
from deploy.layer.manifest import build
from deploy.published import contents
from deploy.published.descriptions import AliasNote, LayerNote, VersionNote
from deploy.published.difference import difference
from deploy.release.rebuilt import lacks
from tests.published_before import FOLDERS, PublishedBefore

PACKAGES = {1: {"six": "1.17.0"}, 2: {"jmespath": "1.1.0", "six": "1.17.0"}}


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def before(request: pytest.FixtureRequest) -> PublishedBefore:
    return PublishedBefore(request.param)


def test_there_are_some() -> None:
    assert "e8998c1" in {folder.name for folder in FOLDERS}


@pytest.mark.parametrize("version", [1, 2])
def test_a_layer_is_read_by_its_own_manifest_and_lacks_nothing_for_a_promotion(
    before: PublishedBefore, version: int
) -> None:
    found = contents.read(before.layer(version), "tiny-layer")
    assert found.manifest
    assert (found.manifest.format, found.unreadable) == (0, "")
    assert (found.runtime, found.architecture, found.versions) == ("python3.11", "x86_64", PACKAGES[version])
    assert [each.name for each in found.manifest.packages if "six" in (each.modules or ())] == ["six"]
    assert {file.owner for path, file in found.files.items() if path.startswith("python/")} == set(PACKAGES[version])
    assert lacks(found) == ()
    assert found.manifest.savings
    assert found.manifest.trim


@pytest.mark.parametrize("version", [1, 2])
def test_the_papers_in_dist_are_about_the_zip_and_tell_what_was_proven(before: PublishedBefore, version: int) -> None:
    made = build.read(before.manifest(version))
    held = contents.read(before.layer(version), "tiny-layer")
    assert build.about(before.manifest(version)) == made.zip.sha256 == held.sha256
    assert made.versions == PACKAGES[version]
    assert (made.format, made.built_in_runtime_image, made.verification.in_container) == (0, True, True)
    assert [each.module for each in made.verification.modules if each.distribution == "six"] == ["six"]
    assert as_json(made)


def test_descriptions_tell_what_they_told(before: PublishedBefore) -> None:
    layers = [LayerNote.parse(each["Description"]) for each in before.aws["layers"]]
    for version, described in enumerate(layers, 1):
        assert described
        assert contents.read(before.layer(version), "tiny-layer").sha256.startswith(described.digest)
    for function in before.aws["functions"]:
        history = AliasNote.parse(function["alias"]["Description"]).history
        assert [each.version for each in history] == ["3", "2"]
        told = {str(at): VersionNote.parse(each["description"]) for at, each in enumerate(function["versions"], 1)}
        assert [note.release for each in history if (note := told[each.version])] == [each.release for each in history]
        assert all(note.code and note.layers for note in told.values() if note)


def test_two_layers_of_before_are_compared(before: PublishedBefore) -> None:
    old, new = (contents.read(before.layer(version), "tiny-layer") for version in (1, 2))
    found = difference(old, new)
    assert [(each.kind, each.name) for each in found.packages] == [("added", "jmespath")]
