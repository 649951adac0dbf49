"""What is in no code zip: what is excluded, ignored, written by the pipeline, secret, or no plain file."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.code.bundle import bundles
from deploy.code.selection import LEFT_OUT
from deploy.settings import Code, Function, Layer, Settings
from tests.deploy.code.bundles import PROJECT, made, refusal, write


@pytest.mark.parametrize(
    "name",
    [
        "__pycache__/bot.cpython-311.pyc",
        "rooms/__pycache__/hall.cpython-311.pyc",
        "bot.pyc",
        ".git/config",
        "rooms/.DS_Store",
        "bot.py~",
        ".bot.py.swp",
        "bot.py.swp",
        "#bot.py#",
        "bot.py.orig",
        "bot.py.rej",
        "bot.py.bak",
    ],
)
def test_what_tools_leave_behind_does_not_ship(project: Settings, name: str) -> None:
    before = made(project).sha256
    write(project.project / "src" / name, "left behind")
    assert made(project).sha256 == before
    top = name.partition("/")[0] if name.startswith(("__pycache__", ".git")) else name
    assert any(each.startswith(f"src/{top}".removesuffix("/hall.cpython-311.pyc")) for each in made(project).left_out)


@pytest.mark.parametrize("name", [".env", ".env.production", "rooms/.env"])
def test_secrets_beside_the_sources_stop_it(project: Settings, name: str) -> None:
    write(project.project / "src" / name, "TOKEN=abc")
    assert f"src/{name}: holds secrets" in refusal(project)


def test_secrets_cannot_be_included_either(project: Settings) -> None:
    write(project.project / ".env", "TOKEN=abc")
    assert ".env: holds secrets" in refusal(replace(project, code=Code(include=(Path(".env"),))))


@pytest.mark.parametrize("target", ["bot.py", "rooms", "/etc/hostname", "nowhere"])
def test_links_to_files_and_folders_are_refused(project: Settings, target: str) -> None:
    (project.project / "src/link").symlink_to(target)
    assert "src/link: is a link" in refusal(project)


def test_an_included_link_is_refused(project: Settings) -> None:
    (project.project / "config/link.yaml").symlink_to("menu.yaml")
    assert "config/link.yaml: is a link" in refusal(replace(project, code=Code(include=(Path("config/link.yaml"),))))


@pytest.mark.timeout(10)
def test_a_pipe_is_refused_and_not_read(project: Settings) -> None:
    os.mkfifo(project.project / "src/pipe")
    assert "src/pipe: is not a file" in refusal(project)


@pytest.mark.parametrize("include", ["../outside.yaml", "/etc/hostname", "config/../../outside.yaml"])
def test_nothing_outside_of_the_project_is_included(project: Settings, include: str) -> None:
    write(project.project.parent / "outside.yaml", "")
    assert f"code.include: {include}: is not inside the project" in refusal(
        replace(project, code=Code(include=(Path(include),)))
    )


@pytest.mark.parametrize("name", ["data/.well-known/x.json", ".defaults.toml", ".env.example", "rooms/tests/t.py"])
def test_a_hidden_file_ships_as_any_other(project: Settings, name: str) -> None:
    write(project.project / "src" / name, "{}")
    assert made(project).files[name] == b"{}"
    assert not made(project).left_out


@pytest.mark.parametrize("name", [".venv/lib/x.py", "node_modules/a/b.js", "tests/test_bot.py", "docs/guide.md"])
def test_environments_tests_and_what_is_excluded_stay_behind_and_are_named(project: Settings, name: str) -> None:
    write(project.project / "src" / name, "x")
    excluding = replace(project, code=Code(exclude=("docs/",)))
    assert name not in made(excluding).files
    assert made(excluding).left_out == (f"src/{name.partition('/')[0]}",)


def test_with_the_handler_at_the_root_nothing_that_is_written_ships_and_a_second_bundle_is_the_same(
    project: Settings,
) -> None:
    root = replace(project, code=Code(source=Path()))
    write(project.project / "config/pipeline.yaml", "layers: {}\n")
    write(project.project / "app.py", "import src.bot\nhandler = None\n")
    functions = {"app": Function(key="app", name="app", handler="app.handler")}
    root = replace(root, functions=functions)
    first = made(root)
    assert (project.project / "dist/code.zip").is_file()
    assert [made(root).sha256 for _ in range(4)] == [first.sha256] * 4
    assert sorted(first.files) == [
        "app.py",
        "config/menu.yaml",
        "src/bot.py",
        "src/rooms/__init__.py",
        "src/rooms/hall.py",
        "src/rooms/words.txt",
    ]


def test_what_git_ignores_does_not_ship_secrets_among_it(project: Settings) -> None:
    subprocess.run(["git", "init", "-q", project.project], check=True)
    write(project.project / ".gitignore", "*.log\nbuild/\n.env\n")
    for name in ("run.log", "build/lib/big.bin", ".env"):
        write(project.project / "src" / name, "TOKEN=abc")
    left = made(project)
    assert not {"run.log", "build/lib/big.bin", ".env"} & set(left.files)
    assert set(left.left_out) == {"src/run.log", "src/build", "src/.env"}


def test_nothing_that_the_pipeline_reads_or_writes_ships_with_the_handler_at_the_root(
    project: Settings, tmp_path: Path
) -> None:
    layers = {"deps": Layer(name="deps"), "more": Layer(name="more", requirements=Path("more.txt"))}
    root = replace(project, code=Code(source=Path()), template=Path("config/template.yaml"), layers=layers)
    locks = [f"{name}{ending}" for name in ("requirements", "more") for ending in (".in", ".txt", ".build.txt")]
    for name in (*locks, "Dockerfile.layer", "config/template.yaml", "cache/layers/x"):
        write(project.project / name, "x")
    write(project.project / "app.py", "handler = print\n")
    functions = {"app": Function(key="app", name="app", handler="app.handler")}
    made = bundles(replace(root, functions=functions), tmp_path / "dist", tmp_path / "cache")["app"]
    assert [name for name in made.files if not name.startswith("src/")] == ["app.py", "config/menu.yaml"]
    assert {*locks, "Dockerfile.layer", "config/template.yaml", "cache"} <= set(made.left_out)


def test_the_documentation_names_all_that_is_left_out() -> None:
    page = (PROJECT / "docs/how-to/code.md").read_text(encoding="utf-8")
    assert [name for name in LEFT_OUT if f"`{name}`" not in page] == []
