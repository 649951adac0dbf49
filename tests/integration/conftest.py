"""What the tests share that run real containers. Which image: CHANNELWRIGHT_RUNTIME_IMAGE, else the stand-in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from deploy.container.engine import Engine
from deploy.errors import EngineError
from deploy.settings import default_image, image_variable
from tests.lanes import only_one
from tests.runtime_image import build as stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LATER = "python3.13"


@pytest.fixture(scope="session")
def runtime_image() -> str:
    return os.environ.get("CHANNELWRIGHT_RUNTIME_IMAGE", "channelwright-runtime:python3.11")


@pytest.fixture(scope="session")
def later_image(engine: Engine, runtime_image: str, shared: Path) -> str:
    """An image of python3.13: what the environment names, AWS's own beside AWS's own, else the stand-in, made here."""
    if named := os.environ.get(image_variable(LATER)):
        return named
    if runtime_image.startswith(default_image(LATER).partition(":")[0]):
        return engine.resolve(default_image(LATER), engine.architecture, print).reference
    try:
        with only_one(shared / "later-image"):
            return stand_in.build(engine, os.environ, print, LATER)
    except EngineError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the stand-in for {LATER} cannot be made: {error.faults[0]}")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine.connect(os.environ) as connected:
        yield connected
