"""The manifests: what is written is as the schemas say, and what is read is what was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from deploy.documents.reading import UnreadableError
from deploy.documents.writing import as_json
from deploy.git import Commit
from deploy.inside import inventory
from deploy.layer.manifest import build
from deploy.published import contents
from tests.deploy.published.layers import package, zipped
from tests.integration.shipment import Shop
from tests.manifests import build_manifest
from tests.schemas import faults, schema_of

if TYPE_CHECKING:
    from pathlib import Path

COMMIT = Commit("c0ffee", dirty=True)


def test_a_builds_manifest_is_as_its_schema_says_and_reads_as_it_was(tmp_path: Path) -> None:
    layer = Shop(tmp_path).layer({"idna": "3.7"})
    made = build.manifest(layer, COMMIT)
    document = json.loads(as_json(made))
    assert faults(document, schema_of("deploy/manifest.schema.json")) == []
    assert document["format"] == 1
    assert build.read(as_json(made).encode()) == made
    assert build.about(as_json(made).encode()) == layer.built.sha256
    assert made.versions == {"idna": "3.7"}


def test_a_build_without_git_says_so_and_reads_back(tmp_path: Path) -> None:
    made = build.manifest(Shop(tmp_path).layer({"idna": "3.7"}), Commit(None, dirty=False))
    assert json.loads(as_json(made))["git"] == {"commit": None, "dirty": False}
    assert build.read(as_json(made).encode()) == made


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"format": 2, "zip": 1}, "a newer version wrote it: format 2"),
        ({"git": {"dirty": True}}, r"missing required field `commit` - at `\$\.git`"),
        ({"packages": [{"name": "a"}]}, r"at `\$\.packages\[0\]`"),
    ],
)
def test_a_manifest_that_is_none_is_refused_with_what_is_wrong(more: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        build.read(json.dumps(build_manifest() | more).encode())


def _inside(**more: object) -> bytes:
    return zipped({"channelwright/l.json": json.dumps({"packages": [package("a")]} | more), "python/a/x.py": ""})


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"format": inventory.FORMAT + 1}, "a newer version wrote it"),
        ({"savings": "none"}, r"\$\.savings"),
        ({"packages": [package("a", tags="py3")]}, r"\$\.packages\[0\]\.tags"),
    ],
)
def test_a_layer_whose_manifest_cannot_be_believed_is_read_as_anybodys_and_says_why(
    more: dict[str, Any], said: str
) -> None:
    found = contents.read(_inside(**more), "l:1")
    assert not found.is_ours
    assert found.packages == ()
    assert said.replace("\\", "") in found.unreadable


def test_a_file_that_claims_nothing_is_not_spoken_of() -> None:
    found = contents.read(zipped({"channelwright/l.json": '{"packages": "many"}'}), "l:1")
    assert (found.is_ours, found.unreadable) == (False, "")
