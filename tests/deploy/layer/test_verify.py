"""What only trying shows: layers unpacked into a folder, imported by the real probe in a fresh interpreter."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import VerificationError
from deploy.layer import verify as verify_module
from deploy.layer.evidence import Evidence
from deploy.layer.values import Sha256
from deploy.layer.verify import Means, VerifiedLayer, restored, verify
from deploy.settings import Layer
from tests.deploy.layer.in_a_folder import FolderRuntime
from tests.deploy.layer.proving import proven, refused
from tests.deploy.layer.synthetic import Made, layer, real_yaml

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.programs


def test_a_good_layer_is_verified_with_evidence(tmp_path: Path) -> None:
    built = layer(tmp_path, Made(), real_yaml())
    (verified,) = proven(tmp_path, built)
    evidence = verified.evidence
    assert verified.built is built
    assert evidence.sha256 == built.sha256
    assert evidence.imported
    assert not evidence.in_container
    assert [(each.distribution, each.module) for each in evidence.modules] == [("tiny", "tiny"), ("pyyaml", "yaml")]
    assert all(each.milliseconds > 0 for each in evidence.modules)
    (native,) = evidence.shared_objects
    assert native.path.startswith("python/yaml/_yaml.")
    assert native.needs == {"GLIBC": "2.14"}
    assert native.loaded
    assert evidence.bytecode_used > 10
    assert not any("runtime's own" in remark for remark in evidence.remarks)


def test_a_glibc_other_than_the_runtimes_is_owned_up_to(tmp_path: Path) -> None:
    (verified,) = proven(tmp_path, layer(tmp_path, real_yaml()))
    evidence = verified.evidence
    told = f"it was loaded with glibc {evidence.glibc}; that it loads with the 2.26 of Amazon Linux 2"
    assert [told in remark for remark in evidence.remarks] == ([] if evidence.glibc == "2.26" else [True])


def test_a_sourceless_layer_is_verified(tmp_path: Path) -> None:
    settings = Layer(name="tiny-layer", bytecode="sourceless")
    (verified,) = proven(tmp_path, layer(tmp_path, Made(), real_yaml(), settings=settings))
    assert verified.evidence.bytecode_used > 10


def test_a_layer_that_imports_and_has_a_fault_in_its_bytes_is_refused(tmp_path: Path) -> None:
    extra = {"python/sitecustomize.py": b""}
    assert "runs code at start-up" in refused(tmp_path, layer(tmp_path, Made(), extra=extra))


def test_faults_of_the_audit_and_of_all_imports_come_together(tmp_path: Path) -> None:
    bad = Made(name="bad", files={"bad.py": "1 / 0\n"})
    worse = Made(name="worse", files={"worse.py": "import nowhere\n"})
    first = layer(tmp_path / "1", bad, extra={"python/sitecustomize.py": b""}, settings=Layer(name="first"))
    second = layer(tmp_path / "2", worse, extra={"python/sitecustomize.py": b"x = 1"}, settings=Layer(name="second"))
    found = refused(tmp_path, first, second)
    for expected in ("runs code at start-up", "is in both layers", "ZeroDivisionError", "No module named 'nowhere'"):
        assert expected in found


@pytest.mark.parametrize("path", ["python/../../../escaped", "/escaped", "python/tiny/__init__.py/escaped"])
def test_a_layer_that_cannot_be_unpacked_safely_is_not_unpacked(tmp_path: Path, path: str) -> None:
    refused(tmp_path, layer(tmp_path, Made(), extra={path: b""}))
    assert not (tmp_path / "runtime").exists()


def test_a_layer_of_another_architecture_is_audited_and_the_evidence_says_no_more(tmp_path: Path) -> None:
    said: list[str] = []
    image = RuntimeImage("host", "", "x86_64", "this machine is x86_64")
    built = layer(tmp_path, Made(), spec={"architecture": "arm64", "image": image})
    (verified,) = verify([built], Means(runtime=FolderRuntime(tmp_path / "runtime"), say=said.append))
    assert not verified.evidence.imported
    assert verified.evidence.modules == ()
    assert said == ["python3.11 on arm64: audited, not imported: this machine is x86_64"]
    assert verified.evidence.not_imported == "this machine is x86_64"


def test_a_layer_of_another_architecture_is_still_refused_for_its_bytes(tmp_path: Path) -> None:
    built = layer(tmp_path, real_yaml(tags=("py3-none-any",)), spec={"architecture": "arm64"})
    assert "is for x86_64; the layer is for arm64" in refused(tmp_path, built)


def test_nothing_else_can_make_a_verified_layer(tmp_path: Path) -> None:
    built = layer(tmp_path, Made())
    (verified,) = proven(tmp_path, built)
    with pytest.raises(TypeError, match="made by deploy"):
        VerifiedLayer(built, verified.evidence, verify_module._Seal())
    with pytest.raises(TypeError):
        VerifiedLayer(built, verified.evidence)  # type: ignore[call-arg] # that is the point
    with pytest.raises((TypeError, ValueError)):
        replace(verified, built=replace(built, sha256=Sha256("0" * 64)))  # type: ignore[call-arg] # so is this


def test_evidence_is_restored_as_it_was(tmp_path: Path) -> None:
    built = layer(tmp_path, Made(), real_yaml())
    (verified,) = proven(tmp_path, built)
    again = restored(built, verified.evidence.to_json())
    assert again == verified
    assert isinstance(again.evidence, Evidence)


def test_evidence_about_other_bytes_is_not_restored(tmp_path: Path) -> None:
    built = layer(tmp_path, Made())
    (verified,) = proven(tmp_path, built)
    changed = replace(built, sha256=Sha256("0" * 64))
    with pytest.raises(VerificationError, match="the evidence kept for it is about"):
        restored(changed, verified.evidence.to_json())


def test_the_evidence_is_plain_json(tmp_path: Path) -> None:
    (verified,) = proven(tmp_path, layer(tmp_path, Made(), real_yaml()))
    raw: dict[str, Any] = json.loads(verified.evidence.to_json())
    assert raw["modules"][0]["module"] == "tiny"


def test_the_image_that_was_used_is_in_the_evidence(tmp_path: Path) -> None:
    built = layer(tmp_path, Made(), spec={"image": RuntimeImage("lambda:3.11", "sha256:abc")})
    (verified,) = proven(tmp_path, built)
    assert verified.evidence.image == "lambda:3.11 sha256:abc"
    assert verified.evidence.in_container
