"""What a stage's functions run and ran before, read from AWS: each alias's description is its history.

A release is named by twelve hexadecimal digits. Which function versions belong to it says the alias's history, and
beyond its 256 characters the description of each version.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from ..aws import aliases
from ..errors import Fault, RolloutError
from ..invocation import advised
from ..published import functions
from ..published.functions import ServedFunction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..aws.connection import Aws
    from ..published.descriptions import Passed
    from ..published.functions import DeployedFunction
    from ..settings import Settings, Stage


def read(aws: Aws, settings: Settings, stage: Stage) -> tuple[ServedFunction, ...]:
    """Read every function of a stage, in the order of the settings.

    Raises RolloutError with every one that is absent, or whose alias is absent, split or stands for nothing.
    """
    served, faults = observe(aws, settings, stage)
    if faults:
        raise RolloutError(faults)
    return served


def observe(aws: Aws, settings: Settings, stage: Stage) -> tuple[tuple[ServedFunction, ...], list[Fault]]:
    """Read what `read` does, and return what it would raise beside what can be read."""
    if not settings.functions:
        cure = f"others follow a layer by its channel: {advised('share', '--stage', stage.name, '--stable', 'VERSION')}"
        return (), [Fault("config/pipeline.yaml: functions", "there are none, and so no releases", cure=cure)]
    served: list[ServedFunction] = []
    faults: list[Fault] = []
    for each in functions.observe(aws, settings, stage):
        if not isinstance(each, ServedFunction):
            faults.append(_absent(each))
        elif (alias := aliases.undivided(aws, each.alias)).weighted:
            faults.append(aliases.weighted(alias))
        else:
            served.append(replace(each, alias=alias))
    return tuple(served), faults


def known(stage_functions: Sequence[ServedFunction]) -> tuple[str, ...]:
    """Name every release that some function still tells of, newest first."""
    return tuple(dict.fromkeys(each.release for served in stage_functions for each in served.passed()))


def current(stage_functions: Sequence[ServedFunction]) -> str:
    """Name the release that is live; raise RolloutError where the aliases do not stand for one, and say why not."""
    releases = {each.where: each.release for each in stage_functions if each.release is not None}
    faults = [_unknown(each) for each in stage_functions if each.release is None]
    faults += [_mixed(releases)] if len(set(releases.values())) > 1 else []
    if faults:
        raise RolloutError(faults)
    return next(iter(releases.values()))


def resolve(stage_functions: Sequence[ServedFunction], wanted: str) -> str:
    """Return the release that a name, or the start of one, stands for; raise RolloutError where it is none or many."""
    releases = known(stage_functions)
    found = [each for each in releases if each.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise RolloutError([Fault(wanted, f"is the start of {' and of '.join(found)}", cure="give more of its digits")])
    near = difflib.get_close_matches(wanted, releases, n=1)
    listed = f"use one of: {', '.join(releases)}" if releases else "deploy one"
    cure = f"did you mean {near[0]}? Known are {', '.join(releases)}" if near else listed
    raise RolloutError([Fault(wanted, "no alias and no version tells of such a release", cure=cure)])


def _absent(each: DeployedFunction) -> Fault:
    if each.found is None:
        return Fault(each.name, "there is no such function", cure="deploy the stage first, or choose another --stage")
    if each.alias is None:
        return Fault(each.where, "there is no such alias", cure="deploy the stage first")
    return Fault(each.where, f"points to version {each.alias.version}, which is gone")


def _unknown(served: ServedFunction) -> Fault:
    if not served.history:
        return Fault(
            served.where,
            f"stands for version {served.alias.version}, of which its description tells no release",
            cause="nothing was deployed to it yet, or by something else",
            cure="deploy the stage first",
        )
    return Fault(
        served.where,
        f"stands for version {served.alias.version}; its history says {served.history[0].version}",
        cause="something else moved it",
        cure=f"name a release: `rollback {served.history[0].release}` puts it back",
    )


def _mixed(releases: dict[str, str]) -> Fault:
    said = ", ".join(f"{where} for {release}" for where, release in releases.items())
    ways = " or ".join(f"`rollback {release}`" for release in dict.fromkeys(releases.values()))
    return Fault(
        "the aliases",
        f"stand for several releases: {said}",
        cause="a run was killed between two moves",
        cure=f"finish it: {ways}",
    )


def candidates(served: ServedFunction, release: str) -> Iterator[Passed]:
    """Yield the versions that a function had in a release, the best known first."""
    return (each for each in served.passed() if each.release == release)
