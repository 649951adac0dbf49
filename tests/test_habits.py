"""What people and machines do around the code: hooks before a commit, forms for issues."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
FORMS = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")
    if path.name != "config.yml"
}


def linters() -> dict[str, tuple[str, ...]]:
    """Return what `nox -s lint` runs, by name."""
    for node in ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LINTERS":
            found: dict[str, tuple[str, ...]] = ast.literal_eval(node.value)
            return found
    raise AssertionError("noxfile.py has no LINTERS")


def hooks() -> list[dict[str, Any]]:
    return [hook for repo in HOOKS for hook in repo["hooks"]]


def test_each_linter_of_nox_has_one_hook_and_there_is_no_other() -> None:
    assert [hook["id"] for hook in hooks()] == list(linters())
    for hook in hooks():
        assert hook["entry"] == f"nox -s lint -- {hook['id']}"


def test_every_hook_is_for_files_that_exist_and_its_linter_reads_them() -> None:
    folders = (ROOT / ".github", ROOT / "config", ROOT / "deploy")
    there = [*ROOT.iterdir(), *(path for folder in folders for path in folder.rglob("*"))]
    tracked = [path.relative_to(ROOT).as_posix() for path in there]
    for hook in hooks():
        assert any(re.search(hook["files"], path) for path in tracked), hook["id"]
        named = [each for each in linters()[hook["id"]] if each.endswith(".yaml")]
        assert all(re.search(hook["files"], path) for path in named), hook["id"]


def test_the_lint_session_runs_all_of_them_or_those_that_are_named() -> None:
    (lint,) = (
        node
        for node in ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "lint"
    )
    assert "for name in session.posargs or LINTERS:\n    session.run(*LINTERS[name])" in ast.unparse(lint).replace(
        "\n    ", "\n"
    )


@pytest.mark.parametrize("name", FORMS)
def test_a_form_asks_for_what_doctor_says_as_json(name: str) -> None:
    (doctor,) = (each for each in FORMS[name]["body"] if each.get("id") == "doctor")
    assert "nox -s doctor -- --json" in doctor["attributes"]["description"]
    assert doctor["attributes"]["render"] == "json"


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_what_github_takes(name: str) -> None:
    """https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests."""
    form = FORMS[name]
    assert form["name"]
    assert form["description"]
    ids = [each["id"] for each in form["body"]]
    assert len(ids) == len(set(ids))
    for each in form["body"]:
        assert each["type"] in {"textarea", "input"}
        assert each["attributes"]["label"]
    assert any(each.get("validations", {}).get("required") for each in form["body"])
