"""The code, tried on its verified layers: both final zips unpacked, every handler imported, every function invoked."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from ..code import tree_digest
from ..errors import Fault, VerificationError
from . import invoked
from .audit import code as audit
from .audit import trust
from .audit.audit import collisions
from .audit.audit import names as file_names
from .audit.limits import exceeded_together
from .opt_folder import merged, unpacked
from .proof import handlers, look, runtime_provides

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from ..settings import Target
    from .backend.protocol import Sandbox
    from .evidence import FunctionUnderTest
    from .values import BuiltLayer
    from .verify import Means, VerifiedLayer

PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A function that was invoked once: `healthy` tells that it answered with the digests of what it runs.

    `raised` is the handler's own exception, which an empty event may lead to; empty where it answered. `untried` is
    what went wrong where one of its layers could not be had, which proves nothing.
    """

    function: str
    handler_milliseconds: float
    healthy: bool
    raised: str = ""
    untried: str = ""


@dataclass(frozen=True, kw_only=True)
class CodeEvidence:
    """What was proven of the code zip with these digests; `layers` maps a function to the digest of its /opt.

    `runtime_provides` are the versions, by distribution, of what functions take from the runtime, as the image had it.
    """

    code: str
    layers: Mapping[str, str]
    answered: tuple[Answered, ...]
    runtime_provides: Mapping[str, str]


def verify_code(
    layers: Sequence[VerifiedLayer],
    code_zip: bytes,
    functions: Sequence[FunctionUnderTest],
    means: Means,
    foreign: Mapping[str, BuiltLayer] | None = None,
) -> CodeEvidence:
    """Try every function with its layers; raise VerificationError with every fault of every function.

    Functions with the same layers share one sandbox. `foreign` are layers of others, by the names that functions have
    for them; one that is not there could not be had, and the functions are tried without it.
    """
    others = foreign or {}
    groups = {names: _attached(layers, names, others) for names in _by_layers(layers, functions)}
    task = _unpacked(code_zip, groups, others)
    expected = {"code": tree_digest.of_files(task)}
    faults: dict[Fault, None] = {}
    answered: dict[str, Answered] = {}
    digests: dict[str, str] = {}
    provided: dict[str, str] = {}
    for names, group in _by_layers(layers, functions).items():
        opt = _without_started(merged(groups[names]), [others[name] for name in names if name in others])
        whole = expected | {"layers": tree_digest.of_files(opt)}
        trial = _Trial(group[0].target, groups[names], group, whole, means.runtime_provides, len(names))
        faults |= dict.fromkeys(audit.faults(task, groups[names], group[0].target, is_whole=trial.is_whole))
        faults |= dict.fromkeys([*trust.faults(group if trial.is_whole else (), opt), *audit.stale(task, group[0])])
        with means.runtime.sandbox(group[0].target.runtime, opt, task) as sandbox:
            faults |= dict.fromkeys(trial.run(sandbox, answered, provided))
        digests |= {function.key: trial.expected["layers"] for function in group}
    if faults:
        raise VerificationError(list(faults))
    for remark in audit.remarks(task):
        means.say(remark)
    _tell(answered.values(), means.say)
    return CodeEvidence(
        code=expected["code"], layers=digests, answered=tuple(answered.values()), runtime_provides=provided
    )


