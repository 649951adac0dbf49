"""Entry modules that load a handler's module while the garbage collector rests.

A module at its start makes little but what stays, which the collector would look through again and again. An import
of `bot` finds the package `bot/` before the module `bot.py` that lies beside it; so the package loads the module and
puts it in its own place. What AWS is told of the handler stays as it is, and the module is, to itself and to others,
what it would be without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import BuildError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..settings import CodeBytecode, Function

# By its threshold, so that what a module itself says to gc.enable and gc.disable counts; one that sets thresholds
# keeps them. What fails to load is raised as it is, with the collector as before.
_ENTRY = """\
import gc
import sys
from importlib.util import module_from_spec, spec_from_file_location

_usual = gc.get_threshold()
gc.set_threshold(0)
try:
    _spec = spec_from_file_location(__name__, f"{{__path__[0]}}{suffix}")
    sys.modules[__name__] = module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules[__name__])
    gc.freeze()
finally:
    if gc.get_threshold()[0] == 0:
        gc.set_threshold(*_usual)
"""


def entries(
    functions: Iterable[Function], files: Mapping[str, bytes], bytecode: CodeBytecode, key: str
) -> dict[str, bytes]:
    """Return the entry module of each handler by its path; `files` is what ships, sources as yet, `key` configures it.

    Raises BuildError with every handler whose module is a package, which has no place in front of it.
    """
    faults = list(dict.fromkeys(_packages(functions, files, key)))
    if faults:
        raise BuildError(faults)
    content = _ENTRY.format(suffix=".pyc" if bytecode == "sourceless" else ".py").encode()
    return {f"{_module(each)}/__init__.py": content for each in functions}


def _packages(functions: Iterable[Function], files: Mapping[str, bytes], key: str) -> Iterator[Fault]:
    for each in functions:
        if (package := f"{_module(each)}/__init__.py") in files:
            what = f"{each.handler} is in the package {package}, and a frozen start begins in a package before a module"
            yield Fault(f"{key}.start", what, cure="put the handler into a module of its own, or take `gc: frozen` out")


def _module(function: Function) -> str:
    return function.handler.rpartition(".")[0].replace(".", "/")
