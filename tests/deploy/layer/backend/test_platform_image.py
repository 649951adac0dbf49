"""Which image stands for a target, on an engine whose answers a test decides; real ones are in tests/integration."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from deploy.completed import Completed
from deploy.container.digest import RuntimeImage
from deploy.errors import EngineError
from deploy.layer.backend.platform_image import find
from deploy.settings import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from deploy.container.engine import Engine
    from deploy.settings import Architecture

NAME = "lambda:3.11"
ARM = Target("python3.11", "arm64")


@dataclass
class Fake:
    """An x86_64 engine that has `images`; programs of an image say that the machine is `machine`, or do not run."""

    images: dict[Architecture, str] = field(default_factory=dict)
    machine: str = ""
    architecture: Architecture = "x86_64"
    asked: list[Architecture] = field(default_factory=list)
    entry_point: tuple[str, ...] = ("/lambda-entrypoint.sh",)

    def inspect(self, reference: str) -> Mapping[str, Any]:
        assert reference == NAME
        return {"Config": {"Entrypoint": list(self.entry_point) or None}}

    def resolve(self, reference: str, architecture: Architecture, say: object) -> RuntimeImage:
        del say
        self.asked.append(architecture)
        if architecture not in self.images:
            raise EngineError.of(f"pulling {reference}", "no matching manifest for linux/arm64.")
        return RuntimeImage(reference, self.images[architecture])

    @contextmanager
    def container(self, image: str) -> Iterator[Fake]:
        assert image == NAME
        yield self

    def call(self, command: Sequence[str], *, timeout: float) -> Completed:
        assert (command[0], timeout > 60) == ("python3.11", True)  # an emulator is slow, and slower on a busy machine
        if self.machine == "another runtime's":
            return Completed(127, 'OCI runtime exec failed: exec: "python3.11": executable file not found in $PATH', "")
        if not self.machine:
            raise EngineError.of("running python3.11", "is not running")
        return Completed(0, f"{self.machine}\n", "")

    def logs(self) -> str:
        return "exec /bin/sleep: exec format error\n"


def found(engine: Fake, target: Target = ARM, *, must_run: bool = False) -> RuntimeImage:
    return find(cast("Engine", engine), NAME, target, cast("Any", print), must_run=must_run)


def test_an_image_that_starts_no_handler_is_refused_only_where_one_is_to_be_tried() -> None:
    plain, target = Fake({"x86_64": "sha256:x"}, entry_point=()), Target("python3.11", "x86_64")
    with pytest.raises(EngineError, match="is no image of a Lambda runtime"):
        found(plain, target, must_run=True)
    assert found(plain, target) == RuntimeImage(NAME, "sha256:x")
    assert found(Fake({"x86_64": "sha256:x"}), target, must_run=True) == RuntimeImage(NAME, "sha256:x")


def test_the_engines_own_architecture_is_taken_without_a_trial() -> None:
    engine = Fake({"x86_64": "sha256:x"})
    assert found(engine, Target("python3.11", "x86_64")) == RuntimeImage(NAME, "sha256:x")


def test_an_emulated_image_is_the_targets_own() -> None:
    engine = Fake({"x86_64": "sha256:x", "arm64": "sha256:a"}, machine="aarch64")
    assert found(engine) == RuntimeImage(NAME, "sha256:a")
    assert found(engine, must_run=True) == RuntimeImage(NAME, "sha256:a")


@pytest.mark.parametrize(
    ("images", "machine", "lack"),
    [
        ({"x86_64": "sha256:x"}, "", "its image cannot be had (no matching manifest for linux/arm64)"),
        (
            {"x86_64": "sha256:x", "arm64": "sha256:a"},
            "",
            "it does not run here (exec /bin/sleep: exec format error)",
        ),
        ({"x86_64": "sha256:x", "arm64": "sha256:a"}, "x86_64", "its image is for x86_64 in truth"),
    ],
)
def test_the_engines_own_image_stands_in_for_one_that_cannot_be_had_or_run_and_says_why(
    images: dict[Architecture, str], machine: str, lack: str
) -> None:
    engine = Fake(images, machine)
    assert found(engine) == RuntimeImage(NAME, "sha256:x", "x86_64", lack)
    assert engine.asked == ["arm64", "x86_64"]
    with pytest.raises(EngineError):
        found(Fake(images, machine), must_run=True)


def test_an_image_of_another_runtime_is_named_as_that_and_not_as_one_of_another_machine() -> None:
    engine = Fake({"x86_64": "sha256:x", "arm64": "sha256:a"}, "another runtime's")
    with pytest.raises(EngineError, match=r"has no python3\.11.*another runtime's") as refused:
        found(engine, must_run=True)
    assert [each.cure for each in refused.value.faults] == [
        "name this runtime's in `images` of config/pipeline.yaml, or in CHANNELWRIGHT_RUNTIME_IMAGE where that is set"
    ]


def test_where_no_image_can_be_had_that_is_an_error() -> None:
    with pytest.raises(EngineError, match="no matching manifest"):
        found(Fake({}))
