"""Which tests run, how many examples each takes, and where: the fast lane, the workers, slices of long matrices.

`nox -s test` has as many workers as the machine has processors, and each takes whole files: what a module's fixture
made is made once. With paths there is one process, as what is few runs sooner without workers, and every case.
"""

from __future__ import annotations

import fcntl
import os
import random
import secrets
from contextlib import contextmanager, suppress
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
# Which ones: a seed that is drawn for each run of the suite, or `all`.
SEED = "CHANNELWRIGHT_FAULTS"
# Of so many random examples the fast lane takes one.
SPARSE = 8
_fast = False


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help=f"leave out {FAST_WITHOUT}; take fewer examples")


def pytest_configure(config: pytest.Config) -> None:
    global _fast  # noqa: PLW0603 - how many examples a test takes is asked while its module is imported
    config.addinivalue_line("markers", "matrix: takes a slice of many cases; `nox -s faults` takes them all")
    config.addinivalue_line("markers", "sliced(count, per=()): of its many cases a run of the suite takes these")
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and not hasattr(config, "workerinput"):
        os.environ.setdefault(SEED, secrets.token_hex(4))  # the workers have it from here
    _fast = config.getoption("fast")
    with suppress(ImportError):  # the bot's own tests do without
        from hypothesis import settings

        # How long an example takes depends on what else the machine does.
        settings.register_profile("here", max_examples=examples(settings().max_examples), deadline=None)
        settings.load_profile("here")


def pytest_report_header() -> str:
    seed = os.environ.get(SEED)
    return f"slices of matrices: {SEED}={seed} takes the same again" if seed else "matrices are whole"


def examples(count: int) -> int:
    """Return how many random examples a test takes that takes `count` in the whole suite."""
    return -(-count // SPARSE) if _fast else count


@pytest.hookimpl(tryfirst=True)  # what -m selects is known by then
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "every" in getattr(item, "fixturenames", ()) or item.get_closest_marker("sliced"):
            item.add_marker("matrix")
    if config.getoption("fast"):
        _leave_out(config, items, {item for item in items if _takes_long(item)})
    if (seed := os.environ.get(SEED, "all")) != "all":
        _leave_out(config, items, set(_not_drawn(items, seed)))
    if hasattr(config, "workerinput"):  # what takes long comes first, so that no worker ends long after the others
        items.sort(key=lambda item: not _takes_long(item))


def _leave_out(config: pytest.Config, items: list[pytest.Item], these: set[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=these)
    items[:] = [item for item in items if item not in these]


def _not_drawn(items: Sequence[pytest.Item], seed: str) -> Iterator[pytest.Item]:
    """Yield the cases of sliced tests that are not in the seed's slice, which is one of each value of `per`."""
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and (mark := item.get_closest_marker("sliced")):
            per = [item.callspec.params[name] for name in mark.kwargs.get("per", ())]
            groups.setdefault(f"{item.path.name} {item.originalname} {per}", []).append(item)
    for name, cases in groups.items():
        mark = cases[0].get_closest_marker("sliced")
        drawn = set(_drawn(cases, f"{seed} {name}", mark.args[0] if mark else SLICE))
        yield from (case for case in cases if case not in drawn)


def _drawn(cases: Sequence[T], seed: str, count: int) -> list[T]:
    drawn = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    return [cases[at] for at in sorted(drawn.sample(range(len(cases)), min(count, len(cases))))]


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
        seed = os.environ.get(SEED) or secrets.token_hex(4)
        if seed == "all":
            return list(cases)
        print(f"{SEED}={seed} takes the same of {request.node.name} again")
        return _drawn(cases, f"{seed} {request.node.name}", SLICE)

    return some
