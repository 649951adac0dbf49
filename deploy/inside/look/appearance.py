"""What a package finds when it asks how it was started: Lambda's answers, as far as a process can give them.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html; the runtime image's /var/runtime/bootstrap.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import sys
from pathlib import Path

# The folder of a function's user in Lambda, which is not there, nor can be made.
_HOME = "/home/sbx_user1051"

# What starts functions in Lambda: an interpreter without options.
_STARTED = ("/var/lang/bin/python3", "/var/runtime/bootstrap.py")
_OPTIONS = ("isolated", "ignore_environment", "no_user_site", "no_site", "safe_path")


def put_on() -> None:
    """Have this process look as one of Lambda's that starts a function."""
    _call_itself(*_STARTED)
    _forget_options()
    _forget_script()
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:  # an image has no name for it, and without one Python finds no home at all
        os.environ["HOME"] = _HOME
    else:
        os.environ.pop("HOME", None)


def _call_itself(*words: str) -> None:
    """Have Python and the kernel say that this process was started by these words, as far as there is room for them."""
    sys.argv[:], sys.orig_argv[:] = words[1:], words
    # Where the words of the command line lie, fields 48 and 49 of proc_pid_stat(5); the name before them has blanks.
    fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    begin, end = map(int, fields[45:47] or (0, 0))  # an emulator does not tell
    text = b"".join(word.encode() + b"\0" for word in words)
    if begin and len(text) <= end - begin:
        ctypes.memmove(begin, text.ljust(end - begin, b"\0"), end - begin)


def _forget_options() -> None:
    """Clear the flags of the interpreter's options, which kept packages out of the process that watches this one.

    Module site is there as usual, and has looked for nothing: what it would find is this machine's.
    """
    import site

    for name in ("setquit", "setcopyright", "sethelper"):
        getattr(site, name)()
    # sys.flags is a tuple with names, whose items follow its head: Objects/structseq.c of CPython.
    items = (ctypes.py_object * len(sys.flags)).from_address(id(sys.flags) + tuple.__basicsize__)
    for at, name in enumerate(type(sys.flags).__match_args__):
        if name in _OPTIONS:
            items[at] = type(items[at])()  # 0, or False


def _forget_script() -> None:
    """Leave in __main__ what every module has, and the name of Lambda's own file where that is there."""
    main = vars(sys.modules["__main__"])
    for name in [name for name in main if not name.startswith("__")]:
        del main[name]
    if Path(_STARTED[1]).exists():
        main["__file__"] = _STARTED[1]
