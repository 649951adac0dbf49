"""The runtimes' table against what others say: this Python, the schema of the configuration, the names in wheels."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.runtimes.table import BUILT, RUNTIMES, LambdaRuntime
from deploy.settings import Settings

SCHEMA = json.loads((Path(__file__).parents[3] / "deploy/pipeline.schema.json").read_text(encoding="utf-8"))
OWN = "import importlib.util, sys; print(importlib.util.MAGIC_NUMBER.hex(), sys.implementation.cache_tag)"


def _lists(schema: Any) -> list[list[str]]:
    """Return every list in a schema that names a runtime."""
    below = list(schema.values()) if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    found = [each for value in below for each in _lists(value)]
    if isinstance(schema, dict) and any(str(each).startswith("python3") for each in schema.get("enum", ())):
        found.append(schema["enum"])
    return found


def test_every_list_of_runtimes_in_the_schema_is_those_that_layers_are_built_for() -> None:
    lists = _lists(SCHEMA)
    assert len(lists) > 1
    for each in lists:
        assert each == list(BUILT)


def test_the_runtime_of_a_project_that_names_none_is_one_of_them_and_the_same_in_both() -> None:
    assert Settings(project=Path()).runtime == SCHEMA["properties"]["runtime"]["default"]
    assert Settings(project=Path()).runtime in BUILT


@pytest.mark.parametrize("row", RUNTIMES.values(), ids=lambda row: row.name)
def test_a_python_at_hand_writes_what_its_row_says(row: LambdaRuntime) -> None:
    python = sys.executable if row.python == f"{sys.version_info[0]}.{sys.version_info[1]}" else shutil.which(row.name)
    if python is None:
        pytest.skip(f"there is no {row.name} here")
    done = subprocess.run([python, "-I", "-c", OWN], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{row.name} does not run here: {done.stderr}")
    assert done.stdout.split() == [row.header.hex(), row.cache_tag]


def test_this_python_has_a_row() -> None:
    (own,) = (row for row in RUNTIMES.values() if row.header == importlib.util.MAGIC_NUMBER)
    assert own.cache_tag == sys.implementation.cache_tag


def test_each_row_is_another_runtime_and_the_newest_is_last() -> None:
    assert len({row.magic for row in RUNTIMES.values()}) == len(RUNTIMES)
    versions = [tuple(map(int, row.python.split("."))) for row in RUNTIMES.values()]
    assert versions == sorted(versions)
    assert [row.magic for row in RUNTIMES.values()] == sorted(row.magic for row in RUNTIMES.values())
