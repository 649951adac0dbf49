"""Packages that can only be imported once the one that requires them was, as psycopg-binary's: they work as in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import VerificationError
from deploy.layer.verify import Means, verify
from tests.deploy.layer.synthetic import FolderRuntime, Made, layer, reference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.programs

REFUSES = "import sys\nif 'whole' not in sys.modules:\n    raise ImportError('whole should be imported first')\n"
HALF = Made(name="half", files={"half/__init__.py": REFUSES, "half/core.py": ""})
EXTRA = ("half==1.0 ; extra == 'compiled'",)


def remarks(tmp_path: Path, requires: Sequence[str], source: str = "import half.core\n") -> tuple[str, ...]:
    whole = Made(name="whole", files={"whole/__init__.py": source}, requires=tuple(requires))
    built = layer(tmp_path, HALF, whole)
    runtime = FolderRuntime(tmp_path / "runtime")
    (verified,) = verify([built], Means(runtime=runtime, say=lambda _: None, reference=reference(runtime, built)))
    assert [each.module for each in verified.evidence.modules] == ["half", "whole"]
    return verified.evidence.remarks


def test_it_is_tried_after_who_requires_it_and_that_is_remarked_on(tmp_path: Path) -> None:
    assert "half: half can only be imported after whole" in remarks(tmp_path, EXTRA)


def test_who_does_not_require_it_makes_nothing_of_it_work(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="half: half: ImportError: whole should be imported first"):
        remarks(tmp_path, ())


def test_who_cannot_be_imported_itself_makes_nothing_work(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="half: half: ImportError: whole should be imported first"):
        remarks(tmp_path, EXTRA, "raise RuntimeError\n")
