"""A real engine and real images, and machines that have none."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import pytest

from deploy.checkup import disk
from deploy.checkup import engine as looking
from deploy.settings import IMAGE_VARIABLE, Layer, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.container.engine import Engine


@pytest.fixture
def settings(tmp_path: Path, runtime_image: str) -> Settings:
    return Settings(project=tmp_path, layers={"a": Layer(name="a")}, image=runtime_image)


def with_image(settings: Settings, image: str) -> Settings:
    return Settings(project=settings.project, layers=settings.layers, image=image)


def test_an_engine_that_does_not_answer_is_broken(tmp_path: Path) -> None:
    [found] = looking.answers({"DOCKER_HOST": f"unix://{tmp_path}/none.sock"})
    assert (found.state, found.what) == ("broken", "no container engine answers")
    assert "`nox -s engine`" in found.cure


@pytest.mark.parametrize(
    ("image", "state"),
    [
        ("public.ecr.aws/lambda/python:3.11", "warning"),
        (f"public.ecr.aws/lambda/python:3.11@sha256:{'ab' * 32}", "ok"),
        (f"sha256:{'ab' * 32}", "ok"),
    ],
)
def test_an_image_is_pinned_by_a_digest_alone(settings: Settings, image: str, state: str) -> None:
    [found] = looking.image_is_pinned(with_image(settings, image), {})
    assert found.state == state


def test_an_image_that_overrides_the_configuration_is_told_as_such(settings: Settings) -> None:
    [found] = looking.image_is_pinned(settings, {IMAGE_VARIABLE: settings.image})
    assert found.cure.startswith(f"unset {IMAGE_VARIABLE}")


@pytest.mark.parametrize(
    ("python", "glibc", "states"),
    [
        ("3.11.9", "2.26", ["ok"]),
        ("3.11.9", "2.36", ["warning"]),
        ("3.11.9", "", ["warning"]),
        ("3.12.1", "2.26", ["broken", "ok"]),
        ("3.1.1", "2.26", ["broken", "ok"]),
    ],
)
def test_python_and_glibc_are_compared_with_the_runtime_s(
    settings: Settings, python: str, glibc: str, states: list[str]
) -> None:
    assert [each.state for each in looking.compared(settings, python, glibc)] == states


@pytest.mark.container
def test_an_engine_that_answers_says_what_it_is_and_where_its_disk_is(engine: Engine) -> None:
    [found] = looking.answers(os.environ)
    assert (found.state, engine.about().version in found.what) == ("ok", True)
    assert len(list(disk.of_engine(engine.about()))) == 1


@pytest.mark.container
def test_the_image_that_is_here_is_started_and_asked(engine: Engine, settings: Settings) -> None:
    assert [each.state for each in looking.image_is_here(engine, settings)] == ["ok"]
    [found] = looking.image_fits(engine, settings)
    assert found.state in {"ok", "warning"}
    assert "glibc 2." in found.what


@pytest.mark.container
def test_an_image_that_is_not_here_is_a_warning(engine: Engine, settings: Settings) -> None:
    absent = with_image(settings, "nowhere.invalid/python:3.11")
    [found] = looking.image_is_here(engine, absent)
    assert (found.state, found.cure.endswith("docker pull nowhere.invalid/python:3.11")) == ("warning", True)
    assert [each.state for each in looking.image_fits(engine, absent)] == ["warning"]


@pytest.fixture
def without_python(engine: Engine, runtime_image: str) -> Iterator[str]:
    """Make an image in which the runtime's Python is not to be found."""
    tag = f"channelwright-test:{secrets.token_hex(4)}"
    dockerfile = f"FROM {runtime_image}\nENV PATH=/nowhere\n"
    engine.build({"Dockerfile": dockerfile.encode()}, {}, tag=tag)
    yield tag
    engine.client.remove_image(tag)


@pytest.mark.container
def test_an_image_without_the_runtime_s_python_is_broken(
    engine: Engine, settings: Settings, without_python: str
) -> None:
    found = list(looking.image_fits(engine, with_image(settings, without_python)))
    assert [each.state for each in found] == ["broken"]


@pytest.mark.container
def test_architectures_that_the_engine_does_not_run_are_told(engine: Engine, settings: Settings) -> None:
    here = {"amd64": "x86_64"}.get(engine.about().architecture, engine.about().architecture)
    both = Settings(project=settings.project, layers=settings.layers, architectures=("x86_64", "arm64"))
    [found] = looking.architectures(engine, both)
    assert found.state == "warning"
    assert here not in found.what
