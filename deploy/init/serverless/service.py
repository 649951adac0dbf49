"""The functions of a serverless.yml, and what of it cannot be taken over.

https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import yaml

from ...template.short_forms import parsed
from ...terminal.quantity import quantity
from .. import places
from ..values import PYTHON, STAGES, FoundFunction, FoundProgram, NotTakenError, Value, by_stage, key_of, variables
from . import layers, package
from .variables import Variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_NAMES = ("serverless.yml", "serverless.yaml", "serverless.json")
_PROGRAMS = ("serverless.ts", "serverless.js")
_TAKEN = frozenset(
    {"architecture", "description", "environment", "ephemeralStorageSize", "handler", "layers", "memorySize", "module"}
    | {"name", "runtime", "timeout"}
)
# What the provider says of all functions that is taken, that only says whose they are, or that has a line of its own.
_OF_PROVIDER = _TAKEN | {"iam", "iamRoleStatements", "name", "region", "stage"}


def read(project: Path, environment: Mapping[str, str]) -> Iterator[FoundProgram]:
    """Yield what the serverless.yml at the top of the project defines."""
    for name in _PROGRAMS:
        if (project / name).is_file():
            yield FoundProgram(
                what=f"{name}: the Serverless Framework", left=(f"{name}: is a program, and is not run",)
            )
    for name in _NAMES:
        path = project / name
        if not path.is_file():
            continue
        try:
            document = parsed(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            yield FoundProgram(what=name, left=(f"{name}: is not YAML that can be used: {error}",))
            continue
        if isinstance(document, dict):
            yield _Service(project, name, document, Variables(project, document, environment)).program()
        return


@dataclass(frozen=True)
class _Service:
    project: Path
    file: str
    document: Mapping[str, object]
    variables: Variables

    @property
    def provider(self) -> Mapping[str, object]:
        return self.known(self.document.get("provider"))

    def program(self) -> FoundProgram:
        functions: list[FoundFunction] = []
        left: list[str] = []
        for key, own in self._functions(left):
            try:
                functions.append(self._function(key, own, left))
            except NotTakenError as refused:
                left.append(f"{self.file}: {key}: {refused}")
                continue
            if beside := [_described(own, each) for each in sorted(own.keys() - _TAKEN)]:
                left.append(f"{self.file}: {key}: {', '.join(beside)}")
            others = layers.left(own, self.provider, self.variables)
            left += [f"{self.file}: {key}: layers: {each}" for each in others]
        left += self._beside()
        count = quantity(len(functions), "Python function")
        return FoundProgram(
            what=f"{self.file}: the Serverless Framework, {count}",
            functions=tuple(functions),
            left=tuple(left),
            name=self.or_nothing(self.document.get("service")),
            region=self.or_nothing(self.provider.get("region")),
            exclude=tuple(package.excluded(self._patterns())),
            requirements=tuple(dict.fromkeys(layers.lists(self.project, self._list(), functions))),
        )

    def _functions(self, left: list[str]) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Yield each function with its key: `functions` may be keys and values, a list of such, or in files."""
        given = self.document.get("functions") or {}
        for part in given if isinstance(given, list) else [given]:
            try:
                entries = self.variables.value(part) if isinstance(part, str) else part
            except NotTakenError as refused:
                left.append(f"{self.file}: functions: {refused}")
                continue
            for key, raw in _mapping(entries).items():
                try:
                    own = self.variables.value(raw) if isinstance(raw, str) else raw
                except NotTakenError as refused:
                    left.append(f"{self.file}: {key}: {refused}")
                    continue
                if isinstance(own, dict):
                    yield str(key), own
                else:
                    left.append(f"{self.file}: {key}: is no function")

    def _function(self, key: str, own: Mapping[str, object], left: list[str]) -> FoundFunction:
        if "image" in own:
            raise NotTakenError("it is a container image, which takes no layers")
        runtime = self._said(own, "runtime")
        if runtime and not runtime.startswith(PYTHON):
            raise NotTakenError(f"its runtime is {runtime}")
        handler = self.variables.text(own.get("handler"))
        if not handler:
            raise NotTakenError("it has no handler")
        folder = self.project / self.variables.text(own.get("module", "."))
        return FoundFunction(
            key=key_of(key),
            name=self._name(key, own),
            handler=handler,
            source=places.declared(self.project, folder, handler),
            runtime=runtime,
            architecture=self._said(own, "architecture"),
            memory=self._number(key, own, "memorySize", left),
            timeout=self._number(key, own, "timeout", left),
            storage=self._number(key, own, "ephemeralStorageSize", left),
            environment=self._environment(key, own, left),
            layers=layers.taken(own, self.provider, self.variables),
        )

    @property
    def _stages(self) -> dict[str, _Service]:
        """The same service for each stage that is written."""
        return {stage: replace(self, variables=replace(self.variables, named=stage)) for stage in STAGES}

    def _environment(self, key: str, own: Mapping[str, object], left: list[str]) -> dict[str, Value]:
        """Return the variables, worked out for each stage; what holds all of them may be a variable too."""
        holding = [each for each in (self.provider.get("environment"), own.get("environment")) if each is not None]
        left += [
            f"{self.file}: {key}: environment: {each} is not decided here" for each in holding if self._hides(each)
        ]
        given = {
            stage: {name: raw for each in holding for name, raw in service.known(each).items()}
            for stage, service in self._stages.items()
        }
        return variables(
            {
                str(name): by_stage(
                    {
                        stage: service.or_nothing(given[stage].get(name)) or None
                        for stage, service in self._stages.items()
                    }
                )
                for name in dict.fromkeys(name for each in given.values() for name in each)
            }
        )

    def known(self, raw: object) -> dict[str, Any]:
        """Return keys and values, which may be those of a file; none where nobody here knows them."""
        try:
            return _mapping(self.variables.value(raw) if isinstance(raw, str) else raw)
        except NotTakenError:
            return {}

    def _hides(self, raw: object) -> bool:
        return isinstance(raw, str) and not self.known(raw)

    def _number(self, name: str, own: Mapping[str, object], key: str, left: list[str]) -> int:
        """Return a number, 0 where none is said; one that cannot be worked out is left, and the function taken."""
        try:
            text = self._said(own, key)
        except NotTakenError as refused:
            left.append(f"{self.file}: {name}: {key}: {refused}")
            return 0
        raw = own.get(key, self.provider.get(key))
        if {each.or_nothing(raw) for each in self._stages.values()} - {text}:
            left.append(f"{self.file}: {name}: {key}: differs by stage; here as in {self.variables.stage}")
        return int(text) if text.isdecimal() else 0

    def _said(self, own: Mapping[str, object], key: str) -> str:
        return self.variables.text(own.get(key, self.provider.get(key)))

    def _name(self, key: str, own: Mapping[str, object]) -> str:
        """Return the name without the stage: the framework's own is service-stage-key."""
        stage = self.variables.stage
        given = self.or_nothing(own.get("name"))
        whole = given or f"{self.or_nothing(self.document.get('service'))}-{key}"
        kept = "-".join(part for part in whole.split("-") if part != stage) or key
        return "".join(each if each.isalnum() or each in "-_" else "-" for each in kept)[:64].strip("-")

    def or_nothing(self, raw: object) -> str:
        try:
            value = self.variables.value(raw)
        except NotTakenError:
            return ""
        return str(value) if isinstance(value, (str, int, float)) else ""

    def _beside(self) -> Iterator[str]:
        """Yield what else the file has that stays where it is."""
        if "iam" in self.provider or "iamRoleStatements" in self.provider:
            yield f"{self.file}: provider.iam: the rights of the functions"
        if beside := sorted(self.provider.keys() - _OF_PROVIDER):
            yield f"{self.file}: provider: {', '.join(beside)}"
        if plugins := self.document.get("plugins"):
            names = plugins if isinstance(plugins, list) else _mapping(plugins).get("modules") or ()
            yield f"{self.file}: plugins: {', '.join(map(str, names))}"
        if own := sorted(self._of_requirements().keys() - {"fileName"}):
            yield f"{self.file}: custom.pythonRequirements: {', '.join(own)}"
        if kinds := sorted({str(_mapping(each).get("Type")) for each in self._resources()}):
            yield f"{self.file}: other resources: {', '.join(kinds)}"
        if layers := self.known(self.document.get("layers")):
            yield f"{self.file}: layers: {', '.join(map(str, layers))}"
        yield from (f"{self.file}: package: {each}" for each in package.beyond(self._patterns()))

    def _resources(self) -> Iterator[object]:
        """Yield the resources: `resources` may be keys and values, or a list of such, each of them in a file."""
        given = self.document.get("resources")
        for part in given if isinstance(given, list) else [given]:
            try:
                entries = self.variables.value(part) if isinstance(part, str) else part
            except NotTakenError:
                continue
            yield from _mapping(_mapping(entries).get("Resources")).values()

    def _patterns(self) -> list[str]:
        given = self.known(self.document.get("package"))
        found = given.get("patterns") or [f"!{each}" for each in given.get("exclude") or ()]
        return [str(each) for each in found] if isinstance(found, list) else []

    def _list(self) -> str:
        return self.or_nothing(self._of_requirements().get("fileName"))

    def _of_requirements(self) -> dict[str, Any]:
        return self.known(self.known(self.document.get("custom")).get("pythonRequirements"))


def _described(own: Mapping[str, Any], key: str) -> str:
    if key == "events" and isinstance(own[key], list):
        kinds = {str(next(iter(each), "none")) if isinstance(each, dict) else str(each) for each in own[key]}
        return f"events ({', '.join(sorted(kinds))})"
    return key


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
