"""The code of a project's functions: bundled, checked by the project, and tried on the layers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..code import bytecode, sources
from ..code.bundle import CodeBundle, bundles
from ..code.remembered import Memory
from ..errors import Fault, VerificationError
from ..layer.cache_key import bundled_by, digest, proven_by
from .at_hand import AtHand, checks_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..completed import Completed
    from ..layer.verify import VerifiedLayer
    from ..published.trial_layers import ForeignLayers
    from ..settings import Function

    # Has a Python that runs a script with an argument do something with sources.
    Ask = Callable[[Callable[[bytes, str], Completed], Mapping[str, bytes]], str]

_PATIENCE = 120.0  # seconds, for reading sources


@dataclass
class CodePreparation:
    """`provided` are the versions of what the runtime itself brings, as they were found."""

    at_hand: AtHand
    provided: dict[str, str] = field(default_factory=dict)

    @cached_property
    def foreign(self) -> ForeignLayers:
        """The layers of others that functions have: fetched when first asked for."""
        from ..published.trial_layers import fetch

        folder = self.at_hand.cache.root / "published"
        return fetch(self.at_hand.settings, self.at_hand.choices.stage, folder, self.at_hand.console.say)

    def code(self, layers: Sequence[VerifiedLayer]) -> dict[str, CodeBundle]:
        """Bundle the code of every function, have the project check it, and try it."""
        trusts = self.at_hand.trusts_kept and self.at_hand.choices.stage is None  # a stage gets what the sources give
        memory = Memory(self.at_hand.cache, bundled_by()) if trusts else None
        cache = self.at_hand.cache.root.absolute()
        made = bundles(self.at_hand.settings, self.at_hand.dist, cache, python=self.python(), memory=memory)
        for each in dict.fromkeys(bundle.zip for bundle in made.values()):
            self.tell_left_out(next(bundle for bundle in made.values() if bundle.zip == each))
        shipped = sorted({bundle.sha256 for bundle in made.values()})
        key = digest(["checks", proven_by(), shipped, self.at_hand.settings.code.checks])
        if made and self.at_hand.settings.code.checks and self.at_hand.passed(key) is None:
            from .. import project_module

            project_module.check(self.at_hand.settings, self.at_hand.console.say)
            self.at_hand.cache.keep_checks(key, "passed")
        if self.at_hand.choices.try_code:
            self.tried(layers, made)
        return made

    def python(self) -> sources.Python:
        """Return the runtime's own Python: this process's, where that is it and need not compile, else the image's."""
        settings = self.at_hand.settings
        is_here = settings.runtime == sources.HERE
        compiles = any(settings.code_of(each).bytecode != "none" for each in settings.functions.values())
        return sources.Python(
            read=sources.read_here if is_here else self.read_elsewhere,
            compiled=self.compiled,
            identity="" if is_here and not compiles else self.at_hand.image(settings.targets[0]).key,
        )

    def read_elsewhere(self, modules: Mapping[str, bytes]) -> Mapping[str, bytes | sources.Unreadable]:
        """Have the runtime's own Python read the code, unless it read these very sources before."""
        return sources.answered(self._by_runtime("read", sources.inputs(modules), sources.read_by, modules))

    def compiled(self, modules: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Have the runtime's own Python compile the code, unless it compiled these very sources before."""
        return bytecode.answered(self._by_runtime("compile", bytecode.inputs(modules), bytecode.compile_by, modules))

    def _by_runtime(self, what: str, inputs: Sequence[str], ask: Ask, modules: Mapping[str, bytes]) -> str:
        """Have it done by the runtime's own Python, or return what that answered before.

        What it gives is what ships: a stage gets what is made now, or what came with its proofs from another job.
        """
        target = self.at_hand.settings.targets[0]
        key = checks_key(f"{what} sources", self.at_hand.image(target), target, *inputs)
        choices = self.at_hand.choices
        answer = self.at_hand.passed(key) if choices.stage is None or choices.only_built else None
        if answer is None:
            self.at_hand.refuse_making("the code", f"{target.runtime} did not {what} it")
            runtime = self.at_hand.runtime(target)
            with (
                self.at_hand.console.step(f"{what} the code with {target.runtime} in {runtime.image.reference}"),
                runtime.sandbox(target.runtime, {}, {}) as sandbox,
            ):
                answer = ask(lambda script, given: sandbox.run(script, given, {}, _PATIENCE), modules)
            self.at_hand.cache.keep_checks(key, answer)
        return answer

    def tell_left_out(self, made: CodeBundle) -> None:
        if made.left_out:
            first = ", ".join(made.left_out[:4]) + (" …" if len(made.left_out) > 4 else "")
            self.at_hand.console.say(f"{made.zip.stem}: {len(made.left_out)} left out: {first}")

    def tried(self, layers: Sequence[VerifiedLayer], code: Mapping[str, CodeBundle]) -> None:
        """Try each function on its layers, with its code, unless these very bytes were tried before."""
        groups: dict[str, list[str]] = {}
        for key, made in code.items():
            groups.setdefault(made.sha256, []).append(key)
        faults: list[Fault] = []
        logs: list[str] = []
        for keys in groups.values():
            try:
                self.tried_together(layers, code[keys[0]], [self.at_hand.settings.functions[key] for key in keys])
            except VerificationError as error:
                faults += error.faults
                logs.append(error.log)
        if faults:
            raise VerificationError(faults, log="".join(logs))

    def tried_together(self, layers: Sequence[VerifiedLayer], made: CodeBundle, functions: Sequence[Function]) -> None:
        """Try functions that have the same code."""
        from ..layer.template_environment import under_test

        tested = tuple(under_test(self.at_hand.settings, each) for each in functions)
        wanted = self.at_hand.settings.runtime_provides
        others = {
            name: self.foreign.digests[name]
            for each in functions
            for name in each.layers
            if self.at_hand.settings.foreign(name)
        }
        trial = [made.sha256, [each.built.sha256 for each in layers], repr(tested), wanted, others]
        target = layers[0].built.spec.target if layers else self.at_hand.settings.targets[0]
        image = layers[0].built.spec.image if layers else self.at_hand.image(target)
        key = checks_key("code", image, target, *trial)
        kept = self.at_hand.passed(key)
        if kept is None:
            self.at_hand.refuse_making("the code", "it was not tried on these layers")
            from ..layer.verify import Means
            from ..layer.verify_code import verify_code

            means = Means(runtime=self.at_hand.runtime(target), say=self.at_hand.console.say, runtime_provides=wanted)
            with self.at_hand.console.step(f"try {made.zip.name} on its layers in the runtime"):
                evidence = verify_code(layers, made.zip.read_bytes(), tested, means, self.foreign.opened(target, image))
            self.at_hand.cache.keep_checks(key, kept := json.dumps(asdict(evidence)))
        self.provided |= json.loads(kept)["runtime_provides"]

    def tell_provided(self, layers: Sequence[VerifiedLayer]) -> None:
        """Say which versions the image has of what comes from the runtime itself."""
        for layer in layers:
            self.provided |= layer.evidence.runtime_provides
        if self.provided:
            versions = ", ".join(f"{name} {version}" for name, version in sorted(self.provided.items()))
            self.at_hand.console.say(f"the runtime's own, which AWS changes: {versions}")
