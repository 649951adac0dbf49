"""The name of a project, as its files say it without being run."""

from __future__ import annotations

import ast
import configparser
from typing import TYPE_CHECKING

from ...errors import Fault, LockError
from .. import lockfile, plain_text, pyproject

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> str:
    """Return the name that pyproject.toml, setup.cfg or setup.py gives a project, or a wheel's; empty where none does.

    Raises LockError for a file that cannot be read.
    """
    if path.suffix == ".whl":
        return lockfile.normalised(path.name.partition("-")[0])
    document = pyproject.read(path / pyproject.NAME)
    poetry = document.get("tool", {}).get("poetry", {})
    given = (document.get("project", {}).get("name"), poetry.get("name"))
    name = next(filter(None, given), "") or _of_cfg(path / "setup.cfg") or _of_setup(path / "setup.py")
    return lockfile.normalised(name)


def _of_cfg(path: Path) -> str:
    setup = configparser.ConfigParser(interpolation=None)
    try:
        setup.read_string(plain_text.read(path) if path.is_file() else "")
    except configparser.Error as error:
        raise LockError([Fault(str(path), "cannot be read", cause=" ".join(str(error).split()))]) from error
    return setup.get("metadata", "name", fallback="")


def _of_setup(path: Path) -> str:
    """Return what a call of `setup` is given as it stands; one that is worked out is not known before it is built."""
    try:
        tree = ast.parse(plain_text.read(path) if path.is_file() else "")
    except (SyntaxError, ValueError):  # which building it tells
        return ""
    for call in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for given in call.keywords if called == "setup" else ():
            if given.arg == "name" and isinstance(given.value, ast.Constant):
                return str(given.value.value)
    return ""
