"""An emulated AWS over HTTP: MiniStack as a subprocess, on loopback, in an environment of its own."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import docker
import requests

from deploy.local import emulator
from deploy.local.emulator import ACCOUNT, Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["ACCOUNT", "REGION", "EmulatedAws", "emulated_aws", "in_containers"]

REGION = "eu-central-1"
PREFIX = "emulated"


@dataclass(frozen=True)
class EmulatedAws:
    """A running MiniStack. `environment` is all that boto3 has to be told to use it."""

    url: str

    @property
    def environment(self) -> Mapping[str, str]:
        return Emulator(self.url).environment(REGION)

    def reset(self) -> None:
        requests.post(f"{self.url}/_ministack/reset", timeout=30).raise_for_status()


@contextmanager
def emulated_aws(home: Path, *, settling: float = 0.5, **settings: str) -> Iterator[EmulatedAws]:
    """Start MiniStack in `home`; stop it on leaving.

    Its local executor runs functions with this interpreter: with nothing at /opt, the layers on sys.path instead.
    `settling` is how many seconds a function is in progress after each change of it.
    """
    with emulator.running(home, settling=settling, settings=settings) as running:
        yield EmulatedAws(running.url)


def in_containers(image: str) -> Mapping[str, str]:
    """Make the settings with which MiniStack runs functions in containers of this image, the layers at /opt."""
    with closing(docker.from_env()) as client:
        client.images.get(image).tag(f"{PREFIX}/public.ecr.aws/lambda/python", "3.11")
    return {"LAMBDA_STRICT": "1", "LAMBDA_EXECUTOR": "docker", "MINISTACK_IMAGE_PREFIX": PREFIX}
