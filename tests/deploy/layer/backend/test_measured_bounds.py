"""Bounds that are measured on a host, and not the kernel's: how much more a package gets before it is ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.inside.look.bounds import MIB, Bounds
from deploy.inside.look.values import Subject
from deploy.layer.proof import look
from deploy.layer.proof.look import WantedLook, outcomes

if TYPE_CHECKING:
    from deploy.layer.backend.host import HostRuntime

pytestmark = pytest.mark.programs

STEP, MEMORY, MORE = 16 * MIB, 256 * MIB, 1024 * MIB
# Takes memory as fast as the kernel gives it, MAP_POPULATE of mmap(2), in as many processes as there are processors and
# more; prints a byte for each step.
TAKES = f"""
import mmap, os, time
for _ in range(3):
    os.fork()
held = []
while len(held) < 64:
    held.append(mmap.mmap(-1, {STEP}, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x8000))
    os.write(1, b".")
time.sleep(60)
"""


def test_memory_is_passed_by_less_than_a_processor_fills_while_it_is_measured(runtime: HostRuntime) -> None:
    subject = Subject(distribution="a", top="a", roots=("a",), modules=("a",), shared=(), data=())
    with runtime.sandbox("python3.11", {"python/a.py": TAKES.encode()}, {}) as sandbox:
        seen = look.take(sandbox, WantedLook(subjects=(subject,)), "python3.11", Bounds(memory=MEMORY))
    [account] = seen.accounts
    assert [each.error for each in outcomes(account)] == [
        "the process used more than 256 MiB of memory, with all that it started"
    ]
    in_hand = 8 * STEP  # each has one that it did not print yet
    assert account.printed * STEP + in_hand < MEMORY + MORE
