"""This machine's own backend."""

from __future__ import annotations

import os

import pytest

from deploy.layer.backend.host import HostRuntime


@pytest.fixture
def runtime() -> HostRuntime:
    return HostRuntime(os.environ, say=lambda _: None)
