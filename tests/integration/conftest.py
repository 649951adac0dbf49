"""What the tests share that run real containers. Which image: CHANNELWRIGHT_RUNTIME_IMAGE, else the stand-in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from deploy.container import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def runtime_image() -> str:
    return os.environ.get("CHANNELWRIGHT_RUNTIME_IMAGE", "channelwright-runtime:python3.11")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine.connect(os.environ) as connected:
        yield connected
