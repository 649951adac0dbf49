"""Every command and button, with everything that can go wrong at every one of its calls.

What must come of it is what comes of it when nothing goes wrong: the same server, and the same word to the one who
asked, once. `nox -s faults` tries every fault at every call; else a slice of the commands meets a few of each.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.bot.worker.seen import head, named, said, server
from tests.bot.worker.stories import STORIES, begin
from tests.bot.worker.test_creation_faults import PASSING
from tests.lanes import SEED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bot.lab import Start
    from tests.bot.worker.stories import Story

ALL = os.environ.get(SEED) == "all"
SAMPLED = ("killed after", "lost answer", "garbled", "429 long", "cloudflare")


@dataclass(frozen=True)
class End:
    """How it ended: the server as people see it, and what the one who asked reads, up to its first full stop."""

    server: tuple[Any, ...]
    told: str
    times: int
    calls: int


def played(start: Start, story: Story, fault: str = "", call: int = 0) -> End:
    lab = start()
    story.prepare(lab)
    begin(lab, story.act)
    since = len(lab.calls())
    if fault:
        lab.fake.faults.on("*", PASSING[fault](), call=call)
    shown = story.act(lab)
    lab.work()
    assert not lab.dead, (fault, call)
    lab.fake.faults.clear()
    lab.fake.clock.advance(60)
    told = head(named(lab, lab.text(shown)))
    return End(server(lab), told, len([each for each in said(lab) if head(each) == told]), len(lab.calls()) - since)


def trials(calls: int) -> Iterator[tuple[str, int]]:
    if ALL:
        yield from ((fault, call) for fault in PASSING for call in range(1, calls + 1))
    else:
        yield from ((fault, 1 + at * calls // len(SAMPLED)) for at, fault in enumerate(SAMPLED))


@pytest.mark.sliced(8)
@pytest.mark.parametrize("name", STORIES)
def test_whatever_happens_to_any_call_the_end_is_the_same_and_told_once(start: Start, name: str) -> None:
    story = STORIES[name]
    wanted = played(start, story)
    tried, wrong = 0, []
    for fault, call in trials(wanted.calls):
        end = played(start, story, fault, call)
        tried += 1
        told = end.told in {wanted.told, story.told_late}
        if (end.server, told, end.times) != (wanted.server, True, wanted.times):
            wrong.append((fault, call, end.told, end.times, _differences(wanted, end)))
    print(f"KILL {name}: {tried - len(wrong)} of {tried} as without a fault; {wanted.told!r}")
    assert wrong == []


def _differences(wanted: End, end: End) -> list[Any]:
    return [(one, other) for one, other in zip(wanted.server, end.server, strict=True) if one != other]
