"""Fixtures of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from deploy.layer.verify import Means, verify
from deploy.layer.verify_code import verify_code
from tests.deploy.layer.in_a_folder import FolderRuntime
from tests.deploy.layer.synthetic import Made, layer
from tests.deploy.layer.trying_code import means, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from deploy.layer.evidence import FunctionUnderTest
    from deploy.layer.verify import VerifiedLayer
    from deploy.layer.verify_code import CodeEvidence


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> VerifiedLayer:
    folder = tmp_path_factory.mktemp("tiny")
    (verified,) = verify([layer(folder, Made())], means(FolderRuntime(folder / "layer")))
    return verified


@pytest.fixture
def trial(tmp_path: Path, tiny: VerifiedLayer) -> Callable[..., CodeEvidence]:
    def run(
        files: Mapping[str, str | bytes],
        *functions: FunctionUnderTest,
        own: Mapping[str, str] | None = None,
        answer: Callable[[Any], object] = lambda event: event,
        say: Callable[[str], None] = lambda _: None,
    ) -> CodeEvidence:
        runtime = FolderRuntime(tmp_path / "code", own or {}, answer)
        return verify_code([tiny], zipped(files), functions, Means(runtime=runtime, say=say))

    return run
