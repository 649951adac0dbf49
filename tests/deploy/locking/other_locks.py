"""A project that uv locks."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
import uv

from deploy.configuration import load
from deploy.errors import ConfigError, LockError
from deploy.locking import locked
from deploy.settings import Target

if TYPE_CHECKING:
    from tests.deploy.locking.conftest import Project

X86, ARM = Target("python3.11", "x86_64"), Target("python3.11", "arm64")
PYPROJECT = """\
[project]
name = "own-project"
version = "1"
requires-python = ">=3.11.4"
dependencies = ["demo[more]<3", "native", "old; python_full_version < '3.11.3'", "windows; sys_platform == 'win32'"]
[project.optional-dependencies]
extra = ["extra"]
[dependency-groups]
dev = ["linter"]
lambda = ["grouped"]
"""


def uv_(project: Project, *arguments: str) -> str:
    environment = os.environ | {"UV_DEFAULT_INDEX": os.environ["PIP_INDEX_URL"]}
    done = subprocess.run(
        [uv.find_uv_bin(), *arguments], cwd=project.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def versions(project: Project, target: Target = X86) -> dict[str, str]:
    return {pin.name: pin.version for pin in locked.pins(load(project.folder, {}), target)}


def refusal(project: Project, kind: type[LockError | ConfigError] = LockError) -> str:
    with pytest.raises(kind) as caught:
        versions(project)
    return str(caught.value)


BASE = {"demo": "2.0", "through": "1.0", "native": "1.5"}
