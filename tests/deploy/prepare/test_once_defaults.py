"""What a layer keeps that it was made without before: told to those who had it so, and to nobody else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.inside.exchange import Saving
from deploy.prepare import once_defaults
from tests.deploy.layer.synthetic import Made, layer
from tests.manifests import build_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.layer.values import BuiltLayer


@pytest.fixture
def built(tmp_path: Path) -> BuiltLayer:
    """A layer that keeps stubs and metadata, which the first default took, and a part of boto3, which it did not."""
    made = layer(tmp_path, Made())
    sizes = {"stubs": 2000, "metadata": 7, "scripts": 0, "boto3-resources": 9}
    offered = tuple(Saving(rule=rule, files=1, bytes=count) for rule, count in sizes.items())
    return replace(made, report=replace(made.report, offered=offered))


def before(built: BuiltLayer, dist: Path, *rules: str) -> None:
    """Leave the manifest of the build before, from which these rules took something."""
    savings = [{"rule": rule, "files": 1, "bytes": 10} for rule in rules]
    (dist / f"{built.spec.stem}.json").write_text(json.dumps(build_manifest(savings=savings)))


def test_who_had_it_left_out_is_told_that_it_stays_now(built: BuiltLayer, tmp_path: Path) -> None:
    before(built, tmp_path, "stubs", "metadata", "scripts", "tests")
    told = "no longer left out by default: stubs (2 kB), metadata (7 B); `trim: {preset: small}` asks for all of it"
    assert list(once_defaults.told(built, tmp_path)) == [told]


def test_a_layer_that_never_was_without_it_needs_no_word(built: BuiltLayer, tmp_path: Path) -> None:
    assert list(once_defaults.told(built, tmp_path)) == []
    before(built, tmp_path, "tests")
    assert list(once_defaults.told(built, tmp_path)) == []
    (tmp_path / f"{built.spec.stem}.json").write_text("{}")
    assert list(once_defaults.told(built, tmp_path)) == []
