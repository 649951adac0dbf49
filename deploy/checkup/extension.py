"""The checks of the project's extensions, each in a process of its own.

It gets `Examined` on stdin and prints an `ExtensionReport`, both as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping  # noqa: TC003 - read when `Examined` is
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from .. import project_module
from ..documents.reading import UnreadableError, decoded
from ..errors import ConfigError, Fault
from .findings import Finding  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..published.functions import DeployedFunction
    from ..settings import Extension
    from .context import Visit


CONFIGURATION, STACK, FUNCTIONS = "the configuration", "the stack", "the functions"
"""The checks of the pipeline without which an extension's may mean nothing."""


@dataclass(frozen=True)
class Examined:
    """The stage that is looked at, and what was read of it.

    `options` are those of the extension that were given. `stopped` has the checks above by name, each with the names of
    those that found what stops it; empty where all is well. `outputs` are the stack's; `variables` those of the live
    functions, by NAME:ALIAS.
    """

    stage: str
    options: Mapping[str, str]
    stopped: Mapping[str, tuple[str, ...]]
    outputs: Mapping[str, str]
    variables: Mapping[str, Mapping[str, str]]

    def json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Examined:
        """Read what `json` wrote; raise UnreadableError for anything else."""
        return decoded(text, cls)


@dataclass(frozen=True)
class ExtensionReport:
    """What was looked at, a line each, and what was found."""

    looked: tuple[str, ...]
    findings: tuple[Finding, ...]

    def json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> ExtensionReport:
        """Read what `json` wrote; raise UnreadableError for anything else."""
        return decoded(text, cls)


class BrokenExtensionError(Exception):
    """A module that ended with an error: a bug of the project, shown with what it wrote."""


def look(
    visit: Visit, extension: Extension, stopped: Mapping[str, tuple[str, ...]], say: Callable[[str], None]
) -> Iterator[Finding]:
    """Run an extension's checks; `stopped` has those of the pipeline that they build on.

    Raises ConfigError where it prints something else than a report, or takes too long.
    """
    line = f"{extension.module} doctor"
    given = _examined(visit, extension, stopped).json()
    done, fault = project_module.run(
        visit.settings, extension.where, line, given, project_module.of_extension(visit.settings, extension)
    )
    if done is None:
        raise ConfigError([fault] if fault else [])
    try:
        report = ExtensionReport.read(done.stdout)
    except UnreadableError as error:
        if fault:
            raise BrokenExtensionError(done.stderr) from None
        what, cure = "printed something else than a report", "deploy/checkup/extension.py says what one is"
        raise ConfigError([Fault(f"{extension.where}: {line}", what, str(error), cure)], log=done.stdout) from error
    for each in report.looked:
        say(each)
    yield from report.findings
    if fault:
        raise BrokenExtensionError(done.stderr)


def _examined(visit: Visit, extension: Extension, stopped: Mapping[str, tuple[str, ...]]) -> Examined:
    """Read only what was found well: what was not cannot be read."""
    stack = None if stopped[STACK] else visit.stack
    functions = () if stopped[FUNCTIONS] else visit.functions
    given = {name: visit.options.get(f"{extension.name}.{name}", "") for name in extension.doctor or {}}
    return Examined(
        stage=visit.stage.name,
        options={name: value for name, value in given.items() if value},
        stopped=stopped,
        outputs={output.key: output.value for output in stack.outputs} if stack else {},
        variables={each.where: _variables(each) for each in functions},
    )


def _variables(each: DeployedFunction) -> Mapping[str, str]:
    """Return the environment of the live version."""
    found: Mapping[str, str] = each.live.configuration.get("Environment", {}).get("Variables", {}) if each.live else {}
    return found
