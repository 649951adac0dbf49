"""What measuring costs: a package that makes it take long would not be measured meanwhile."""

from __future__ import annotations

import time

import pytest

from deploy.inside.look import usage
from deploy.inside.look.bounds import MIB, Bounds
from deploy.inside.look.usage import Process

MANY, MAPPINGS = 40, 1000


def process(pid: int, memory: int = 0) -> Process:
    return Process(pid=pid, parent=1, user=0, memory=memory, shared=0, tables=0, threads=1, slots=4)


def test_lists_of_mappings_that_take_long_are_read_a_few_at_a_time_and_all_of_them_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = []

    def slowly(each: Process) -> bytes:
        read.append(each.pid)
        time.sleep(0.02)
        return b"\n" * MAPPINGS

    monkeypatch.setattr(usage, "_BRIEF", 0.05)
    monkeypatch.setattr(usage, "_maps", slowly)
    monkeypatch.setattr(usage, "_counted", {})
    own = tuple(map(process, range(MANY)))
    found = []
    while len(read) < 3 * MANY:
        before = len(read)
        found.append(usage.used(own, Bounds(memory=MIB)).memory)
        assert len(read) - before < 10
    assert found == sorted(found)
    assert found[-1] == MANY * MAPPINGS * usage._MAPPING
    assert read[:MANY] == read[MANY : 2 * MANY] == read[2 * MANY : 3 * MANY] == list(range(MANY))


def test_what_is_known_of_processes_that_are_gone_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "_maps", lambda _: b"\n")
    monkeypatch.setattr(usage, "_counted", {})
    monkeypatch.setattr(usage, "_KNOWN", 200)
    for first in range(0, 1000, MANY):
        assert usage.used(tuple(map(process, range(first, first + MANY))), Bounds()).memory == MANY * usage._MAPPING
        assert len(usage._counted) <= 200 + MANY


@pytest.mark.parametrize(("times", "asked"), [(1, 0), (2, 8), (8, 8), (9, 0)])
def test_what_processes_share_is_found_out_where_that_is_soon_done(
    times: int, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = Bounds(memory=8 * MIB)
    own = tuple(process(pid, times * MIB) for pid in range(8))
    found = []

    def proportional(each: Process) -> int:
        found.append(each.pid)
        return MIB // 8

    monkeypatch.setattr(usage, "_proportional", proportional)
    used = usage.used(own, most)
    assert len(found) == asked
    assert used.memory == (MIB if asked else 8 * times * MIB)
    assert bool(most.exceeded(used)) is (times > 8)
