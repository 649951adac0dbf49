"""System calls that no package needs and that would be a way out: seccomp(2), by prctl, for good.

The filter is classic BPF over seccomp_data. Calls of another architecture, whose numbers mean other things, are refused
as unknown, and so is every call that came with a later kernel than those of which each was looked at here: Linux 6.1.
Whatever a container engine refuses to all who have no capabilities is refused, too; both are tested. It needs no right
but that of PR_SET_NO_NEW_PRIVS.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # AUDIT_ARCH_…, linux/audit.h
_LOAD, _EQUAL, _AT_LEAST, _ANY_OF, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
# The last call of Linux 6.1. x32's lie above it as well: also those from 512, ptrace among them, which kernels before
# 5.4 took from any program.
_NEWEST = 450
_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK
_NAMESPACES = 0x7E020000  # CLONE_NEW…, but for time
# Names as in the kernel, each with its numbers on x86_64 and on aarch64; None where an architecture has it not.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    # memory that stays when its owner lets go of it, by what else refers to a part of it
    "vmsplice": (278, 75),
    # what belongs to a user and not to a process
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # other roots and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # large ways into the kernel
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "syslog": (103, 116),
    "iopl": (172, None),
    "ioperm": (173, None),
    # the whole machine
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "fanotify_init": (300, 262),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
    # where in a machine memory lies
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "get_mempolicy": (239, 236),
    "set_mempolicy_home_node": (450, 450),
    # what kernels still have for programs of other systems, and of long ago
    "personality": (135, 92),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "_sysctl": (156, None),
    "create_module": (174, None),
    "get_kernel_syms": (177, None),
    "query_module": (178, None),
    "nfsservctl": (180, 42),
    "lookup_dcookie": (212, 18),
}
# Memory that outlives its process, which Lambda has no place for either: there is no /dev/shm. And files without a
# name, whose memory is no process's: what asks for one finds a kernel that has none, and takes another way.
_UNKNOWN: dict[str, tuple[int | None, int | None]] = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "io_setup": (206, 0),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # its flags are in memory, which a filter cannot read: without it, the C library calls clone
    "clone3": (435, 435),
}
# What is done to a process, with the argument that says to which: not to the first one of its namespace, which watches
# the others where they are all of one user. To oneself, and to one's own children, it may be done.
_OF_A_PROCESS: dict[str, tuple[int, int, int]] = {
    "kill": (62, 129, 0),
    "tkill": (200, 130, 0),
    "tgkill": (234, 131, 0),
    "rt_sigqueueinfo": (129, 138, 0),
    "rt_tgsigqueueinfo": (297, 240, 0),
    "pidfd_open": (434, 434, 0),
    "prlimit64": (302, 261, 0),
    "sched_setaffinity": (203, 122, 0),
}
# What says when a process runs, with the argument that says which one: nobody but the caller, whatever user it is of.
# Where a first argument says of how many it is, that is one: PRIO_PROCESS, IOPRIO_WHO_PROCESS.
_OF_ONESELF: dict[str, tuple[int, int, int]] = {
    "sched_setparam": (142, 118, 0),
    "sched_setscheduler": (144, 119, 0),
    "sched_setattr": (314, 274, 0),
    "setpriority": (141, 140, 1),
    "ioprio_set": (251, 30, 1),
}
_OF_ONE = {"setpriority": 0, "ioprio_set": 1}
_CLONE, _SOCKET = (56, 220), (41, 198)


def install(libc: ctypes.CDLL) -> None:
    """Filter the calls of this process and of all that it starts; raise OSError where the kernel has no filters."""
    if not (code := program()):
        return
    buffer = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog: a count of instructions, and where they are.
    header = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer)))
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if libc.prctl(_SECCOMP, _FILTER, ctypes.byref(header), 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "seccomp")


def program() -> bytes:
    """Return the filter for this machine; nothing for one that is neither x86_64 nor arm64, and so has no layers."""
    found = _MACHINES.get(os.uname().machine)
    return b"".join(_instructions(*found)) if found else b""


def _instructions(column: int, architecture: int) -> Iterator[bytes]:
    yield _load(_ARCHITECTURE)
    yield from _unless(_EQUAL, architecture, errno.ENOSYS)
    yield _load(_NUMBER)
    yield from _if(_AT_LEAST, _NEWEST + 1, errno.ENOSYS)
    for calls, error in ((_REFUSED, errno.EPERM), (_UNKNOWN, errno.ENOSYS)):
        for numbers in calls.values():
            if (number := numbers[column]) is not None:
                yield from _if(_EQUAL, number, error)
    for *by_machine, argument in _OF_A_PROCESS.values():
        yield from _when(by_machine[column], [_load(_FIRST_ARGUMENT + 8 * argument), *_if(_EQUAL, 1, errno.EPERM)])
    for name, (*by_machine, argument) in _OF_ONESELF.items():
        how_many = [_load(_FIRST_ARGUMENT), *_unless(_EQUAL, _OF_ONE[name], errno.EPERM)] if argument else []
        which = [_load(_FIRST_ARGUMENT + 8 * argument), *_unless(_EQUAL, 0, errno.EPERM)]
        yield from _when(by_machine[column], [*how_many, *which])
    yield _instruction(_EQUAL, _CLONE[column], 0, 4)
    yield _load(_FIRST_ARGUMENT)
    yield from _if(_ANY_OF, _NAMESPACES, errno.EPERM)
    yield _instruction(_RETURN, _ALLOW)
    yield _instruction(_EQUAL, _SOCKET[column], 1, 0)
    yield _instruction(_RETURN, _ALLOW)
    yield _load(_FIRST_ARGUMENT)
    for left, family in zip(range(len(_FAMILIES), 0, -1), _FAMILIES, strict=True):
        yield _instruction(_EQUAL, family, left, 0)
    yield _instruction(_RETURN, _ERROR | errno.EAFNOSUPPORT)
    yield _instruction(_RETURN, _ALLOW)


def _when(number: int, tests: list[bytes]) -> Iterator[bytes]:
    """Put a call to some tests, and allow it where it passes them."""
    yield _instruction(_EQUAL, number, 0, len(tests) + 1)
    yield from tests
    yield _instruction(_RETURN, _ALLOW)


def _load(offset: int) -> bytes:
    return _instruction(_LOAD, offset)


def _if(test: int, value: int, error: int) -> Iterator[bytes]:
    yield _instruction(test, value, 0, 1)
    yield _instruction(_RETURN, _ERROR | error)


def _unless(test: int, value: int, error: int) -> Iterator[bytes]:
    yield _instruction(test, value, 1, 0)
    yield _instruction(_RETURN, _ERROR | error)


def _instruction(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """Return a struct sock_filter: what to do, how many to leave out then, and with which value."""
    return struct.pack("=HBBI", code, yes, no, value)
