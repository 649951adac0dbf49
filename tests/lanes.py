"""Which tests run, how many examples each takes, and where: the fast lane, the workers, slices of long matrices.

`nox -s test` has as many workers as the machine has processors, and each takes whole files: what a module's fixture
made is made once. With paths there is one process, as what is few runs sooner without workers.
"""

from __future__ import annotations

import fcntl
import os
import random
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xdist.remote import Producer
    from xdist.scheduler import LoadFileScheduling

T = TypeVar("T")
# What starts an emulated AWS, follows the tutorial or renders the documentation, or builds other people's packages.
LONG = tuple(Path(__file__).parent / folder for folder in ("integration", "docs", "packages", "second_emulator"))
SLOW = ("container", "browser", "programs")
FAST_WITHOUT = "what needs a container, a browser or an emulated AWS, or runs other programs over and over"
# An environment with the wheel installed is theirs.
TOGETHER = ("tests/integration/installed/",)
# So many of a matrix's cases are in a run of the suite.
SLICE = 2
# Of so many random examples the fast lane takes one.
SPARSE = 8
_fast = False


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help=f"leave out {FAST_WITHOUT}; take fewer examples")


def pytest_configure(config: pytest.Config) -> None:
    global _fast  # noqa: PLW0603 - how many examples a test takes is asked while its module is imported
    config.addinivalue_line("markers", "matrix: takes a slice of many cases; `nox -s faults` takes them all")
    _fast = config.getoption("fast")
    if _fast:
        from hypothesis import settings

        settings.register_profile("fast", max_examples=examples(settings().max_examples))
        settings.load_profile("fast")


def examples(count: int) -> int:
    """Return how many random examples a test takes that takes `count` in the whole suite."""
    return -(-count // SPARSE) if _fast else count


@pytest.hookimpl(tryfirst=True)  # what -m selects is known by then
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "every" in getattr(item, "fixturenames", ()):
            item.add_marker("matrix")
    if config.getoption("fast"):
        slow = {item for item in items if _takes_long(item)}
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
    if hasattr(config, "workerinput"):  # what takes long comes first, so that no worker ends long after the others
        items.sort(key=lambda item: not _takes_long(item))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import what the fast lane leaves out."""
    return True if config.getoption("fast") and collection_path in LONG else None


def _takes_long(item: pytest.Item) -> bool:
    marked = any(item.get_closest_marker(marker) for marker in SLOW)
    return marked or any(item.path.is_relative_to(folder) for folder in LONG)


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist, which the bot's own tests do without
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Return none for `-n auto` where paths are given, else leave it to the number of processors."""
    return None if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Let files of a folder that share what takes long to make go to one worker."""
    from xdist.scheduler import LoadFileScheduling

    class ByFileOrFolder(LoadFileScheduling):  # type: ignore[misc] # it ships no types
        def _split_scope(self, nodeid: str) -> str:
            together = (each for each in TOGETHER if nodeid.startswith(each))
            return next(together, "") or str(super()._split_scope(nodeid))

    return ByFileOrFolder(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run have."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def only_one(name: Path) -> Iterator[None]:
    """Let one worker in at a time."""
    with name.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Every(Protocol):
    """Takes a slice of a matrix's cases, in their order."""

    def __call__(self, cases: Sequence[T], /) -> list[T]: ...


@pytest.fixture
def every(request: pytest.FixtureRequest) -> Every:
    """Take two of many cases, other ones in each run, or all of them in `nox -s faults`."""

    def some(cases: Sequence[T], /) -> list[T]:
        if os.environ.get("CHANNELWRIGHT_FAULTS") == "all":
            return list(cases)
        seed = os.environ.get("CHANNELWRIGHT_FAULTS") or secrets.token_hex(4)
        print(f"CHANNELWRIGHT_FAULTS={seed} takes the same of {request.node.name} again")
        drawn = random.Random(f"{seed} {request.node.name}")  # noqa: S311 - nothing is kept secret by it
        return [cases[at] for at in sorted(drawn.sample(range(len(cases)), min(SLICE, len(cases))))]

    return some
