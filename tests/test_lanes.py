from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.lanes import Every

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parent.parent
CASES = [f"case {number}" for number in range(50)]
SLOW = "import pytest\n" + "".join(
    f"\n@pytest.mark.{mark}\ndef test_{mark}(): ...\n" for mark in ("container", "browser", "programs")
)
# A suite of its own: a file that marks what it needs, and one that takes a slice of a matrix.
SUITE = {
    "conftest.py": 'pytest_plugins = ["tests.lanes"]\n',
    "pytest.ini": "[pytest]\ntestpaths = .\nmarkers =\n    container: c\n    browser: b\n    programs: p\n",
    "test_quick.py": "import os\ndef test_one(): print(os.environ.get('PYTEST_XDIST_WORKER', 'no worker'))\n",
    "test_matrix.py": "def test_some(every): print(every(range(9)))\n",
    "test_slow.py": SLOW,
}
SLICED = """import pytest
@pytest.mark.sliced(2, per=["side"])
@pytest.mark.parametrize("case", range(30))
@pytest.mark.parametrize("side", ["left", "right"])
def test_any(side, case): print("took", side, case)
"""
DRAWN = """from hypothesis import given, settings, strategies as st
from tests.lanes import examples
@given(st.integers())
def test_any(number): print("drawn")
@settings(max_examples=examples(40))
@given(st.integers())
def test_named(number): print("drawn by name")
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    for name, text in SUITE.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(suite: Path, *arguments: str, **environment: str) -> list[str]:
    """Run the suite as `nox -s test` runs this one; return what is printed, line by line."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CHANNELWRIGHT_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rP", "-n", "auto", *arguments],
        cwd=suite,
        env={**kept, "PYTHONPATH": str(ROOT), "PYTEST_XDIST_AUTO_NUM_WORKERS": "2", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_the_whole_suite_has_workers_and_a_path_has_none(suite: Path) -> None:
    assert any(line in {"gw0", "gw1"} for line in run(suite))
    assert "no worker" in run(suite, "test_quick.py")


def test_the_fast_lane_leaves_out_containers_browsers_and_other_programs(suite: Path) -> None:
    (end,) = (line for line in run(suite, "--fast") if " passed" in line)
    assert "2 passed" in end
    assert "5 passed" in next(line for line in run(suite) if " passed" in line)


def test_the_fast_lane_takes_an_eighth_of_the_examples_whether_a_test_names_their_number_or_not(suite: Path) -> None:
    (suite / "test_quick.py").write_text(DRAWN)
    whole, fast = run(suite), run(suite, "--fast")
    assert (whole.count("drawn"), fast.count("drawn")) == (100, 13)
    assert (whole.count("drawn by name"), fast.count("drawn by name")) == (40, 5)


def test_the_matrices_are_chosen_by_their_mark_and_are_whole_where_that_is_wanted(suite: Path) -> None:
    lines = run(suite, "-m", "matrix", CHANNELWRIGHT_FAULTS="all")
    assert "1 passed" in next(line for line in lines if " passed" in line)
    assert str(list(range(9))) in lines


def test_of_marked_parameters_the_suite_takes_a_slice_by_its_seed_and_a_path_takes_all(suite: Path) -> None:
    (suite / "test_sliced.py").write_text(SLICED)

    def taken(*arguments: str, **environment: str) -> set[str]:
        return {line for line in run(suite, "-n", "0", *arguments, **environment) if line.startswith("took ")}

    printed = run(suite)
    (seed,) = (line.split("=")[1].split()[0] for line in printed if line.startswith("slices of matrices"))
    some = {line for line in printed if line.startswith("took ")}
    assert (len(some), len({line.split()[1] for line in some})) == (4, 2)
    assert taken(CHANNELWRIGHT_FAULTS=seed) == some
    assert len(taken("test_sliced.py")) == len(taken("-m", "matrix", CHANNELWRIGHT_FAULTS="all")) == 60


def test_a_slice_is_in_order_and_another_one_for_another_seed(every: Every, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = set()
    for seed in range(20):
        monkeypatch.setenv("CHANNELWRIGHT_FAULTS", str(seed))
        some = every(CASES)
        assert some == every(CASES) == sorted(some, key=CASES.index)
        assert len(some) == 2
        taken |= set(some)
    assert len(taken) > 10
