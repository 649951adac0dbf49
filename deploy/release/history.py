"""What a stage's functions stand for and stood for before, read from AWS: each alias's description is its history.

A release is named by twelve hexadecimal digits. Which function versions belong to it says the alias's history, and
beyond its 256 characters the description of each version.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.aws.functions import weighted
from deploy.errors import Fault, RolloutError
from deploy.published import usage
from deploy.published.descriptions import AliasNote, Passed, VersionNote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deploy.aws.connection import Aws
    from deploy.aws.functions import AliasState, FunctionState
    from deploy.published.usage import Deployed
    from deploy.settings import Function, Settings, Stage


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A function of a stage with all its versions, its alias, and the version that the alias stands for."""

    function: Function
    deployed: Deployed
    alias: AliasState
    live: FunctionState

    @property
    def name(self) -> str:
        return self.deployed.name

    @property
    def where(self) -> str:
        return f"{self.name}:{self.alias.name}"

    @property
    def history(self) -> tuple[Passed, ...]:
        """What the alias stood for, newest first."""
        return AliasNote.parse(self.alias.description).history

    @property
    def release(self) -> str | None:
        """The release that the alias stands for; None where its history does not know of the version."""
        now = self.history[0] if self.history else None
        return now.release if now and now.version == self.alias.version else None

    def version(self, number: str) -> FunctionState | None:
        return next((each for each in self.deployed.versions if each.version == number), None)

    def passed(self) -> tuple[Passed, ...]:
        """Return every version that a release is known for: by the history, then by the versions' own notes."""
        noted = (Passed(note.release, each.version) for each in self.deployed.versions if (note := note_of(each)))
        return (*self.history, *noted)


def note_of(version: FunctionState) -> VersionNote | None:
    return VersionNote.parse(version.description)


def read(aws: Aws, settings: Settings, stage: Stage) -> tuple[Standing, ...]:
    """Read every function of a stage, in the order of the settings.

    Raises RolloutError with every one that is absent, or whose alias is absent, split or stands for nothing.
    """
    standings, faults = observe(aws, settings, stage)
    if faults:
        raise RolloutError(faults)
    return standings


def observe(aws: Aws, settings: Settings, stage: Stage) -> tuple[tuple[Standing, ...], list[Fault]]:
    """Read what `read` does, and return what it would raise beside what can be read."""
    if not settings.functions:
        return (), [Fault("config/pipeline.yaml: functions", "there are none")]
    names = [f"{each.name}{stage.suffix}" for each in settings.functions.values()]
    found = {each.name: each for each in usage.read(aws, names).deployed}
    standings: list[Standing] = []
    faults: list[Fault] = []
    for name, function in zip(names, settings.functions.values(), strict=True):
        match _standing(function, name, found.get(name)):
            case Fault() as fault:
                faults.append(fault)
            case Standing() as standing:
                standings.append(standing)
    return tuple(standings), faults


def known(standings: Sequence[Standing]) -> tuple[str, ...]:
    """Name every release that some function still tells of, newest first."""
    return tuple(dict.fromkeys(each.release for standing in standings for each in standing.passed()))


def current(standings: Sequence[Standing]) -> str:
    """Name the release that is live; raise RolloutError where the aliases do not stand for one, and say why not."""
    releases = {each.where: each.release for each in standings if each.release is not None}
    faults = [_unknown(each) for each in standings if each.release is None]
    faults += [_mixed(releases)] if len(set(releases.values())) > 1 else []
    if faults:
        raise RolloutError(faults)
    return next(iter(releases.values()))


def resolve(standings: Sequence[Standing], wanted: str) -> str:
    """Return the release that a name, or the start of one, stands for; raise RolloutError where it is none or many."""
    releases = known(standings)
    found = [each for each in releases if each.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise RolloutError([Fault(wanted, f"is the start of {' and of '.join(found)}", cure="give more of its digits")])
    near = difflib.get_close_matches(wanted, releases, n=1)
    listed = f"use one of: {', '.join(releases)}" if releases else "deploy one"
    cure = f"did you mean {near[0]}? Known are {', '.join(releases)}" if near else listed
    raise RolloutError([Fault(wanted, "no alias and no version tells of such a release", cure=cure)])


def _standing(function: Function, name: str, deployed: Deployed | None) -> Standing | Fault:
    if deployed is None:
        return Fault(name, "there is no such function", cure="deploy the stage first, or choose another --stage")
    alias = next((each for each in deployed.aliases if each.name == function.alias), None)
    if alias is None:
        return Fault(f"{name}:{function.alias}", "there is no such alias", cure="deploy the stage first")
    if alias.weighted:
        return weighted(alias)
    live = next((each for each in deployed.states if each.version == alias.version), None)
    if live is None:
        return Fault(f"{name}:{function.alias}", f"stands for version {alias.version}, which is gone")
    return Standing(function=function, deployed=deployed, alias=alias, live=live)


def _unknown(standing: Standing) -> Fault:
    if not standing.history:
        return Fault(
            standing.where,
            f"stands for version {standing.alias.version}, of which its description tells no release",
            cause="nothing was deployed to it yet, or by something else",
            cure="deploy the stage first",
        )
    return Fault(
        standing.where,
        f"stands for version {standing.alias.version}; its history says {standing.history[0].version}",
        cause="something else moved it",
        cure=f"name a release: `rollback {standing.history[0].release}` puts it back",
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


def candidates(standing: Standing, release: str) -> Iterator[Passed]:
    """Yield the versions that a function had in a release, the best known first."""
    return (each for each in standing.passed() if each.release == release)
