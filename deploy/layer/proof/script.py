"""The probe as one script: its rooms in deploy/inside, in the order in which they import each other."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_INSIDE = Path(__file__).parents[2] / "inside"
_ROOMS = ("files", "looks", "apart", "look_modules", "look_metadata", "look_clients", "look_handler", "probe")
_LOADER = """\
import sys, types
def _room(name, source):
    module = types.ModuleType(name)
    sys.modules[name] = module
    above, _, own = name.rpartition(".")
    if above:
        setattr(sys.modules[above], own, module)
    exec(compile(source, name.replace(".", "/") + ".py", "exec"), module.__dict__)
for _name, _source in {rooms!r}:
    _room(_name, _source)
sys.modules["deploy.inside.probe"].main(sys.argv[1])
"""


@cache
def script() -> bytes:
    """Return a program that takes a plan as its argument, for an interpreter that sees nothing of the pipeline."""
    rooms = [("deploy", ""), ("deploy.inside", "")]
    rooms += [(f"deploy.inside.{room}", (_INSIDE / f"{room}.py").read_text(encoding="utf-8")) for room in _ROOMS]
    return _LOADER.format(rooms=rooms).encode()
