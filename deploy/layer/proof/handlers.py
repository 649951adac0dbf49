"""Handlers, imported from the code, its layers and the standard library alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import Fault
from ...inside.look.values import Handler
from ...terminal.characters import quoted
from .. import causes
from ..opt_folder import merged
from . import tree, trial, withdraw
from .judge import missing, or_from_runtime
from .look import WantedLook, bytecode, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..evidence import FunctionUnderTest
    from ..values import BuiltLayer
    from .look import Look


_OWN = "/var/task/"  # where the code is: https://docs.aws.amazon.com/lambda/latest/dg/python-package.html


def wanted(functions: Sequence[FunctionUnderTest], runtime_provides: tuple[str, ...]) -> WantedLook:
    """Return what to look at: the handler of each function, with its environment, beside these of the runtime."""
    return WantedLook(
        runtime_provides=runtime_provides,
        handlers=tuple(
            Handler(key=each.key, handler=each.handler, environment=tuple(each.environment.items()))
            for each in functions
        ),
    )


def milliseconds(function: FunctionUnderTest, seen: Look) -> float:
    """Return how long it took to import a handler."""
    account = seen.account(function.key)
    return sum(each.ms for each in outcomes(account)) if account else 0


def compiled_anew(function: FunctionUnderTest, seen: Look) -> Iterator[Fault]:
    """Yield the modules of the code that an import compiled, although the code brings bytecode."""
    account = seen.account(function.key)
    if function.bytecode == "none" or account is None:
        return
    found = bytecode(account)
    what = "was compiled when it was imported, so its bytecode is not used"
    for path in found.compiled:
        yield Fault(path, what, f"another loader, or another Python, as {function.handler} was loaded")
    for path, named in found.misnamed:
        yield Fault(path, f"names {named} as its file", "tracebacks would show another file")


def judged(function: FunctionUnderTest, seen: Look, layers: Sequence[BuiltLayer]) -> Iterator[Fault]:
    """Yield why a handler cannot be imported."""
    where = f"functions.{function.key}: {function.handler}"
    account = seen.account(function.key)
    if account is None or account.intruded:
        what, _, trace = (account.intruded if account else "was not looked at").partition("\n")
        yield Fault(where, f"{what}\n{quoted(trace)}".rstrip(), "it ends the process, or speaks for it")
        return
    if not any(each.kind == "handler" for each in outcomes(account)):
        what = "was not tried, and its process says that it came to its end"
        yield Fault(where, what, "code that it imports speaks in the place of the look")
    packages = [package for layer in layers for package in layer.report.packages]
    paths = [path.removeprefix("python/") for path in merged(layers)]
    explain = trial.lock(layers, tree.of_report(paths, packages), {}, None).explain
    for outcome in outcomes(account):
        if outcome.error:
            cause, cure = explain(outcome.error, "")
            if cure == causes.OTHER_VERSION and outcome.at.startswith(_OWN):
                cure = "correct that line"
            what = f"{outcome.error}{f' ({outcome.at})' if outcome.at else ''}"
            if rule := withdraw.took(outcome.error, trial.applied(layers)):
                cause = f"the trim rule `{rule.name}` took it of {rule.distribution}, where nothing else needs it"
                cure = f"keep it: `trim: {{{rule.name}: false}}` of the layer in config/pipeline.yaml"
            if (name := missing(outcome.error)) in seen.place.runtime_modules:
                what += " - the layer lacks it, and the runtime's own copy hides that"
                cause += "; AWS changes its copy whenever it likes"
                cure = or_from_runtime(name, cure)
            yield Fault(where, what, cause, cure)
