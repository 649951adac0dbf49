"""Bytecode of the code and a frozen start, in the runtime image: what the real runtime client makes of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from deploy.code import bytecode
from deploy.code.bundle import bundle
from deploy.code.sources import Python, read_here
from deploy.layer.backend.containers import ContainerRuntime
from deploy.layer.template_environment import lambda_environment
from deploy.settings import Code, CodeBytecode, Function, Settings, Start

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deploy.container.engine import Engine

pytestmark = pytest.mark.container

HANDLER = """
import gc
import importlib.machinery
cycles = []
for _ in range(20_000):
    cycles.append([cycles])
seen = sum(each["collections"] for each in gc.get_stats())

def handler(event, context):
    return {
        "file": __file__, "loader": type(__spec__.loader).__name__, "cached": __spec__.cached, "seen": seen,
        "enabled": gc.isenabled(), "threshold": gc.get_threshold()[0], "frozen": gc.get_freeze_count(),
    }
"""


@pytest.fixture
def runtime(engine: Engine, runtime_image: str) -> ContainerRuntime:
    return ContainerRuntime(engine, engine.resolve(runtime_image, "x86_64", print), os.environ, print)


def answers(runtime: ContainerRuntime, tmp_path: Path, policy: CodeBytecode, start: Start) -> dict[str, Any]:
    """Bundle with the image's own Python, and ask the function in the image."""
    (tmp_path / "src").mkdir(exist_ok=True)
    (tmp_path / "src/bot.py").write_text(HANDLER)
    functions = {"bot": Function(key="bot", name="bot", handler="bot.handler")}
    settings = Settings(project=tmp_path, functions=functions, code=Code(bytecode=policy, start=start))

    def compiled(sources: Mapping[str, bytes]) -> Mapping[str, bytes]:
        with runtime.sandbox("python3.11", {}, {}) as sandbox:
            made = bytecode.compile_by(lambda script, given: sandbox.run(script, given, {}, 60), sources)
        return bytecode.answered(made)

    with ZipFile(bundle(settings, tmp_path / "dist", python=Python(read_here, compiled)).zip) as archive:
        task = {name: archive.read(name) for name in archive.namelist()}
    environment = lambda_environment("bot", "eu-central-1", memory=128, runtime="python3.11")
    with runtime.sandbox("python3.11", {}, task) as sandbox:
        answer = sandbox.invoke("bot.handler", environment, {}, 60)
    assert isinstance(answer, dict)
    return answer


def test_a_frozen_start_leaves_the_collector_on_and_what_was_loaded_out_of_its_sight(
    runtime: ContainerRuntime, tmp_path: Path
) -> None:
    usual = answers(runtime, tmp_path, "none", Start())
    frozen = answers(runtime, tmp_path, "none", Start(gc="frozen"))
    assert usual["frozen"] == 0
    assert frozen["frozen"] > 20_000
    assert frozen["seen"] < usual["seen"]
    for each in ("file", "loader", "cached", "enabled", "threshold"):
        assert frozen[each] == usual[each], each
    assert frozen["enabled"]


def test_the_images_own_python_makes_bytecode_that_it_takes(runtime: ContainerRuntime, tmp_path: Path) -> None:
    told = answers(runtime, tmp_path, "sourceless", Start(gc="frozen"))
    assert (told["file"], told["loader"]) == ("/var/task/bot.pyc", "SourcelessFileLoader")
    beside = answers(runtime, tmp_path, "unchecked-hash", Start(gc="frozen"))
    assert (beside["file"], beside["loader"]) == ("/var/task/bot.py", "SourceFileLoader")
    assert beside["cached"] == "/var/task/__pycache__/bot.cpython-311.pyc"
