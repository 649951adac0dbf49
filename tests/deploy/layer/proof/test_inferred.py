"""Layers that were built elsewhere, whose reports do not say file by file what was trimmed, against their wheels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import VerificationError
from deploy.inside.exchange import TrimPolicy
from deploy.layer.proof.inferred import told
from deploy.layer.verify import Means, VerifiedLayer, verify
from deploy.settings import Layer
from tests.deploy.layer.in_a_folder import FolderRuntime, reference
from tests.deploy.layer.synthetic import Made, layer

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.layer.values import BuiltLayer

FILES = {"tiny/__init__.py": "", "tiny/part.py": "import tiny.extra\n", "tiny/extra.py": "x = 1\n"}
METADATA = "tiny-1.0.dist-info/METADATA"


def proven(tmp_path: Path, built: BuiltLayer) -> VerifiedLayer:
    runtime = FolderRuntime(tmp_path / "runtime")
    found = reference(runtime, built)
    means = Means(runtime=runtime, say=lambda _: None, reference=found, built_elsewhere=True)
    (verified,) = verify([built], means)
    return verified


def without(tmp_path: Path, name: str, trim: TrimPolicy) -> BuiltLayer:
    """Make a layer that lacks one module, and names it nowhere, whatever its policy says."""
    kept = [path for path in (*FILES, METADATA) if f"/{name}." not in path]
    return layer(
        tmp_path,
        Made(files=FILES),
        settings=Layer(name="tiny-layer", trim=trim),
        lacking=lambda path: f"/{name}." in path,
        extra={"python/tiny-1.0.dist-info/RECORD": "".join(f"{path},,\n" for path in kept).encode()},
    )


def test_what_somebody_excluded_and_only_a_part_needs_is_a_remark(tmp_path: Path) -> None:
    verified = proven(tmp_path, without(tmp_path, "extra", TrimPolicy(exclude={"tiny/extra.py": "not needed"})))
    assert verified.evidence.compared
    assert "tiny: tiny.part does not work without tiny/extra.py, which `exclude` took" in verified.evidence.remarks


def test_what_is_worse_and_nobody_asked_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match=r"(?s)tiny: tiny\.part: ModuleNotFoundError.*no trim rule explains"):
        proven(tmp_path, without(tmp_path, "extra", TrimPolicy()))


def test_headers_that_the_policy_cuts_may_be_others_and_without_it_may_not(tmp_path: Path) -> None:
    made = Made(requires=("six; extra == 'more'",))
    cut = {f"python/{METADATA}": b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"}
    lenient = Layer(name="tiny-layer", trim=TrimPolicy(metadata=True))
    assert proven(tmp_path, layer(tmp_path, made, settings=lenient, extra=cut)).evidence.compared
    with pytest.raises(VerificationError, match="what pip installs from the same wheels works"):
        proven(tmp_path, layer(tmp_path, made, extra=cut))


def test_what_is_taken_is_told_by_whom_and_a_compressed_file_is_not_lost(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {**FILES, "tiny/data.json.gz": b"\x1f\x8b", "tiny/tests.py": ""}
    settings = Layer(name="tiny-layer", trim=TrimPolicy(exclude={"tiny/ex*": "not needed"}))
    built = layer(
        tmp_path,
        Made(files=files),
        settings=settings,
        lacking=lambda path: any(each in path for each in ("extra", "tests", "data")),
        extra={"python/tiny/data.json": b"{}"},
    )
    report = told(built, reference(FolderRuntime(tmp_path / "runtime"), built)).report
    found = {each.rule: (each.taken, each.changed) for each in report.applied}
    assert found == {
        "exclude": (("tiny/extra.py",), ()),
        "others": (("tiny/tests.py",), ("tiny/data.json",)),
    }
