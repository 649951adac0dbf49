"""An image that its registry may change is named by `check`; one that is pinned by its digest is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from deploy.settings import IMAGE_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = f"registry.example/python@sha256:{'0' * 64}"


@pytest.mark.parametrize(("image", "is_named"), [("registry.example/python:3.11", True), (DIGEST, False)])
@pytest.mark.parametrize("output", [[], ["--json"]])
def test_check_names_an_image_that_is_not_pinned(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    image: str,
    output: list[str],
    *,
    is_named: bool,
) -> None:
    monkeypatch.delenv(IMAGE_VARIABLE, raising=False)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "pipeline.yaml").write_text(f"image: {image}\nlayers: {{deps: {{}}}}\n")
    (tmp_path / "requirements.in").write_text("idna\n")
    (tmp_path / "requirements.txt").write_text(f"idna==3.7 --hash=sha256:{'0' * 64}\n")
    assert main(["--project", str(tmp_path), "check", *output]) == 0
    said = capsys.readouterr().out
    assert (f"{image} is not pinned by a digest: its registry may give another one" in said) == is_named
