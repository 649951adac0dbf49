"""What a run printed is an answer as long as nothing that it followed from is another; else the run is."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from deploy.container.digest import RuntimeImage
from deploy.prepare import Prepared
from deploy.unchanged import answer, gathered, inputs
from deploy.unchanged.answer import Expected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IMAGE = f"python@sha256:{'0' * 64}"  # which needs no engine to know it
CONFIG = f"""
image: {IMAGE}
template: template.yaml
layers:
  tiny:
    packages: [six]
    modules: [shared]
    files: {{bin/: tools}}
functions:
  hello: {{name: hello, handler: app.handler, layers: [tiny]}}
code: {{include: [words, one.txt], exclude: ["*.md"]}}
"""
FILES = {
    "config/pipeline.yaml": CONFIG,
    "requirements.txt": f"six==1.17.0 --hash=sha256:{'1' * 64}\n",
    "template.yaml": "Resources: {}\n",
    "src/app.py": "def handler(event, context): ...\n",
    "src/notes.md": "left out\n",
    "shared/__init__.py": "",
    "shared/deep/er.py": "",
    "tools/run": "#!/bin/sh\n",
    "words/tea.txt": "tea\n",
    "one.txt": "one\n",
    "README.md": "of no consequence\n",
    "dist/tiny.zip": "made of all that",
}
SAID = ["layer  unchanged", "dist/tiny.zip"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder, pipeline = tmp_path / "project", tmp_path / "pipeline"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    pipeline.mkdir()
    (pipeline / "build.py").write_text("")
    (tmp_path / "cache").mkdir()
    for each in tmp_path.rglob("*"):
        os.utime(each, (1_000_000_000, 1_000_000_000), follow_symlinks=False)
    monkeypatch.setattr(gathered, "_PIPELINE", pipeline)
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CHANNELWRIGHT_RUNTIME_IMAGE", raising=False)
    return folder


def told(project: Path) -> list[str] | None:
    return answer.known(["--project", str(project), "layer"])


def run(project: Path, meanwhile: Callable[[], object] = lambda: None, **done: frozenset[str]) -> None:
    """Do what a run does that finds nothing to do; `meanwhile` happens while it looks."""
    expected = Expected.of(load(project, os.environ), os.environ)
    meanwhile()
    nothing = Prepared(layers=(), code={}, fresh=done.get("fresh", frozenset()))
    if expected:
        expected.keep(nothing, SAID, os.environ)


CHANGES: dict[str, Callable[[Path], object]] = {
    "the configuration": lambda at: (at / "config/pipeline.yaml").write_text(CONFIG + "# more\n"),
    "the lock": lambda at: (at / "requirements.txt").write_text("six==1.16.0\n"),
    "the template": lambda at: (at / "template.yaml").write_text("Resources: {A: {}}\n"),
    "a Dockerfile that was not there": lambda at: (at / "Dockerfile.layer").write_text("FROM scratch\n"),
    "a module of the code": lambda at: (at / "src/app.py").write_text("def handler(event, context): pass\n"),
    "a new file of the code": lambda at: (at / "src/more.py").write_text(""),
    "a file of the code that goes": lambda at: (at / "src/app.py").unlink(),
    "a file that may be run now": lambda at: (at / "src/app.py").chmod(0o755),
    "a link in a file's place": lambda at: _linked(at / "src/app.py"),
    "an included file": lambda at: (at / "one.txt").write_text("two\n"),
    "a file of an included folder": lambda at: (at / "words/tea.txt").write_text("coffee\n"),
    "an own module": lambda at: (at / "shared/deep/er.py").write_text("x = 1\n"),
    "a file that the layer brings": lambda at: (at / "tools/run").write_text("#!/bin/sh -e\n"),
    "a new one in its folder": lambda at: (at / "tools/more").write_text(""),
    "what was left out and would ship": lambda at: (at / "src/notes.md").rename(at / "src/notes.txt"),
    "a zip in dist": lambda at: (at / "dist/tiny.zip").write_bytes(b"of somebody else"),
    "a source of the pipeline": lambda at: (at.parent / "pipeline/build.py").write_text("more"),
    "a new source of the pipeline": lambda at: (at.parent / "pipeline/more.py").write_text(""),
}


def _linked(path: Path) -> None:
    elsewhere = path.rename(path.parent.parent / "elsewhere.py")
    path.symlink_to(elsewhere)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_is_left_to_the_run(
    project: Path, change: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [["file", str(project / "dist/tiny.zip")]]
    monkeypatch.setattr(gathered, "of_results", lambda *_: made)
    assert told(project) is None
    run(project)
    assert told(project) == SAID
    change(project)
    assert told(project) is None


def test_what_decides_nothing_may_change(project: Path) -> None:
    run(project)
    (project / "README.md").write_text("other words\n")
    (project / "src/notes.md").write_text("other words\n")
    (project / "src/app.py").touch()
    assert told(project) == SAID


@pytest.mark.parametrize("name", ["CHANNELWRIGHT_RUNTIME_IMAGE", "DOCKER_HOST", "PATH", "COLUMNS", "LC_ALL"])
def test_another_environment_asks_for_another_answer(project: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    run(project)
    monkeypatch.setenv("SHLVL", "7")
    assert told(project) == SAID
    monkeypatch.setenv(name, "70")
    assert told(project) is None


def test_a_command_line_that_wants_more_is_never_answered(project: Path) -> None:
    run(project)
    for words in (["layer", "--verify"], ["layer", "--no-cache"], ["layer", "--json"], ["-v", "layer"], ["deploy"], []):
        assert answer.known(["--project", str(project), *words]) is None


def test_a_run_that_did_something_is_no_answer(project: Path, tmp_path: Path) -> None:
    run(project, fresh=frozenset({"tiny"}))
    run(project, meanwhile=(tmp_path / "cache/checks").mkdir)
    assert told(project) is None
    os.utime(tmp_path / "cache/checks", (1_000_000_000, 1_000_000_000))
    run(project, meanwhile=lambda: (project / "dist/tiny.json").write_text("{}"))
    assert told(project) is None


def test_what_changed_while_it_ran_is_no_answer(project: Path) -> None:
    run(project, meanwhile=lambda: (project / "src/app.py").write_text("def handler(event, context): pass\n"))
    assert told(project) is None
    (project / "config/pipeline.yaml").touch()  # after this process began, so perhaps after it was read
    run(project)
    assert told(project) is None


def test_a_pipeline_that_was_edited_since_it_was_loaded_gives_no_answer(project: Path) -> None:
    (project.parent / "pipeline/build.py").touch()
    run(project)
    assert told(project) is None


def test_where_others_may_write_nothing_kept_is_an_answer(project: Path, tmp_path: Path) -> None:
    run(project)
    (tmp_path / "cache").chmod(0o777)
    assert told(project) is None


THEIRS = "layer-arns: {theirs: {eu-central-1: 'arn:aws:lambda:eu-central-1:123456789012:layer:theirs:1'}}"
WITH_THEIRS = f"functions: {{hello: {{name: hello, handler: app.handler, layers: [tiny, theirs]}}}}\n{THEIRS}"


@pytest.mark.parametrize("text", ["requirements: uv.lock", WITH_THEIRS], ids=["a lock of uv's", "a layer of others"])
def test_what_more_than_files_decides_is_left_to_the_run(project: Path, text: str) -> None:
    without = CONFIG.replace(CONFIG[CONFIG.index("functions:") : CONFIG.index("code:")], "")
    (project / "config/pipeline.yaml").write_text(f"{without}\n{text}\n")
    os.utime(project / "config/pipeline.yaml", (1_000_000_000, 1_000_000_000))
    (project / "uv.lock").write_text("version = 1\n")
    run(project)
    assert told(project) is None


def test_what_git_ignores_from_now_on_is_found_out(project: Path) -> None:
    subprocess.run(["git", "init", "--quiet", project], check=True)
    run(project)
    assert told(project) == SAID
    (project / ".gitignore").write_text("app.py\n")
    assert told(project) is None


def test_the_image_that_has_the_name_now_counts_and_an_engine_that_does_not_answer_gives_none(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stands_for = {"a:1": "sha256:1"}

    def asked(reference: str, *_: object) -> RuntimeImage | None:
        return RuntimeImage(reference, stands_for[reference]) if reference in stands_for else None

    monkeypatch.setattr(inputs, "image_digest", asked)
    monkeypatch.setenv("CHANNELWRIGHT_RUNTIME_IMAGE", "a:1")
    run(project)
    assert told(project) == SAID
    stands_for["a:1"] = "sha256:2"
    assert told(project) is None
    stands_for.clear()
    assert told(project) is None
