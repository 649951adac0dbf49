"""Layers proven, or refused, in a folder that stands for the runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import VerificationError
from deploy.layer.verify import Means, VerifiedLayer, verify
from tests.deploy.layer.in_a_folder import FolderRuntime, reference
from tests.deploy.layer.synthetic import real_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deploy.layer.values import BuiltLayer


def nothing(_: str) -> None:
    pass


def proven(tmp_path: Path, *layers: BuiltLayer, own: Mapping[str, str] | None = None) -> tuple[VerifiedLayer, ...]:
    runtime = FolderRuntime(tmp_path / "runtime", own or {})
    return verify(layers, Means(runtime=runtime, say=nothing, reference=reference(runtime, *layers)))


def refused(tmp_path: Path, *layers: BuiltLayer, own: Mapping[str, str] | None = None) -> str:
    with pytest.raises(VerificationError) as caught:
        proven(tmp_path, *layers, own=own)
    return str(caught.value)


def broken_yaml(before: bytes, after: bytes) -> tuple[str, bytes]:
    """Return PyYAML's extension module with something else in it: its path and content."""
    ((path, content),) = ((path, content) for path, content in real_yaml().files.items() if path.endswith(".so"))
    assert isinstance(content, bytes)
    assert before in content
    return path, content.replace(before, after)
