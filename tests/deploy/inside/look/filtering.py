"""What the filter of system calls answers, found out without a kernel."""

from __future__ import annotations

import struct

from deploy.inside.look import seccomp


def answer(machine: str, number: int, *arguments: int) -> int:
    """Run the filter of a machine as the kernel does; return the error that a call gets, or 0 where it is let through.

    Instructions of classic BPF, linux/filter.h, over a struct seccomp_data, linux/seccomp.h.
    """
    column, architecture = seccomp._MACHINES[machine]
    program = [struct.unpack("=HBBI", each) for each in seccomp._instructions(column, architecture)]
    data = struct.pack("=IIQ6Q", number, architecture, 0, *(arguments + (0,) * 6)[:6])
    at, held = 0, 0
    while True:
        code, yes, no, value = program[at]
        if code == 0x06:
            assert value == 0x7FFF0000 or value >> 16 == 5
            return 0 if value == 0x7FFF0000 else value & 0xFFFF
        if code == 0x20:
            held, jump = int(struct.unpack_from("=I", data, value)[0]), 0
        else:
            jump = yes if _passes(code, held, value) else no
        at += 1 + jump


def _passes(code: int, held: int, value: int) -> bool:
    return {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[code]
