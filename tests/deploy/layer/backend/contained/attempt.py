"""What an import may try against the machine that it is tried on: a module that raises Reached where it works.

Each may import `world`, which holds what a test put up outside (see world.py), and `attempting`, the tools below.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, indent

TOOLS = """
class Reached(Exception):
    pass

import contextlib, ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

@contextlib.contextmanager
def refused():
    try:
        yield
    except Reached:
        raise
    except (OSError, KeyError, ImportError, ValueError):
        pass

def syscall(number, *arguments):
    which = number[{"x86_64": 0, "aarch64": 1}[os.uname().machine]]
    given = (each if isinstance(each, bytes) else ctypes.c_long(each) for each in arguments)
    return libc.syscall(ctypes.c_long(which), *given)
"""


@dataclass(frozen=True)
class Attempt:
    """`bounded` is what the account has to say of one that is ended for what it takes."""

    name: str
    code: str
    bounded: str = ""


def tries(name: str, body: str, *, bounded: str = "") -> Attempt:
    """Return an attempt that ends in silence where its body is refused."""
    head = "import os, socket, sys, world\nfrom attempting import *\nwith refused():\n"
    return Attempt(name, head + indent(dedent(body).strip(), "    ") + "\n", bounded)
