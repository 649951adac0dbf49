"""Images that an engine builds, has, or lacks."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

import pytest

from deploy.container.digest import image_digest
from deploy.container.failures import AbsentError
from deploy.errors import BuildError, EngineError

if TYPE_CHECKING:
    from deploy.container.engine import Engine

pytestmark = pytest.mark.container


def silent(_line: str) -> None:
    pass


def test_a_build_has_no_network_and_its_whole_log_is_kept(engine: Engine, runtime_image: str) -> None:
    dockerfile = (
        "ARG BASE\nFROM ${BASE}\nRUN echo before the fault\n"
        "RUN python3.11 -c \"import socket; socket.create_connection(('172.17.0.1', 22), 5)\"\n"
    )
    with pytest.raises(BuildError, match="returned a non-zero code") as raised:
        engine.build({"Dockerfile": dockerfile.encode()}, {"BASE": runtime_image})
    assert "before the fault" in raised.value.log
    assert "Network is unreachable" in raised.value.log
    assert "before the fault" in str(raised.value)


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_of_a_build_stays(engine: Engine, runtime_image: str, *, fails: bool) -> None:
    mark = f"test.{uuid.uuid4().hex}"
    dockerfile = (
        f"ARG BASE\nFROM ${{BASE}} AS first\nLABEL {mark}=1\nCOPY a /out/a\n"
        f"RUN cp /out/a /out/b{' && false' if fails else ''}\n"
        f"FROM ${{BASE}}\nLABEL {mark}=2\nCOPY --from=first /out /out\n"
    )
    context = {"Dockerfile": dockerfile.encode(), "a": b"content"}
    try:
        with engine.built(context, {"BASE": runtime_image}, use_cache=False) as image:
            assert engine.read(image, "/out") == {"a": b"content", "b": b"content"}
            assert engine.client.images(all=True, filters={"label": mark})
    except BuildError:
        assert fails
    assert engine.client.images(all=True, filters={"label": mark}) == []
    assert engine.inspect(runtime_image)


def test_of_a_build_that_stays_only_its_image_stays(engine: Engine, runtime_image: str) -> None:
    mark = f"test.{uuid.uuid4().hex}"
    dockerfile = (
        f"ARG BASE\nFROM ${{BASE}} AS first\nLABEL {mark}=1\nCOPY a /out/a\n"
        f"FROM scratch\nLABEL {mark}=2\nCOPY --from=first /out /out\nCMD a\n"
    )
    image = engine.build({"Dockerfile": dockerfile.encode(), "a": b"1"}, {"BASE": runtime_image}, tag=f"{mark}:1")
    try:
        left = engine.client.images(filters={"label": mark})
        assert [(each["Id"], each["RepoTags"]) for each in left] == [(image, [f"{mark}:1"])]
    finally:
        engine.client.remove_image(f"{mark}:1")
    assert engine.client.images(all=True, filters={"label": mark}) == []


def test_an_image_that_someone_named_is_not_removed_with_a_build(engine: Engine, runtime_image: str) -> None:
    name = f"test.{uuid.uuid4().hex}"
    context = {"Dockerfile": f"ARG BASE\nFROM ${{BASE}}\nCOPY a /out/{name}\n".encode(), "a": b"1"}
    with engine.built(context, {"BASE": runtime_image}) as image:
        engine.client.tag(image, name, "1")
    try:
        found = engine.inspect(f"{name}:1")
        assert found
        assert found["Id"] == image
    finally:
        engine.client.remove_image(f"{name}:1")


def test_a_fault_in_the_dockerfile_is_a_build_error(engine: Engine) -> None:
    with pytest.raises(BuildError, match="unknown instruction: FORM"):
        engine.build({"Dockerfile": b"FORM scratch\n"}, {})


def test_a_missing_image_is_named(engine: Engine) -> None:
    with pytest.raises(AbsentError, match="no-such-image") as raised, engine.container("no-such-image:0"):
        pass
    assert "nox -s engine" in str(raised.value)


def test_an_image_that_cannot_be_pulled_is_named_with_what_to_do(engine: Engine) -> None:
    said: list[str] = []
    with pytest.raises(EngineError, match=r"127\.0\.0\.1:1/nothing") as raised:
        engine.resolve("127.0.0.1:1/nothing:0", "x86_64", said.append)
    assert said == ["pulling 127.0.0.1:1/nothing:0 for x86_64"]
    assert "nox -s engine" in raised.value.faults[0].cure


def test_the_digest_without_the_sdk_is_the_one_with_it(engine: Engine, runtime_image: str) -> None:
    resolved = engine.resolve(runtime_image, "x86_64", silent)
    found = engine.inspect(runtime_image)
    assert found
    assert resolved.digest.startswith("sha256:")
    assert image_digest(runtime_image, os.environ) == resolved
    assert image_digest(found["Id"], os.environ) == engine.resolve(found["Id"], "x86_64", silent)


def test_the_digest_of_an_absent_image_is_left_to_the_sdk(engine: Engine) -> None:
    assert engine.inspect("no-such-image:0") is None
    assert image_digest("no-such-image:0", os.environ) is None