@dataclass(frozen=True)
class _Trial:
    """Functions that have the same layers, and the digests that they have to answer with.

    `wanted` is how many layers they have, of which not all may be at hand.
    """

    target: Target
    layers: Sequence[BuiltLayer]
    functions: Sequence[FunctionUnderTest]
    expected: Mapping[str, str]
    runtime_provides: tuple[str, ...]
    wanted: int

    @property
    def is_whole(self) -> bool:
        return len(self.layers) == self.wanted

    def run(self, sandbox: Sandbox, answered: dict[str, Answered], provided: dict[str, str]) -> Iterator[Fault]:
        """Yield every fault; note the functions that answered, and the versions of what the runtime provides."""
        seen = look.take(sandbox, handlers.wanted(self.functions, self.runtime_provides), self.target.runtime)
        brought = {pin.name: pin.version for layer in self.layers for pin in layer.spec.pins}
        where = ", ".join(f"functions.{each.key}" for each in self.functions)
        if self.is_whole:
            yield from runtime_provides.faults(self.runtime_provides, seen.place, brought, self.target, where)
        provided |= runtime_provides.told(seen.place, brought)
        for function in self.functions:
            faults = [*handlers.judged(function, seen, self.layers), *handlers.compiled_anew(function, seen)]
            raised = ""
            if not faults:
                faults, raised = self._invocation(sandbox, function)
            if not faults or not self.is_whole:
                answered[function.key] = Answered(
                    function=function.key,
                    handler_milliseconds=handlers.milliseconds(function, seen),
                    healthy=function.health is not None and not faults,
                    raised=raised,
                    untried=faults[0].what.partition("\n")[0] if faults else "",
                )
            if self.is_whole:
                yield from faults

    def _invocation(self, sandbox: Sandbox, function: FunctionUnderTest) -> tuple[list[Fault], str]:
        """Return what is wrong with a function, and what its handler raised where it got no event of its own."""
        where = f"functions.{function.key}: {function.handler}"
        own = function.health if function.health is not None else function.trial
        environment = {**function.environment, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory)}
        try:
            answer = sandbox.invoke(function.handler, environment, dict(own or {}), PATIENCE)
        except VerificationError as error:
            if own is not None or not invoked.is_own(error):
                event = "health" if function.health is not None else "trial" if own is not None else ""
                return [*invoked.refused(where, error, event)], ""
            return [], error.faults[0].what
        return [*self._unhealthy(where, answer)] if function.health is not None else [], ""

    def _unhealthy(self, where: str, answer: object) -> Iterator[Fault]:
        """Compare the digests that a function answered with, of what it really runs, with those of the zips."""
        given = answer if isinstance(answer, dict) else {}
        for part, expected in self.expected.items():
            if part not in given:
                what = f"its health answer names no digest of its {part}: {str(answer)[:200]}"
                cure = "answer the function's `health` event with {code, layers}"
                yield Fault(where, what, "the handler does not know the event", cure)
            elif given[part] != expected:
                what = f"runs {part} with the digest {str(given[part])[:16]}…, not {expected[:16]}… as in the zip"
                cause = "it digests other files than the zip holds, or in another way"
                yield Fault(where, what, cause, "see deploy/code/tree_digest.py for how")


def _tell(answered: Collection[Answered], say: Callable[[str], None]) -> None:
    """Say which functions answered, and of each that raised what; a handler may refuse an event that is empty."""
    well = [each.function for each in answered if not each.raised and not each.untried]
    if well:
        say(f"{', '.join(well)} answered on the final zips")
    for each in answered:
        if each.raised:
            first, *others = each.raised.splitlines()
            why = f"{first} …" if others else first
            say(f"{each.function} raised for an empty event: {why}; `trial: EVENT` gives it one to answer")
        if each.untried:
            say(f"{each.function} was not tried with all of its layers, and without: {each.untried}")


def _by_layers(
    layers: Sequence[VerifiedLayer], functions: Sequence[FunctionUnderTest]
) -> dict[tuple[str, ...], list[FunctionUnderTest]]:
    every = tuple(layer.built.spec.layer.name for layer in layers)
    groups: dict[tuple[str, ...], list[FunctionUnderTest]] = {}
    for function in functions:
        groups.setdefault(every if function.layers is None else function.layers, []).append(function)
    return groups


def _attached(
    layers: Sequence[VerifiedLayer], names: Sequence[str], foreign: Mapping[str, BuiltLayer]
) -> list[BuiltLayer]:
    """Return the layers of these names, in attach order, without those of others that could not be had."""
    by_name = {**foreign, **{layer.built.spec.layer.name: layer.built for layer in layers}}
    return [by_name[name] for name in names if name in by_name]


def _without_started(opt: Mapping[str, bytes], foreign: Sequence[BuiltLayer]) -> dict[str, bytes]:
    """Leave out the extensions of others: without their makers' services, that they end would prove nothing."""
    theirs = {path for layer in foreign for path in file_names(layer) if path.startswith("extensions/")}
    return {path: content for path, content in opt.items() if path not in theirs}


def _too_much(
    names: Sequence[str], attached: Sequence[BuiltLayer], code: int, foreign: Mapping[str, BuiltLayer]
) -> Iterator[Fault]:
    """Yield what a function cannot have together: paths of the project's own layers, and sizes of all."""
    yield from collisions([each for each in attached if each.spec.layer.name not in foreign])
    yield from exceeded_together(f"the code and {' and '.join(names) or 'no layer'}", attached, code)


def _unpacked(
    code_zip: bytes, groups: Mapping[tuple[str, ...], Sequence[BuiltLayer]], foreign: Mapping[str, BuiltLayer]
) -> dict[str, bytes]:
    """Unpack the code, unless it is too large to go with the layers of any function."""
    try:
        with ZipFile(BytesIO(code_zip)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            together = [
                fault for names, attached in groups.items() for fault in _too_much(names, attached, size, foreign)
            ]
            if together:
                raise VerificationError(together)
            return unpacked([BytesIO(code_zip)])
    except BadZipFile as error:
        raise VerificationError.of("the code", f"is not a zip that can be read: {error}") from error
