"""The code's own bytecode. The oracle is Python itself: what it loads, and what it would have compiled."""

from __future__ import annotations

import hashlib
import json
import marshal
import subprocess
import sys
from dataclasses import replace
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from deploy.code import bytecode
from deploy.code.bundle import CodeBundle, bundle
from deploy.completed import Completed
from deploy.configuration import load
from deploy.errors import BuildError
from deploy.executable import Executable
from deploy.settings import Code, CodeBytecode, Function, Settings, Start

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = {
    "bot.py": "import rooms.hall\nhandler = rooms.hall.enter\n",
    "rooms/__init__.py": "",
    "rooms/hall.py": "def enter(event, context):\n    return event\n\n\ndef fall():\n    raise ValueError('down')\n",
}
POLICIES: tuple[CodeBytecode, ...] = ("unchecked-hash", "sourceless")


def made(tmp_path: Path, **code: object) -> CodeBundle:
    for name, text in SOURCES.items():
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    functions = {"bot": Function(key="bot", name="bot", handler="bot.handler")}
    settings = Settings(project=tmp_path, functions=functions, code=replace(Code(), **code))  # type: ignore[arg-type] # a field each
    return bundle(settings, tmp_path / "dist")


def run(task: Path, script: str) -> str:
    """Run a script in a new Python that finds the code, may write nothing, and says whatever it compiles."""
    watch = """
import importlib.machinery as _m
_usual = _m.SourceFileLoader.source_to_code
def _noting(self, data, path, **options):
    if "/task/" in str(path): print("compiled", path)
    return _usual(self, data, path, **options)
_m.SourceFileLoader.source_to_code = _noting
"""
    command = [sys.executable, "-B", "-c", f"import sys; sys.path.insert(0, {str(task)!r})\n{watch}\n{script}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def unpacked(made: CodeBundle, tmp_path: Path) -> Path:
    task = tmp_path / "task"
    with ZipFile(made.zip) as archive:
        archive.extractall(task)
    return task


@pytest.mark.parametrize("policy", POLICIES)
def test_python_takes_the_bytecode_and_compiles_nothing(tmp_path: Path, policy: CodeBytecode) -> None:
    task = unpacked(made(tmp_path, bytecode=policy), tmp_path)
    assert run(task, "import bot; print(bot.handler(3, None))") == "3\n"


def test_without_it_python_compiles_every_module(tmp_path: Path) -> None:
    task = unpacked(made(tmp_path), tmp_path)
    said = run(task, "import bot; print(bot.handler(3, None))").splitlines()
    assert said == [*(f"compiled {task}/{name}" for name in ("bot.py", "rooms/__init__.py", "rooms/hall.py")), "3"]


def test_beside_each_source_lies_what_python_itself_would_look_for(tmp_path: Path) -> None:
    files = made(tmp_path, bytecode="unchecked-hash").files
    assert set(files) == {*SOURCES, *map(cache_from_source, SOURCES)}
    for name, text in SOURCES.items():
        content = files[cache_from_source(name)]
        assert content[:16] == MAGIC_NUMBER + (1).to_bytes(4, "little") + source_hash(text.encode())
        assert marshal.loads(content[16:]).co_filename == f"/var/task/{name}"  # noqa: S302 - just made


def test_in_place_of_each_source_lies_its_bytecode_and_a_program_stays_one(tmp_path: Path) -> None:
    program = tmp_path / "src/tool.py"
    program.parent.mkdir()
    program.write_text("#!/usr/bin/env python3\nprint(1)\n")
    program.chmod(0o755)
    files = made(tmp_path, bytecode="sourceless").files
    assert set(files) == {"bot.pyc", "rooms/__init__.pyc", "rooms/hall.pyc", "tool.py"}
    assert isinstance(files["tool.py"], Executable)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_traceback_has_the_path_and_the_line(tmp_path: Path, policy: CodeBytecode) -> None:
    """With a source at hand Python says where it found that; without, where the bytecode says that it was."""
    task = unpacked(made(tmp_path, bytecode=policy), tmp_path)
    script = "import traceback, rooms.hall\ntry: rooms.hall.fall()\nexcept ValueError: print(traceback.format_exc())"
    where = {"unchecked-hash": str(task), "sourceless": "/var/task"}[policy]
    assert f'File "{where}/rooms/hall.py", line 6, in fall' in run(task, script)


def test_the_bytecode_is_of_what_ships_not_of_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/said.py").write_text('"""What it is."""\nVALUE = 1\n')
    files = made(tmp_path, bytecode="unchecked-hash", documentation=False).files
    assert files["said.py"] == b"\nVALUE = 1\n"
    assert files[cache_from_source("said.py")][8:16] == source_hash(b"\nVALUE = 1\n")


def test_the_same_sources_give_the_same_bytes_here_and_by_a_script_alone(tmp_path: Path) -> None:
    sources = {name: text.encode() for name, text in SOURCES.items()}

    def alone(script: bytes, argument: str) -> Completed:
        command = [sys.executable, "-I", "-S", "-c", script.decode(), argument]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONHASHSEED": "7"})
        return Completed(done.returncode, done.stdout, done.stderr)

    there = bytecode.answered(bytecode.compile_by(alone, dict(reversed(sources.items()))))
    assert there == bytecode.here(sources)
    first = made(tmp_path, bytecode="unchecked-hash").sha256
    (tmp_path / "dist/code.zip").unlink()
    assert made(tmp_path, bytecode="unchecked-hash").sha256 == first


def test_a_python_that_cannot_compile_them_is_shown_with_what_it_wrote() -> None:
    with pytest.raises(BuildError, match="could not compile it") as refused:
        bytecode.compile_by(lambda *_: Completed(1, "", "no room"), {"a.py": b""})
    assert "no room" in refused.value.log


def test_whatever_is_compiled_is_an_input() -> None:
    assert bytecode.inputs({"a.py": b"1"}) != bytecode.inputs({"a.py": b"2"})
    assert bytecode.inputs({"a.py": b"1"}) != bytecode.inputs({"b.py": b"1"})
    assert bytecode.inputs({"a.py": b"1"})[1:] == [f"a.py {hashlib.sha256(b'1').hexdigest()}"]


def test_the_configuration_says_so_and_a_function_may_say_otherwise(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/pipeline.yaml").write_text(
        json.dumps(
            {
                "layers": {},
                "functions": {
                    "a": {"name": "a", "handler": "a.handler"},
                    "b": {"name": "b", "handler": "b.handler", "code": {"bytecode": "none", "start": {"gc": "usual"}}},
                },
                "code": {"bytecode": "sourceless", "start": {"gc": "frozen"}},
            }
        )
    )
    settings = load(tmp_path, {})
    assert settings.code == Code(bytecode="sourceless", start=Start(gc="frozen"))
    assert settings.code_of(settings.functions["b"]) == Code()
