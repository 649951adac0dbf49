"""A run without changes is answered, and from no less than it would read: the oracle is what Python opens in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from deploy.unchanged import inputs
from tests.integration.small_project import ROOT, Run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.container

# Runs the command and tells, as the last line on stderr, what it opened and which variables it asked for.
HEARD = """
import json, os, sys
opened, asked = set(), set()

class Heard(type(os.environ)):
    def get(self, name, default=None):
        asked.add(name)
        return super().get(name, default)

def hear(event, what):
    if event in {"open", "os.listdir", "os.scandir"} and isinstance(what[0], (str, bytes, os.PathLike)):
        opened.add(os.fsdecode(what[0]))

os.environ.__class__ = Heard
sys.addaudithook(hear)
from deploy.__main__ import main
sys.argv[1:] = ["--project", sys.argv[1], "layer"]
code = main(sys.argv[1:])
print(json.dumps([sorted(opened), sorted(asked)]), file=sys.stderr)
sys.exit(code)
"""


def test_a_run_without_changes_is_answered_from_no_less_than_it_would_read(project: Path, cache: Path) -> None:
    _with_all_kinds_of_files(project)
    second, third = [Run(project, cache, PYTHONPROFILEIMPORTTIME="1").must() for _ in range(3)][1:]
    assert "deploy.prepare" in second.err
    assert "deploy.configuration" not in third.err
    assert third.out == second.out
    opened, asked = _heard(project, cache)
    named = _newest_answer(cache)["inputs"]
    below = tuple(f"{words[2] if words[0] == 'code' else words[1]}/" for words in named if words[0] in {"code", "tree"})
    files = {words[1] for words in named if words[0] == "file"}
    own = {each for each in opened if each.startswith(f"{project}/")}
    assert {f"{project}/config/pipeline.yaml", f"{project}/src/app.py", f"{project}/tools/run"} <= own
    assert {each for each in own if each not in files and not f"{each}/".startswith(below)} == set()
    assert {"CHANNELWRIGHT_CACHE", "DOCKER_HOST", "HOME"} <= asked
    assert asked - inputs.variables(dict.fromkeys(asked, "")).keys() == set()


def _with_all_kinds_of_files(project: Path) -> None:
    config, function = project / "config/pipeline.yaml", "Properties: {FunctionName: hello, MemorySize: 256}"
    more = "template: template.yaml\ncode: {include: [words, one.txt]}\n"
    config.write_text(config.read_text().replace("tiny: {", "tiny: {modules: [shared], files: {bin/: tools}, ") + more)
    for name in ("words/tea.txt", "one.txt", "tools/run", "shared/__init__.py", "shared/more.py"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("")
    (project / "template.yaml").write_text(f"Resources: {{Hello: {{Type: AWS::Lambda::Function, {function}}}}}\n")


def _newest_answer(cache: Path) -> dict[str, Any]:
    newest = max((cache / "checks").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    answer: dict[str, Any] = json.loads(newest.read_text().partition("\n")[2])
    return answer


def _heard(project: Path, cache: Path) -> tuple[set[str], set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", HEARD, str(project)],
        env={**os.environ, "CHANNELWRIGHT_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    opened, asked = json.loads(done.stderr.splitlines()[-1])
    return set(opened), set(asked)
