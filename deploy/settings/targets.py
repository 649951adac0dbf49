"""What a layer is built for: the runtimes, their images, the instruction sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

IMAGE_VARIABLE = "CHANNELWRIGHT_RUNTIME_IMAGE"
"""Overrides the image of the first runtime; that of another one has its version appended, as in …_3_13."""


Architecture = Literal["x86_64", "arm64"]


MACHINES: dict[Architecture, str] = {"x86_64": "x86_64", "arm64": "aarch64"}
"""Lambda's names of the instruction sets, and Linux's."""


@dataclass(frozen=True, order=True)
class Target:
    """What a layer is built for: a Lambda runtime, such as python3.11, and an instruction set."""

    runtime: str
    architecture: Architecture

    def __str__(self) -> str:
        return f"{self.runtime} on {self.architecture}"


def default_image(runtime: str) -> str:
    """Return AWS's own image of a runtime: https://docs.aws.amazon.com/lambda/latest/dg/python-image.html."""
    return f"public.ecr.aws/lambda/python:{runtime.removeprefix('python')}"


def image_variable(runtime: str) -> str:
    """Return what overrides the image of a runtime that is not the first.

    >>> image_variable("python3.13")
    'CHANNELWRIGHT_RUNTIME_IMAGE_3_13'
    """
    return f"{IMAGE_VARIABLE}_{runtime.removeprefix('python').replace('.', '_')}"
