"""Lambda's limits and the team's budget, met by real zips: highly compressible ones, so that they are small."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.layer.audit import limits
from deploy.layer.audit.audit import audit, audit_together, inspect
from deploy.settings import Budget, Layer
from tests.deploy.layer.synthetic import Made, entry, layer

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.layer.values import BuiltLayer
    from deploy.settings.layers import Bytecode


def swollen(folder: Path, unzipped: int, settings: Layer | None = None) -> BuiltLayer:
    """Make a layer that unzips to at least this many bytes, all zero."""
    built = layer(folder, Made(), settings=settings)
    block = bytes(1 << 20)
    with (
        zipfile.ZipFile(built.zip, "a", compresslevel=1) as archive,
        archive.open(entry("python/tiny/data.bin"), "w") as file,
    ):
        for start in range(0, unzipped, len(block)):
            file.write(block[: unzipped - start])
    return built


@pytest.fixture(scope="module")
def oversized(tmp_path_factory: pytest.TempPathFactory) -> BuiltLayer:
    return swollen(tmp_path_factory.mktemp("oversized"), limits.UNZIPPED)


def test_a_layer_that_unzips_to_more_than_lambda_allows_is_refused(oversized: BuiltLayer) -> None:
    (fault,) = audit(oversized)
    assert fault.where == "tiny-layer"
    assert "Lambda allows 262,144,000" in fault.what
    assert "tiny" in fault.what.splitlines()[1]


@pytest.mark.parametrize("bytecode", ["unchecked-hash", "sourceless"])
def test_a_layer_that_is_too_large_is_told_of_its_sources_where_it_has_them(
    bytecode: Bytecode, oversized: BuiltLayer
) -> None:
    settings = replace(oversized.spec.layer, bytecode=bytecode)
    (fault,) = limits.exceeded(
        replace(oversized, spec=replace(oversized.spec, layer=settings)), limits.Sizes.of(oversized.zip)
    )
    assert ("`bytecode: sourceless`" in fault.cure) == (bytecode == "unchecked-hash")


def test_layers_and_code_count_together(tmp_path: Path) -> None:
    first = swollen(tmp_path / "1", 1_000_000, Layer(name="first"))
    size = limits.Sizes.of(first.zip).unzipped
    assert audit_together("functions.bot", [first], code=limits.UNZIPPED - size) == ()
    (fault,) = audit_together("functions.bot", [first], code=limits.UNZIPPED - size + 1)
    assert "unzips to 262,144,001 bytes with its layers" in fault.what
    assert f"first {size:,}, the code {limits.UNZIPPED - size + 1:,}" in fault.cause


def test_a_sixth_layer_is_refused(tmp_path: Path) -> None:
    six = [
        layer(tmp_path / name, Made(name=name, files={f"{name}.py": ""}), settings=Layer(name=name))
        for name in "abcdef"
    ]
    assert audit_together("functions.bot", six[:5]) == ()
    (fault,) = audit_together("functions.bot", six)
    assert fault.what == "has 6 layers; Lambda allows 5"


def test_a_layer_over_its_budget_is_refused_with_its_biggest_packages(tmp_path: Path) -> None:
    big = Made(name="big", files={"big.py": "y = 1\n" * 1000})
    built = layer(tmp_path, Made(), big, settings=Layer(name="tiny-layer", budget=Budget(zip=10, unzipped=3000)))
    unzipped, zipped = audit(built)
    assert "over its budget of 3,000" in unzipped.what
    assert [line.split() for line in unzipped.what.splitlines()[1:]] == [["big", "6,000"], ["tiny", "6"]]
    assert "over its budget of 10" in zipped.what
    assert "layers.tiny-layer.budget" in zipped.cure


def test_a_layer_within_its_budget_is_accepted(tmp_path: Path) -> None:
    sizes = limits.Sizes.of(layer(tmp_path, Made()).zip)
    exact = Budget(zip=sizes.zipped, unzipped=sizes.unzipped)
    assert audit(layer(tmp_path, Made(), settings=Layer(name="tiny-layer", budget=exact))) == ()


def test_a_zip_above_the_direct_upload_is_a_remark_since_s3_takes_it(tmp_path: Path) -> None:
    built = layer(tmp_path, Made())
    with zipfile.ZipFile(built.zip, "a") as archive:
        info = entry("python/tiny/data.bin")
        info.compress_type = zipfile.ZIP_STORED
        archive.writestr(info, bytes(limits.DIRECT_UPLOAD))
    audited = inspect(built)
    assert audited.faults == ()
    assert "needs the stage's `bucket`" in audited.remarks[0]


def test_a_layer_that_nears_the_limit_is_a_remark(tmp_path: Path) -> None:
    remarks = list(limits.remarks(layer(tmp_path, Made()), limits.Sizes(1, 220_000_000)))
    assert remarks == ["tiny-layer takes 84% of the 262,144,000 bytes that Lambda allows unzipped"]
