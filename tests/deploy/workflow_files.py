"""The workflows of this repository, read."""

from __future__ import annotations

import argparse
import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
NOX = re.compile(
    r"^(?:nox (?:--install-only )?-s (?P<sessions>[a-z][\w-]*(?: [a-z][\w-]*)*)(?: --)?"
    r"|python -m deploy (?P<command>[a-z][\w-]*))"
    r"(?: (?P<options>-[^&|>\n]+?))?[ ]*(?:[&|>].*)?$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Job:
    workflow: str
    name: str
    body: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.workflow}: {self.name}"

    @property
    def steps(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body.get("steps", [])
        return found

    @property
    def runs(self) -> list[str]:
        return [step["run"] for step in self.steps if "run" in step]

    @property
    def uses(self) -> list[str]:
        named = [step["uses"] for step in self.steps if "uses" in step]
        return [*named, self.body["uses"]] if "uses" in self.body else named

    @property
    def takes_tokens(self) -> bool:
        return "uses" not in self.body and self.body["permissions"].get("id-token") == "write"

    @property
    def deploys(self) -> bool:
        return any(re.search(r"python -m deploy (deploy|promote)\b", run) for run in self.runs)


def read(path: Path) -> dict[str, Any]:
    # YAML reads the key `on` as true.
    return {"on" if key is True else key: value for key, value in yaml.safe_load(path.read_text()).items()}


WORKFLOWS = {path.name: read(path) for path in sorted(FOLDER.glob("*.yml"))}
JOBS = [Job(file, name, body) for file, each in WORKFLOWS.items() for name, body in each["jobs"].items()]
LINES = [
    (job, found)
    for job in JOBS
    for run in job.runs
    for found in NOX.finditer(re.sub(r"^\s+", "", run, flags=re.MULTILINE))
]


def sessions() -> set[str]:
    found = set()
    for node in ast.parse((ROOT / "noxfile.py").read_text()).body:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                call = decorator.func if isinstance(decorator, ast.Call) else decorator
                if ast.unparse(call) == "nox.session":
                    keywords = {each.arg: each.value for each in getattr(decorator, "keywords", ())}
                    name = keywords.get("name")
                    found.add(str(name.value) if isinstance(name, ast.Constant) else node.name)
    return found


def options_of(parser: argparse.ArgumentParser, command: str) -> set[str]:
    (commands,) = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return set(commands.choices[command]._option_string_actions)
