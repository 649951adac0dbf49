"""The probe as one script: the files of deploy/inside/look, in the order in which they import each other."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_INSIDE = Path(__file__).parents[2] / "inside"
_LOOK = (
    *("removal", "ending", "bounds", "usage", "values", "place", "seccomp", "appearance", "child"),
    *("running", "apart", "raised", "modules", "metadata", "clients", "handler", "provided", "probe"),
)
_PARTS = ("files", "strict", *(f"look/{name}" for name in _LOOK))
# Nothing that was unpacked may take the place of what the looking process imports, now or later: its path is the
# standard library's. What it starts gets the path that was given.
_LOADER = """\
import sys
_given, _own = sys.path[:], sys._stdlib_dir
sys.path[:] = [each for each in _given if each.startswith(_own) and not each.endswith("-packages")]
import types
def _part(name, source):
    module = types.ModuleType(name)
    sys.modules[name] = module
    above, _, own = name.rpartition(".")
    if above:
        setattr(sys.modules[above], own, module)
        module.__package__ = above
    exec(compile(source, name.replace(".", "/") + ".py", "exec"), module.__dict__)
for _name, _source in {parts!r}:
    _part(_name, _source)
sys.modules["deploy.inside.look.probe"].main(sys.argv[1], [each for each in _given if each])
"""


@cache
def script() -> bytes:
    """Return a program that takes a plan as its argument, for an interpreter that sees nothing of the pipeline."""
    parts = [("deploy", ""), ("deploy.inside", ""), ("deploy.inside.look", "")]
    for part in _PARTS:
        name = f"deploy.inside.{part.replace('/', '.')}"
        parts.append((name, (_INSIDE / f"{part}.py").read_text(encoding="utf-8")))
    return _LOADER.format(parts=parts).encode()
