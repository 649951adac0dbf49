"""Commands in containers, and what an engine still has."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.container.calls import Container
    from deploy.container.engine import Engine


def python(script: str) -> list[str]:
    return ["python3.11", "-c", script]


@contextmanager
def filled(engine: Engine, image: str, contents: dict[str, dict[str, bytes]]) -> Iterator[Container]:
    with engine.volumes(image, contents) as volumes, engine.container(image, volumes=volumes) as container:
        yield container
