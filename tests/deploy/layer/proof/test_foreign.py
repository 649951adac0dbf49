"""Libraries of other systems that a wheel brings: a remark where its packages are imported, and a refusal where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import VerificationError
from deploy.layer.verify import Means, VerifiedLayer, verify
from tests.deploy.layer.synthetic import FolderRuntime, Made, layer, reference

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.programs

WINDOWS, MACOS = b"MZ\x90" + bytes(61), b"\xcf\xfa\xed\xfe" + bytes(28)
CHOOSES = "import sys\nif sys.platform == 'win32':\n    from tiny import native\n"


def proven(tmp_path: Path, source: str, **libraries: bytes) -> VerifiedLayer:
    files = {f"tiny/{name.replace('__', '.')}": content for name, content in libraries.items()}
    built = layer(tmp_path, Made(files={"tiny/__init__.py": source, **files}))
    runtime = FolderRuntime(tmp_path / "runtime")
    (verified,) = verify([built], Means(runtime=runtime, say=lambda _: None, reference=reference(runtime, built)))
    return verified


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("Runtime__dll", WINDOWS, "is a Windows library (PE)"),
        ("native__pyd", WINDOWS, "is a Windows library (PE)"),
        ("native__cpython-311-darwin__so", MACOS, "is a macOS library (Mach-O)"),
    ],
)
def test_what_works_without_them_is_built_and_they_are_remarked_on(
    tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    evidence = proven(tmp_path, CHOOSES, **{name: content}).evidence
    path = f"python/tiny/{name.replace('__', '.')}"
    assert f"tiny: {path}: {what}; nothing loads it here, nor in what pip installs, which works" in evidence.remarks
    assert [each.module for each in evidence.modules] == ["tiny"]


def test_what_cannot_be_imported_is_refused_for_them(tmp_path: Path) -> None:
    with pytest.raises(VerificationError) as caught:
        proven(tmp_path, "from tiny import native\n", native__pyd=WINDOWS)
    told = str(caught.value)
    assert "tiny: python/tiny/native.pyd: is a Windows library (PE)" in told
    assert "a wheel for another system was locked" in told


def test_where_nothing_can_be_tried_they_are_refused(tmp_path: Path) -> None:
    image = RuntimeImage("host", "", "x86_64", "this machine is another one")
    made = Made(files={"tiny/__init__.py": CHOOSES, "tiny/native.pyd": WINDOWS})
    built = layer(tmp_path, made, spec={"architecture": "arm64", "image": image})
    with pytest.raises(VerificationError, match="is a Windows library"):
        verify([built], Means(runtime=FolderRuntime(tmp_path / "runtime"), say=lambda _: None))
