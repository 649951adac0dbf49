"""Every check, in the order in which people read about them; each after those that it needs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..errors import ConfigError
from ..invocation import advised
from .findings import unknown
from .runner import Check, ProjectChecks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ..settings import Extension
    from .context import Visit
    from .findings import Finding

AREAS = (
    "project",
    "disk",
    "engine",
    "account",
    "rights",
    "github",
    "stack",
    "functions",
    "layers",
    "logs",
    "limits",
)
"""The pipeline's own; each extension with checks has one of its name."""

NO_STAGE = "stage"
"""The area of what is said where no stage is given."""


def checks(visit: Visit) -> Iterator[Check | ProjectChecks]:
    """Yield what is to be looked at. Without a stage nothing beyond this machine is."""
    yield from _of_project(visit)
    yield from _of_machine(visit)
    if visit.stage_name is None:
        yield Check("the stage", NO_STAGE, lambda: _without_stage(visit))
        return
    yield from _of_account(visit)
    yield from _of_release(visit)
    yield from _of_extensions(visit)


def of_areas(made: Sequence[Check | ProjectChecks], areas: Collection[str]) -> Iterator[Check | ProjectChecks]:
    """Yield the checks of these areas and, before them, those that they need; and that there is no stage, if so."""
    by_name = {check.name: check for check in made}
    needed = [check.name for check in made if check.area in {*areas, NO_STAGE}]
    for name in needed:
        needed += [each for each in by_name[name].needs if each not in needed]
    yield from (check for check in made if check.name in needed)


def _without_stage(visit: Visit) -> Iterator[Finding]:
    beyond = " and ".join(["AWS", *(each.name.capitalize() for each in _extensions(visit))])
    yield unknown(f"{beyond}, without a --stage", cure=f"name one: {advised('doctor', '--stage', 'dev')}")


def _of_project(visit: Visit) -> Iterator[Check]:
    from . import project

    good = ("the configuration",)
    yield Check(good[0], "project", lambda: project.configuration(visit.project, visit.environment))
    yield Check("the project's own checks", "project", lambda: project.own_checks(visit.settings), good)
    yield Check("the lock", "project", lambda: project.of_each(project.locked, visit.settings), good)
    yield Check(
        "the lock's age",
        "project",
        lambda: project.of_each(partial(project.fresh, today=visit.now), visit.settings),
        good,
    )
    yield Check("the runtime's days", "project", lambda: project.runtime_days(visit.settings, visit.now.date()), good)


def _of_machine(visit: Visit) -> Iterator[Check]:
    from . import disk, engine

    there, both = ("the container engine",), ("the configuration", "the container engine")
    yield Check("the disks", "disk", lambda: disk.folders(visit.environment))
    yield Check(there[0], "engine", lambda: engine.answers(visit.environment))
    yield Check("the engine's disk", "disk", lambda: disk.of_engine(visit.engine.about()), there)
    yield Check("architectures", "engine", lambda: engine.architectures(visit.engine, visit.settings), both)
    yield Check("the runtime image", "engine", lambda: engine.image_is_here(visit.engine, visit.settings), both)
    yield Check(
        "the image's pin", "engine", lambda: engine.image_is_pinned(visit.settings, visit.environment), both[:1]
    )
    yield Check("the image's Python and glibc", "engine", lambda: engine.image_fits(visit.engine, visit.settings), both)


def _of_account(visit: Visit) -> Iterator[Check]:
    from . import account, github, rights

    signed = ("the credentials",)
    yield Check(
        signed[0],
        "account",
        lambda: account.credentials(visit.stage, lambda: visit.aws, lambda: visit.identity),
        ("the configuration",),
    )
    yield Check(
        "what a deploy may do",
        "rights",
        lambda: rights.for_deploy(visit.aws, visit.identity, visit.settings, visit.stage),
        signed,
    )
    yield Check(
        "GitHub's trust",
        "github",
        lambda: github.trusted(visit.aws, visit.settings, visit.stage, visit.environment),
        signed,
    )


def _of_release(visit: Visit) -> Iterator[Check]:
    from . import functions, layers, limits, logs, stack

    signed, good = ("the credentials",), ("the configuration",)
    made, there = ("the stack",), ("the functions",)
    yield Check(
        "the stack's parameters", "stack", lambda: stack.parameters(visit.settings, visit.stage, visit.secrets), good
    )
    yield Check(made[0], "stack", lambda: _stack(visit), signed)
    yield Check("the stack's status", "stack", lambda: _status(visit), made)
    yield Check(there[0], "functions", lambda: functions.there(visit.functions, visit.settings), made)
    yield Check("the functions' state", "functions", lambda: functions.well(visit.functions, visit.settings), there)
    yield from _of_concurrency(visit)
    yield Check(
        "attached layers", "layers", lambda: layers.attached(visit.settings, visit.functions, visit.stage.region), there
    )
    yield Check(
        "layer versions",
        "layers",
        lambda: layers.current(visit.aws, visit.settings, visit.attached, visit.functions),
        there,
    )
    yield Check(
        "what is live, against the lock",
        "layers",
        lambda: layers.as_locked(visit.settings, visit.attached, visit.functions, visit.downloads),
        ("the lock", *there),
    )
    yield Check(
        "the logs", "logs", lambda: logs.failed_imports(visit.aws, visit.functions, visit.hours, visit.now), there
    )
    yield Check("the account's limits", "limits", lambda: limits.of_account(visit.account), signed)
    yield Check(
        "the functions' limits",
        "limits",
        lambda: limits.of_functions(visit.functions, visit.stage, visit.attached, visit.downloads),
        there,
    )


def _of_concurrency(visit: Visit) -> Iterator[Check]:
    from . import limits

    signed, there = ("the credentials",), ("the functions",)
    yield Check(
        "the functions' concurrency", "functions", lambda: limits.of_reserved(visit.reserved, visit.account), there
    )
    yield Check(
        "the queues' share",
        "limits",
        lambda: limits.of_queues(visit.aws, visit.functions, visit.reserved, visit.account.unreserved),
        there,
    )
    yield Check("what the template reserves", "limits", lambda: _reserves(visit), signed)


def _reserves(visit: Visit) -> Iterator[Finding]:
    from . import limits

    if visit.values is not None:
        yield from limits.of_template(visit.values, visit.reserved, visit.account)


def _stack(visit: Visit) -> Iterator[Finding]:
    from . import stack

    return stack.there(visit.stage, visit.stack) if visit.template else iter(())


def _status(visit: Visit) -> Iterator[Finding]:
    from . import stack

    return stack.status(visit.aws, visit.stack) if visit.stack else iter(())


def _of_extensions(visit: Visit) -> Iterator[ProjectChecks]:
    """Yield what the project adds, where the configuration can be read and says that there is something."""
    from . import extension
    from .extension import CONFIGURATION, FUNCTIONS, STACK

    for each in _extensions(visit):
        look = partial(extension.look, visit, each)
        yield ProjectChecks(each.name, each.name, look, (CONFIGURATION, STACK, FUNCTIONS))


def _extensions(visit: Visit) -> list[Extension]:
    """Return the extensions that have checks."""
    try:
        return [each for each in visit.settings.extensions.values() if each.doctor is not None]
    except ConfigError:
        return []
