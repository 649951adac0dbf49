"""A frozen start, seen by the module that is started: it must not be able to tell, but for the collector."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal
from zipfile import ZipFile

import pytest

from deploy.code.bundle import bundle
from deploy.errors import BuildError
from deploy.settings import Code, CodeBytecode, Function, Settings, Start

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.programs

# What Lambda's client does: https://github.com/aws/aws-lambda-python-runtime-interface-client, bootstrap.py
IMPORT = """
import gc, importlib, json, sys
sys.path.insert(0, {task!r})
module = importlib.import_module({module!r})
print(json.dumps(module.handler(None, None)))
"""
HANDLER = """
import gc, sys
cycles = []
for _ in range(20_000):
    cycles.append([cycles])
seen = sum(each["collections"] for each in gc.get_stats())
me = sys.modules[__name__]
while_loading = gc.get_threshold()[0], gc.isenabled()
def handler(event, context):
    spec = __spec__
    return {
        "file": __file__, "cached": __cached__, "name": __name__, "package": __package__,
        "spec": [type(spec.loader).__name__, spec.name, spec.origin, spec.parent],
        "is a package": hasattr(me, "__path__"), "is itself": sys.modules[__name__] is me,
        "loading": while_loading, "seen": seen,
        "after": [gc.get_threshold(), gc.isenabled()], "frozen": gc.get_freeze_count(),
    }
"""


def started(
    tmp_path: Path, gc: Literal["usual", "frozen"], handler: str = "bot.handler", **how: Any
) -> subprocess.CompletedProcess[str]:
    module = handler.rpartition(".")[0].replace("/", ".")
    path = tmp_path / "src" / f"{module.replace('.', '/')}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(how.pop("source", HANDLER))
    functions = {"bot": Function(key="bot", name="bot", handler=handler)}
    settings = Settings(project=tmp_path, functions=functions, code=replace(Code(start=Start(gc=gc)), **how))
    task = tmp_path / gc / "task"
    with ZipFile(bundle(settings, tmp_path / "dist").zip) as archive:
        archive.extractall(task)
    script = IMPORT.format(task=str(task), module=module)
    return subprocess.run([sys.executable, "-B", "-c", script], capture_output=True, text=True, check=False)


def answer(tmp_path: Path, gc: Literal["usual", "frozen"], *which: str, **how: Any) -> dict[str, Any]:
    done = started(tmp_path, gc, *which, **how)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.replace(f"/{gc}/task", "/task"))
    return told


ABOUT_IT = {"loading", "seen", "frozen"}


@pytest.mark.parametrize("bytecode", ["none", "unchecked-hash", "sourceless"])
@pytest.mark.parametrize("handler", ["bot.handler", "rooms/hall.handler", "rooms.hall.handler"])
def test_a_module_is_what_it_would_be_and_nothing_was_collected_meanwhile(
    tmp_path: Path, handler: str, bytecode: CodeBytecode
) -> None:
    usual = answer(tmp_path, "usual", handler, bytecode=bytecode)
    frozen = answer(tmp_path, "frozen", handler, bytecode=bytecode)
    assert {name: value for name, value in frozen.items() if name not in ABOUT_IT} == {
        name: value for name, value in usual.items() if name not in ABOUT_IT
    }
    assert usual["seen"] > frozen["seen"]
    assert (usual["frozen"], frozen["frozen"] > 20_000) == (0, True)
    assert (usual["loading"], frozen["loading"]) == ([usual["after"][0][0], True], [0, True])


@pytest.mark.parametrize(
    ("line", "after"), [("gc.disable()", [[700, 10, 10], False]), ("gc.set_threshold(5, 6, 7)", [[5, 6, 7], True])]
)
@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the numbers are this Python's")
def test_what_a_module_says_to_the_collector_itself_counts(tmp_path: Path, line: str, after: list[object]) -> None:
    assert answer(tmp_path, "usual", source=f"{HANDLER}{line}\n")["after"] == after
    assert answer(tmp_path, "frozen", source=f"{HANDLER}{line}\n")["after"] == after


def test_a_module_that_fails_fails_as_it_would(tmp_path: Path) -> None:
    last = "atexit.register(lambda: print(gc.get_threshold(), gc.get_freeze_count()))"
    source = f"import gc, atexit\n{last}\nraise ValueError('no')"
    usual, frozen = started(tmp_path, "usual", source=source), started(tmp_path, "frozen", source=source)
    assert usual.stderr.splitlines()[-1] == frozen.stderr.splitlines()[-1] == "ValueError: no"
    assert usual.stdout == frozen.stdout
    assert f'File "{tmp_path}/frozen/task/bot.py", line 3' in frozen.stderr


def test_a_handler_in_a_package_is_refused_by_name(tmp_path: Path) -> None:
    package = tmp_path / "src/rooms/__init__.py"
    package.parent.mkdir(parents=True)
    package.write_text(HANDLER)
    functions = {"bot": Function(key="bot", name="bot", handler="rooms.handler")}
    settings = Settings(project=tmp_path, functions=functions, code=Code(start=Start(gc="frozen")))
    with pytest.raises(BuildError, match=r"code\.start: rooms\.handler is in the package rooms/__init__\.py"):
        bundle(settings, tmp_path / "dist")
