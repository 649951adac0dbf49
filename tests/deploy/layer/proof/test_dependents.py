"""Packages that can only be imported once the one that requires them was, or that nobody who requires them needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import VerificationError
from deploy.layer.verify import Means, verify
from tests.deploy.layer.in_a_folder import FolderRuntime, reference
from tests.deploy.layer.synthetic import Made, layer

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


INLINE = Made(name="inline", files={"inline/__init__.py": "import plots\n"})


def built(tmp_path: Path, *made: Made) -> tuple[str, ...]:
    runtime, layers = FolderRuntime(tmp_path / "runtime"), [layer(tmp_path, *made)]
    (verified,) = verify(layers, Means(runtime=runtime, say=lambda _: None, reference=reference(runtime, *layers)))
    return verified.evidence.remarks


def test_a_dependency_that_lacks_what_nobody_asked_for_is_a_remark_where_those_that_require_it_work(
    tmp_path: Path,
) -> None:
    """As ipython requires matplotlib-inline, which is of use where somebody has matplotlib."""
    shell = Made(name="shell", files={"shell/__init__.py": "x = 1\n"}, requires=("inline>=1 ; python_version > '3'",))
    assert [each for each in built(tmp_path, INLINE, shell) if each.startswith("inline: inline cannot be imported")]


@pytest.mark.parametrize(
    ("source", "requires"),
    [("x = 1\n", ()), ("import inline\n", ("inline",))],
    ids=["which was asked for itself", "whose user needs it"],
)
def test_what_lacks_a_module_is_refused(tmp_path: Path, source: str, requires: Sequence[str]) -> None:
    shell = Made(name="shell", files={"shell/__init__.py": source}, requires=tuple(requires))
    with pytest.raises(VerificationError, match=r"inline: inline.*: No module named 'plots'"):
        built(tmp_path, INLINE, shell)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("raise OSError('libgomp.so.1: cannot open')\n", "OSError: libgomp"),
        ("raise ImportError('failed to find libmagic')\n", "ImportError: failed to find libmagic"),
        ("import os\nos._exit(3)\n", "the process ended with exit code 3"),
    ],
    ids=["a library", "a library that it looks for", "its process"],
)
def test_a_dependency_that_lacks_a_library_or_ends_its_process_is_refused(
    tmp_path: Path, source: str, told: str
) -> None:
    broken = Made(name="inline", files={"inline/__init__.py": source})
    shell = Made(name="shell", files={"shell/__init__.py": "x = 1\n"}, requires=("inline",))
    with pytest.raises(VerificationError, match=f"inline: inline: {told}"):
        built(tmp_path, broken, shell)


def test_a_dependency_that_gives_up_by_itself_is_a_remark_where_those_that_require_it_work(tmp_path: Path) -> None:
    """As GitPython does where there is no program called git, and mlflow works without it."""
    git = Made(name="inline", files={"inline/__init__.py": "raise ImportError('Bad git executable')\n"})
    tracker = Made(name="tracker", files={"tracker/__init__.py": "x = 1\n"}, requires=("inline",))
    (remark,) = (each for each in built(tmp_path, git, tracker) if each.startswith("inline: inline"))
    assert "cannot be imported, in what pip installs neither: ImportError: Bad git executable" in remark
