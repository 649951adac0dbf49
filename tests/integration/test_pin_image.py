from __future__ import annotations

import re
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from deploy.console import Console
from deploy.container.digest import image_digest
from deploy.container.failures import AbsentError
from deploy.errors import ConfigError, EngineError
from deploy.locking.pin_image import pin_image, pinned, written

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.container.engine import Engine

CONFIG = """\
# What is built.
runtime: python3.11
image: {image}   # kept: `nox -s lock -- --image` pins its digest
layers: {{deps: {{}}}}   # kept too
"""


def silent(_line: str) -> None:
    pass


def push(engine: Engine, image: str, content: str) -> None:
    """Make an image with this content and give it this name in its registry."""
    dockerfile = f"FROM scratch\nCOPY content /content\nCMD {uuid.uuid4()}\n"
    engine.build({"Dockerfile": dockerfile.encode(), "content": content.encode()}, {}, tag=image)
    events = list(engine.client.push(image, stream=True, decode=True))
    assert not [event for event in events if "error" in event], events
    forget(engine, image)


def forget(engine: Engine, image: str) -> None:
    with suppress(AbsentError):
        if found := engine.inspect(image):
            engine.client.remove_image(found["Id"], force=True)


def project(folder: Path, image: str) -> Path:
    config = folder / "config/pipeline.yaml"
    config.parent.mkdir()
    config.write_text(CONFIG.format(image=image))
    return config


@pytest.mark.container
def test_a_pinned_image_stays_what_it_was_when_its_tag_moves(engine: Engine, registry: str, tmp_path: Path) -> None:
    image = f"{registry}/lambda/python:3.11"
    push(engine, image, "first")
    config = project(tmp_path, image)
    assert pin_image(load(tmp_path, {}), Console()) == 0
    reference = load(tmp_path, {}).image
    assert re.fullmatch(re.escape(image) + "@sha256:[0-9a-f]{64}", reference)
    assert config.read_text() == CONFIG.format(image=reference)

    push(engine, image, "second")
    assert pulled(engine, reference) == (reference.partition("@")[2], b"first")
    moved, content = pulled(engine, image)
    assert content == b"second"

    assert pin_image(load(tmp_path, {}), Console()) == 0
    assert config.read_text() == CONFIG.format(image=f"{image}@{moved}")


def pulled(engine: Engine, reference: str) -> tuple[str, bytes]:
    """Pull an image; return its digest, which both ways of asking agree on, and what is in it."""
    try:
        resolved = engine.resolve(reference, "x86_64", silent)
        assert image_digest(reference, {}) == resolved
        return resolved.digest, engine.read(reference, "/content")["content"]
    finally:
        forget(engine, reference)


@pytest.mark.container
def test_pinning_what_is_pinned_changes_nothing(
    engine: Engine, registry: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    push(engine, f"{registry}/same:1", "content")
    config = project(tmp_path, f"{registry}/same:1")
    pin_image(load(tmp_path, {}), Console())
    before = config.stat().st_mtime_ns
    assert pin_image(load(tmp_path, {}), Console()) == 0
    assert config.stat().st_mtime_ns == before
    assert "is what the registry has" in capsys.readouterr().out


@pytest.mark.container
def test_an_override_of_the_image_is_not_what_gets_pinned(engine: Engine, registry: str, tmp_path: Path) -> None:
    image = f"{registry}/other:1"
    push(engine, image, "content")
    config = project(tmp_path, image)
    pin_image(load(tmp_path, {"CHANNELWRIGHT_RUNTIME_IMAGE": "somewhere/else:2"}), Console())
    assert f"image: {image}@sha256:" in config.read_text()


@pytest.mark.container
@pytest.mark.parametrize(
    ("address", "what"), [("{registry}", "manifest unknown"), ("127.0.0.1:1", "connection refused")]
)
def test_an_image_that_no_registry_has_is_named(registry: str, tmp_path: Path, address: str, what: str) -> None:
    image = f"{address.format(registry=registry)}/nothing:1"
    config = project(tmp_path, image)
    with pytest.raises(EngineError, match=what) as raised:
        pin_image(load(tmp_path, {}), Console())
    assert image in raised.value.faults[0].where
    assert config.read_text() == CONFIG.format(image=image)


def test_an_image_without_a_tag_cannot_be_followed(tmp_path: Path) -> None:
    project(tmp_path, "127.0.0.1:5000/python")
    with pytest.raises(ConfigError, match="names no tag to follow"):
        pin_image(load(tmp_path, {}), Console())


@pytest.mark.container
def test_every_runtime_s_image_is_pinned(engine: Engine, registry: str, tmp_path: Path) -> None:
    for name in ("old:1", "new:1"):
        push(engine, f"{registry}/{name}", name)
    config = project(tmp_path, f"{registry}/old:1")
    text = CONFIG.format(image=f"{registry}/old:1").replace("runtime: python3.11", "runtimes: [python3.11, python3.13]")
    config.write_text(f"{text}images:\n  # python3.13: no\n  python3.13: {registry}/new:1  # kept three\n")
    pin_image(load(tmp_path, {}), Console())
    pinned = load(tmp_path, {})
    assert re.fullmatch(rf"{registry}/old:1@sha256:\w+", pinned.image)
    assert re.fullmatch(rf"{registry}/new:1@sha256:\w+", pinned.image_of("python3.13"))
    assert "  # kept three\n" in config.read_text()


def test_an_image_that_the_list_of_images_lacks_is_asked_for() -> None:
    assert written("images: {python3.11: a:1}\n", "b:1", "images.python3.11") == "images: {python3.11: b:1}\n"
    assert written("layers: {}\n", "b:1", "images.python3.13") == "images:\n  python3.13: b:1\nlayers: {}\n"
    with pytest.raises(ConfigError, match=r"add `python3\.13: b:1` to `images`"):
        written("images: {python3.11: a:1}\n", "b:1@sha256:2", "images.python3.13")


def test_a_pin_replaces_the_one_before() -> None:
    assert pinned("r:5000/a/b:1@sha256:old", "sha256:new") == "r:5000/a/b:1@sha256:new"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("image: a:1\nb: 2\n", "image: N\nb: 2\n"),
        ("image: 'a:1'  # why\n", "image: N  # why\n"),
        ('x: 1\nimage: "a:1"\n', "x: 1\nimage: N\n"),
        ("# image: a:1\nlayers:\n  image: b\n", "# image: a:1\nimage: N\nlayers:\n  image: b\n"),
    ],
)
def test_only_the_image_changes_in_the_configuration(before: str, after: str) -> None:
    assert written(before, "N") == after
