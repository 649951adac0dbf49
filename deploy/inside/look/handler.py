"""Imports a handler as the runtime interface client does, with the function's own environment."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from .modules import attempt, bytecode, watch_compiler, watch_failed_searches
from .place import leave_runtime_out
from .values import Asked, Begun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .values import Handler, Plan, Record


def look(handler: Handler, plan: Plan, skip: frozenset[str]) -> Iterator[Record]:
    """Yield what comes of importing a handler from the code, its layers and the standard library alone."""
    usual = tuple(sys.path)
    leave_runtime_out(plan)
    compiled = watch_compiler()
    asked = watch_failed_searches()
    os.environ.update(dict(handler.environment))
    module, _, attribute = handler.handler.rpartition(".")
    module = module.replace("/", ".")
    if module in skip:
        return
    yield Begun(kind="handler", what=module)
    outcome = replace(attempt(module, plan, usual), kind="handler")
    yield outcome if outcome.error else replace(outcome, error=_wrong(module, attribute))
    yield Asked(names=tuple(sorted(asked)))
    yield bytecode(compiled, "", plan, owner="code")


def _wrong(module: str, attribute: str) -> str:
    found = sys.modules[module]
    if not hasattr(found, attribute):
        return f"{module}.{attribute} does not exist"
    return "" if callable(getattr(found, attribute)) else f"{module}.{attribute} is not callable"
