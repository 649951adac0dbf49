"""A run that is killed leaves things behind; the next one removes them, and nobody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.container import leftovers
from deploy.temporary import folders
from deploy.temporary.owner import Owner

if TYPE_CHECKING:
    from deploy.container.engine import Engine

ROOT = Path(__file__).parents[2]
RUN = """
import os, sys
from deploy.temporary import folders
from deploy.container.engine import Engine
with folders.temporary("test") as folder, Engine.connect(os.environ) as engine:
    image = sys.argv[1]
    with engine.volumes(image, {"/opt": {"a": b"a"}}) as volumes, engine.container(image, volumes=volumes) as container:
        print(folder, container.name, *volumes.values(), flush=True)
        sys.stdin.read()
"""


def killed(image: str) -> list[str]:
    """Start a run, kill it in the middle; return the names of what it left."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", RUN, image], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        names = process.stdout.readline().split()
        process.send_signal(signal.SIGKILL)
    assert len(names) == 3
    return names


def there(engine: Engine) -> set[str]:
    client: Any = engine.client
    found = {each["Names"][0].removeprefix("/") for each in client.containers(all=True)}
    found |= {each["Name"] for each in client.volumes()["Volumes"] or ()}
    return found | {str(each) for each in Path(tempfile.gettempdir()).iterdir()}


@pytest.mark.container
def test_the_next_run_removes_what_killed_ones_left(engine: Engine, runtime_image: str) -> None:
    for _ in range(5):  # any other run on this engine may be the next one
        left = {name for _ in range(2) for name in killed(runtime_image)}
        if {each for each in left if not Path(each).is_absolute()} <= there(engine):
            break
    else:
        pytest.fail("nothing is left of runs that were killed")
    leftovers.remove(engine.client)
    folders.remove_leftovers.cache_clear()
    with folders.temporary():
        assert not left & there(engine)


@pytest.mark.container
def test_what_a_run_that_goes_on_made_stays(engine: Engine, runtime_image: str) -> None:
    with engine.volumes(runtime_image, {"/opt": {}}) as volumes, folders.temporary() as folder:
        leftovers.remove(engine.client)
        folders.remove_leftovers.cache_clear()
        with folders.temporary():
            assert {str(folder), *volumes.values()} <= there(engine)


BUILD = """
import os, sys
from deploy.container.engine import Engine
with Engine.connect(os.environ) as engine:
    dockerfile = f"FROM {sys.argv[1]}\\nCOPY . /x\\nRUN sleep 60\\n".encode()
    with engine.built({"Dockerfile": dockerfile, "a": os.urandom(9)}, {}):
        pass
"""


@pytest.mark.container
def test_the_images_of_a_build_that_was_killed_go_too(engine: Engine, runtime_image: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", BUILD, runtime_image], env=environment) as process:
        while not (left := images_of(engine, process.pid)):
            assert process.poll() is None
            time.sleep(0.1)
        process.kill()
    assert left
    deadline = time.monotonic() + 60  # the engine takes a while to end the step
    while images_of(engine, process.pid):
        assert time.monotonic() < deadline
        leftovers.remove(engine.client)
        time.sleep(0.2)


@pytest.mark.container
def test_a_build_that_is_interrupted_leaves_no_image(engine: Engine, runtime_image: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", BUILD, runtime_image], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        while not images_of(engine, process.pid):
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in said
    assert images_of(engine, process.pid) == []


def images_of(engine: Engine, process: int) -> list[str]:
    client: Any = engine.client
    found = client.images(all=True, filters={"label": leftovers.OWNER})
    owners = {each["Id"]: Owner.of(each["Labels"][leftovers.OWNER]) for each in found}
    return [name for name, owner in owners.items() if owner and owner.process == process]


def gone() -> Owner:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return replace(Owner.mine(), process=process.pid)


@pytest.mark.parametrize(
    ("owner", "hours", "runs", "removed"),
    [
        (gone(), 0, True, True),
        (Owner.mine(), 100, False, False),
        (replace(Owner.mine(), started=Owner.mine().started + 1), 0, True, True),  # its number was given again
        (replace(gone(), user=os.geteuid() + 1), 100, False, False),
        (replace(gone(), place="00ff-1"), 23, False, False),
        (replace(gone(), place="00ff-1"), 25, True, False),
        (replace(gone(), place="00ff-1"), 25, False, True),
        (replace(gone(), place="00ff-1", user=os.geteuid() + 1), 25, False, False),
    ],
)
def test_only_what_is_surely_of_a_run_that_ended_is_removed(
    owner: Owner, hours: float, *, runs: bool, removed: bool
) -> None:
    labelled = {leftovers.OWNER: str(owner)}
    assert leftovers._is_left(labelled, time.time() - hours * 3600, runs=runs) is removed


def test_a_folder_of_this_name_that_is_a_link_or_has_another_name_stays(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (tmp_path / f"channelwright-{gone()}-x-1").symlink_to(precious)
    (tmp_path / "channelwright-1-2-3-x").mkdir()
    (tmp_path / f"channelwright-{Owner.mine()}-x-1").mkdir()
    left = tmp_path / f"channelwright-{gone()}-x-2"
    left.mkdir()
    (left / "link").symlink_to(precious)
    removed = folders.remove_leftovers(str(tmp_path))
    assert [each.rpartition("-")[2] for each in removed] == ["2"]
    assert precious.exists()


def test_an_owner_is_read_back_and_nothing_else_is_one() -> None:
    assert Owner.of(str(Owner.mine())) == Owner.mine()
    assert Owner.of("") is None
    assert Owner.of(f"{Owner.mine()}-") is None
