"""Layers proven in containers of the runtime image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import VerificationError
from deploy.layer.verify import Means, VerifiedLayer, verify
from tests.deploy.layer.in_a_folder import reference

if TYPE_CHECKING:
    from deploy.layer.backend.containers import ContainerRuntime
    from deploy.layer.values import BuiltLayer


def proven(runtime: ContainerRuntime, *layers: BuiltLayer) -> tuple[VerifiedLayer, ...]:
    """Prove layers by what the image's own pip installs from their wheels."""
    return verify(layers, Means(runtime=runtime, say=lambda _: None, reference=reference(runtime, *layers)))


def refused(runtime: ContainerRuntime, *layers: BuiltLayer) -> str:
    with pytest.raises(VerificationError) as caught:
        proven(runtime, *layers)
    return str(caught.value)
