"""Single steps of the workflows, run in a folder with a gh that answers as GitHub does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
GH = """#!/bin/sh
echo "$@" >> "$GH_LOG"
case "$*" in
  *"$GH_REFUSES"*) exit 1 ;;
  "pr list"*) echo "$GH_OPEN" ;;
  "api repos/octo/channelwright/commits/v1.2.3 "*) echo c0de ;;
esac
"""


class Runner:
    """Runs single steps in `work`; `output` is what they set, `asked` what they asked of gh."""

    def __init__(self, folder: Path, work: Path | None = None) -> None:
        self.folder, self.work = folder, work or folder
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "gh").write_text(GH)
        (folder / "bin" / "gh").chmod(0o755)
        self.environment = {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(folder),
            "GH_LOG": str(folder / "gh.log"),
            "GH_REFUSES": "nothing",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_REPOSITORY": "octo/bot",
            "GITHUB_SHA": "c0ffee",
            "RUNNER_TEMP": str(folder / "temp"),
        }

    def run(self, workflow: str, job: str, step: str, **environment: str) -> int:
        jobs: dict[str, Any] = yaml.safe_load((FOLDER / workflow).read_text())["jobs"]
        (found,) = [each["run"] for each in jobs[job]["steps"] if each.get("name", "").startswith(step)]
        command = ["bash", "--noprofile", "--norc", "-e", "-c", found]
        done = subprocess.run(command, cwd=self.work, env=self.environment | environment, check=False, timeout=60)
        return done.returncode

    @property
    def output(self) -> dict[str, str]:
        lines = (self.folder / "output").read_text().splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}

    @property
    def asked(self) -> str:
        return (self.folder / "gh.log").read_text()


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout
