"""Runs that are killed at random moments, then one that is not: nothing of theirs stays, and nothing of others goes.

One is enough to see that it works at all; `nox -s faults` kills twenty, and `CHANNELWRIGHT_KILLS=5` as many.
`CHANNELWRIGHT_KILLS_SEED` takes the same moments again.
"""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.container.leftovers import OWNER
from deploy.temporary import folders
from tests.integration.small_project import cache_with_wheels, make_project
from tests.lanes import SEED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploy.container.engine import Engine

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("CHANNELWRIGHT_KILLS", "20" if os.environ.get(SEED) == "all" else "1"))


def started(project: Path, environment: Mapping[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "deploy", "--project", str(project), "layer", "--no-cache", *arguments]
    return subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=project
    )


def undisturbed(project: Path, environment: Mapping[str, str], backend: str) -> int:
    """Run it to its end; return the process that it was."""
    with started(project, environment, "--backend", backend) as run:
        _, said = run.communicate(timeout=600)
    if backend == "host" and b"namespaces" in said:
        pytest.skip(said.decode())
    assert run.returncode == 0, said
    return run.pid


def left_in_the_engine(engine: Engine, processes: set[int]) -> list[str]:
    """Name what the engine has of these processes: containers, volumes, images without a name."""
    client: Any = engine.client
    wanted = {"label": OWNER}
    found = [*client.containers(all=True, filters=wanted), *(client.volumes(filters=wanted)["Volumes"] or ())]
    found += client.images(filters={**wanted, "dangling": True})
    return [each.get("Id") or each["Name"] for each in found if _process(each["Labels"][OWNER]) in processes]


def _process(owner: str) -> int:
    return int(owner.split("-")[3])


def running_below(folder: Path) -> list[str]:
    """Name the processes that have something of a folder open, as their folder, or in their command."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and int(each.name) != os.getpid():
            try:
                if str(folder) in (each / "cmdline").read_text(errors="replace"):
                    found.append(f"{each.name} {(each / 'cmdline').read_text(errors='replace')[:200]}")
            except OSError:  # it ended, or is somebody else's
                continue
    return found


@pytest.mark.matrix
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("backend", [pytest.param("container", marks=pytest.mark.container), "host"])
def test_one_run_removes_all_that_killed_ones_left_and_nothing_else(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path, shared: Path
) -> None:
    seed = os.environ.get("CHANNELWRIGHT_KILLS_SEED") or secrets.token_hex(4)
    print(f"CHANNELWRIGHT_KILLS_SEED={seed}")
    moments = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    project, temporary = make_project(tmp_path / "project"), tmp_path / "tmp"
    temporary.mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(temporary),
        "CHANNELWRIGHT_CACHE": str(cache_with_wheels(tmp_path / "cache", shared)),
    }
    somebody_elses = temporary / "channelwright-of-somebody-else"
    somebody_elses.mkdir()
    engine: Engine | None = request.getfixturevalue("engine") if backend == "container" else None
    killed: set[int] = set()
    began = time.monotonic()
    undisturbed(project, environment, backend)
    of_a_run = time.monotonic() - began
    for _ in range(KILLS):
        with started(project, environment, "--backend", backend) as run:
            killed.add(run.pid)
            time.sleep(moments.uniform(0.3, of_a_run))
            run.send_signal(signal.SIGKILL)
            run.communicate()
    print(f"left before: {sorted(each.name for each in temporary.iterdir())}")
    print(f"left before: {left_in_the_engine(engine, killed) if engine else []}")
    last = undisturbed(project, environment, backend)
    assert {each.name for each in temporary.iterdir()} == {somebody_elses.name}
    assert running_below(tmp_path) == []
    assert engine is None or left_in_the_engine(engine, {*killed, last}) == []
    assert not [each for each in Path("/var/tmp").glob("channelwright-*") if folders._is_left(each)]
