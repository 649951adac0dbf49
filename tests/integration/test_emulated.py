"""Layers for the other architecture, imported where the engine runs that: natively never, by emulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.container.digest import PLATFORMS, own_name
from deploy.layer.backend.containers import ContainerRuntime
from deploy.layer.backend.platform_image import find
from deploy.layer.verify import Means, verify
from deploy.settings import Target
from tests.deploy.layer.in_a_folder import reference
from tests.deploy.layer.synthetic import Made, layer

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.container.engine import Engine
    from deploy.settings import Architecture

pytestmark = [pytest.mark.container, pytest.mark.timeout(1200)]

# Says of the process that imports it which machine it thinks that it runs on.
TELLS = "import os, sys\nmachine = os.uname().machine\n"


@pytest.fixture
def emulated(engine: Engine, runtime_image: str) -> ContainerRuntime:
    if engine.architecture == "arm64":
        pytest.skip("arm64 runs here as it is")
    other: Architecture = "arm64"
    found = engine.inspect(own_name(runtime_image, other))
    if found is None or found["Architecture"] != PLATFORMS[other]:
        pytest.skip(f"no image for {other} is here; `nox -s engine -- --arm64` brings one")
    image = find(engine, runtime_image, Target("python3.11", other), lambda _: None, must_run=False)
    if image.lack:
        pytest.skip(f"{other} {image.lack}")
    return ContainerRuntime(engine, image, {}, lambda _: None)


def test_a_layer_of_the_other_architecture_is_imported_and_compared(tmp_path: Path, emulated: ContainerRuntime) -> None:
    assert emulated.image.architecture is None
    files = {"tiny/__init__.py": TELLS, "tiny/part.py": "from tiny import machine\nassert machine == 'aarch64'\n"}
    target = {"architecture": "arm64", "image": emulated.image}
    built = layer(tmp_path, Made(files=files), spec=target)
    means = Means(runtime=emulated, say=lambda _: None, reference=reference(emulated, built))
    (verified,) = verify([built], means)
    evidence = verified.evidence
    assert (evidence.imported, evidence.compared, evidence.not_imported) == (True, True, "")
    assert [each.module for each in evidence.modules] == ["tiny"]
    assert not [each for each in evidence.remarks if "tiny" in each]
