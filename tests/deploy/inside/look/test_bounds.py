"""Which bound is named: the one that was passed, and of several the one that the others follow from."""

from __future__ import annotations

import pytest

from deploy.inside.look.bounds import MIB, Bounds, ProcessUsage

MOST = Bounds(memory=10 * MIB, processes=4, all_files=20, disk=5 * MIB, names=9)
AT_IT = {"memory": 10 * MIB, "processes": 3, "files": 20, "disk": 5 * MIB - 1, "names": 8}


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("memory", "more than 10 MiB of memory"),
        ("processes", "4 processes and threads"),
        ("files", "20 files open"),
        ("disk", "5 MiB to /tmp"),
        ("names", "9 files and folders in /tmp"),
    ],
)
def test_what_is_passed_is_named_and_what_is_just_allowed_is_not(kind: str, named: str) -> None:
    assert MOST.exceeded(ProcessUsage(**AT_IT)) == ""
    assert named in MOST.exceeded(ProcessUsage(**AT_IT | {kind: AT_IT[kind] + 1}))


def test_too_many_processes_are_named_and_not_the_memory_and_the_files_that_they_have() -> None:
    everything = ProcessUsage(memory=20 * MIB, processes=4, files=100)
    assert "4 processes and threads" in MOST.exceeded(everything)
