"""Images of two architectures that have one name, in an engine that has room for one of them there."""

from __future__ import annotations

import os
import tarfile
import uuid
from typing import TYPE_CHECKING

import pytest

from deploy.container.digest import RuntimeImage, image_digest, own_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from deploy.container.engine import Engine
    from deploy.settings import Architecture

    Make = Callable[[str, Architecture], str]

pytestmark = pytest.mark.container


def unsaid(line: str) -> None:
    pytest.fail(f"said {line}")


@pytest.fixture
def name(engine: Engine) -> Iterator[str]:
    """A name of no image; what has it or one made of it at the end is removed."""
    made = f"channelwright-test-{uuid.uuid4()}"
    yield f"{made}:1"
    for tag in {tag for image in engine.client.images(name=f"{made}*") for tag in image["RepoTags"]}:
        engine.client.remove_image(tag)


@pytest.fixture
def make(engine: Engine, tmp_path: Path) -> Make:
    """Makes images with nothing but a note in them; each returns its digest."""

    def made(name: str, architecture: Architecture) -> str:
        note, root = tmp_path / "note", tmp_path / "root.tar"
        note.write_text(f"{name} {architecture}")
        with tarfile.open(root, "w") as archive:
            archive.add(note, "note")
        engine.import_root(root, name, architecture)
        found = engine.inspect(name)
        assert found
        return str(found["Id"])

    return made


def test_each_architecture_has_its_own_image_beside_the_other_and_both_ways_of_asking_agree(
    engine: Engine, name: str, make: Make
) -> None:
    digests = {"x86_64": make(name, "x86_64"), "arm64": make(own_name(name, "arm64"), "arm64")}
    names: dict[Architecture, str] = {"x86_64": name, "arm64": f"{name}-arm64"}
    for architecture, found in names.items():
        wanted = RuntimeImage(found, digests[architecture])
        assert engine.resolve(name, architecture, unsaid) == wanted
        assert image_digest(name, os.environ, architecture) == wanted


def test_a_pull_of_one_architecture_takes_the_name_from_no_other(
    engine: Engine, name: str, make: Make, registry: str
) -> None:
    there = f"{registry}/{name}"
    theirs = make(there, "arm64")
    assert not [each for each in engine.client.push(there, stream=True, decode=True) if "error" in each]
    engine.client.remove_image(there)
    own = make(there, "x86_64")
    said: list[str] = []
    try:
        pulled = engine.resolve(there, "arm64", said.append)
        assert (pulled.reference, inspected(engine, f"{there}-arm64")) == (f"{there}-arm64", theirs)
        assert inspected(engine, there) == own
        assert said[:2] == [f"the {there} that is here is for amd64", f"pulling {there} for arm64"]
        assert engine.resolve(there, "arm64", unsaid) == pulled
    finally:
        for each in (there, f"{there}-arm64"):
            engine.client.remove_image(each)


def inspected(engine: Engine, name: str) -> str:
    found = engine.inspect(name)
    assert found, name
    return str(found["Id"])
