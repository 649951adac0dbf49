"""The filter of system calls, against the kernel's own headers, and against this kernel."""

from __future__ import annotations

import ctypes
import errno
import os
import re
from pathlib import Path

import pytest

from deploy.inside.look import seccomp
from tests.deploy.inside.look.filtering import answer
from tests.deploy.inside.look.tasks import in_a_process

pytestmark = pytest.mark.programs

TABLES = (seccomp._REFUSED, seccomp._UNKNOWN, seccomp._OF_A_PROCESS, seccomp._OF_ONESELF)
GENERIC = Path("/usr/include/asm-generic/unistd.h")
INTEL = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
DEFINED = re.compile(r"#define\s+__NR(?:3264)?_(\w+)\s+(\d+)\b")
HEADERS = {"x86_64": INTEL, "aarch64": GENERIC}


def named(machine: str) -> dict[str, int]:
    """Return the calls of a machine by name, from the kernel's headers."""
    if not HEADERS[machine].exists():
        pytest.skip(f"there is no {HEADERS[machine]}; Debian has it in linux-libc-dev")
    return {name: int(number) for name, number in DEFINED.findall(HEADERS[machine].read_text(encoding="ascii"))}


@pytest.mark.parametrize("machine", seccomp._MACHINES)
def test_each_number_is_that_of_the_kernels_header(machine: str) -> None:
    column, calls = seccomp._MACHINES[machine][0], named(machine)
    ours = {name: numbers[column] for table in TABLES for name, numbers in table.items()}
    ours |= {"clone": seccomp._CLONE[column], "socket": seccomp._SOCKET[column]}
    assert ours == {name: calls.get(name) for name in ours}


@pytest.mark.parametrize("machine", seccomp._MACHINES)
def test_what_later_kernels_bring_is_unknown(machine: str) -> None:
    calls = named(machine)
    assert calls["set_mempolicy_home_node"] == seccomp._NEWEST, "the last call of Linux 6.1"
    later = {name for name, number in calls.items() if number > seccomp._NEWEST} - {"syscalls"}
    assert {answer(machine, calls[name]) for name in later} <= {errno.ENOSYS}
    for number in (*range(seccomp._NEWEST + 1, 600), 0x40000000, 0x40000000 + 521, 0xFFFFFFFF):
        assert answer(machine, number) == errno.ENOSYS
    assert answer(machine, calls["getpid"]) == 0


@pytest.mark.parametrize("machine", seccomp._MACHINES)
def test_calls_are_judged_by_their_arguments(machine: str) -> None:
    calls = named(machine)
    to_whom = ((1, errno.EPERM), (2, 0), (-1 & 0xFFFFFFFF, 0), (0xFFFFFFFF_00000001, errno.EPERM))
    for pid, error in to_whom:  # the kernel takes the lower half of a pid alone
        assert answer(machine, calls["kill"], pid, 9) == error
    assert answer(machine, calls["setpriority"], 0, 0) == 0
    assert answer(machine, calls["setpriority"], 0, 7) == errno.EPERM
    assert answer(machine, calls["setpriority"], 2, 0) == errno.EPERM
    for namespace in (0x20000, *(1 << bit for bit in range(25, 31))):
        assert answer(machine, calls["clone"], namespace | 17) == errno.EPERM
    assert answer(machine, calls["clone"], 17) == 0
    allowed = {family for family in range(64) if not answer(machine, calls["socket"], family)}
    assert allowed == {1, 2, 10, 16}


def test_this_kernel_takes_the_filter_and_keeps_to_it() -> None:
    """With the interpreter above, so that what it says of the other machine is worth something."""
    machine = os.uname().machine
    some = [seccomp._NEWEST + 1, seccomp._NEWEST + 12, 521, 0x40000000 + 39]
    some += [number for table in TABLES[:2] for numbers in table.values() if (number := numbers[machine == "aarch64"])]

    def asked() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        seccomp.install(libc)
        for number in some:
            assert libc.syscall(number, 0, 0, 0, 0, 0, 0) == -1
            assert ctypes.get_errno() == answer(machine, number), number

    in_a_process(asked)
