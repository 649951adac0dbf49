"""What is no longer there after going from one set of function versions to another: commits, packages, settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import layers
from ..aws.arns import LayerVersionArn
from ..errors import AwsError
from ..git import subjects
from ..published import contents
from ..published.descriptions import VersionNote
from .publish import changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ..aws.functions import FunctionState
    from ..aws.layers import LayerContent
    from ..published.downloads import Downloads

    Pairs = Sequence[tuple[FunctionState, FunctionState]]

SHOWN = 10
"""Commits that people are shown; machines get all."""


@dataclass(frozen=True, kw_only=True)
class RollbackLosses:
    """The differences of what is left and what is taken up, in each function that moves.

    `commits` are lines of git log that the target lacks, None where git cannot tell. `layers` are written as
    `tiny-layer:2 -> tiny-layer:1`, `packages` as `idna==3.8->3.7`, `configuration` as `bot: MemorySize 512 -> 128`.
    `remarks` say what could not be compared, and which layers run though they were deleted.
    """

    commits: tuple[str, ...] | None
    layers: tuple[str, ...]
    packages: tuple[str, ...]
    configuration: tuple[str, ...]
    remarks: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        commits = self.commits or ()
        yield from (f"lacks     {each}" for each in commits[:SHOWN])
        if len(commits) > SHOWN:
            yield f"lacks     … and {len(commits) - SHOWN} commits more"
        yield from (f"layers    {each}" for each in self.layers)
        yield from (f"packages  {each}" for each in self.packages)
        yield from (f"settings  {each}" for each in self.configuration)
        yield from (f"note      {each}" for each in self.remarks)


def compare(pairs: Pairs, downloads: Downloads, project: Path) -> RollbackLosses:
    """Compare live versions with the versions that are to take their place, pair by pair.

    Only the layers that differ are fetched. What cannot be had is said and stops nothing: who goes back is in a hurry.
    """
    remarks: list[str] = []
    commits = _commits(pairs, project, remarks)
    packages = _packages(pairs, downloads, remarks)
    return RollbackLosses(
        commits=commits,
        layers=_layers(pairs),
        packages=packages,
        configuration=tuple(line for live, target in pairs for line in _configuration(live, target)),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _commits(pairs: Pairs, project: Path, remarks: list[str]) -> tuple[str, ...] | None:
    found: dict[str, None] = {}
    for since, until in dict.fromkeys((_commit(target), _commit(live)) for live, target in pairs):
        lines = subjects(project, since, until)
        if lines is None:
            remarks.append(f"commits {since or 'unknown'} to {until or 'unknown'}: this repository does not have both")
            return None
        found |= dict.fromkeys(lines)
    return tuple(found)


def _commit(version: FunctionState) -> str:
    note = VersionNote.parse(version.description)
    return note.git.removesuffix("+dirty") if note else ""


def _layers(pairs: Pairs) -> tuple[str, ...]:
    different = dict.fromkeys((live.layers, target.layers) for live, target in pairs if live.layers != target.layers)
    return tuple(f"{_listed(before)} -> {_listed(after)}" for before, after in different)


def _listed(arns: Sequence[str]) -> str:
    return ", ".join(LayerVersionArn.parse(arn).short for arn in arns) or "none"


def _packages(pairs: Pairs, downloads: Downloads, remarks: list[str]) -> tuple[str, ...]:
    arns = dict.fromkeys(arn for live, target in pairs for arn in (*live.layers, *target.layers))
    there = {arn: _there(arn, downloads, remarks) for arn in arns}
    found: dict[str, None] = {}
    for before, after in dict.fromkeys((live.layers, target.layers) for live, target in pairs):
        if before == after:
            continue
        was, is_to_be = (_held(each, there, downloads, remarks) for each in (before, after))
        if was is None or is_to_be is None:
            remarks.append("packages cannot be compared: not all layers can be had")
        else:
            found |= dict.fromkeys(changes(was, is_to_be))
    return tuple(found)


def _there(arn: str, downloads: Downloads, remarks: list[str]) -> LayerContent | None:
    """Return what AWS says of a layer version's zip; None, with a remark why, where it says nothing."""
    short = LayerVersionArn.parse(arn).short
    try:
        found = layers.read(downloads.aws, arn)
    except AwsError as error:
        remarks.append(f"layer {short} cannot be read: {error.faults[0].what}")
        return None
    if found is None:
        remarks.append(f"layer {short} was deleted: what has it goes on running, nothing new can take it")
    return found[1] if found else None


def _held(
    arns: Iterable[str], there: Mapping[str, LayerContent | None], downloads: Downloads, remarks: list[str]
) -> dict[str, str] | None:
    """Return the packages of layers, merged as in /opt; None where one of them cannot be had."""
    packages: dict[str, str] = {}
    for arn in arns:
        content = there[arn]
        if content is None:
            return None
        try:
            packages |= contents.read(downloads.layer(content, arn), arn).versions
        except AwsError as error:
            remarks.append(f"layer {LayerVersionArn.parse(arn).short} cannot be read: {error.faults[0].what}")
            return None
    return packages


def _configuration(live: FunctionState, target: FunctionState) -> Iterator[str]:
    now, then = live.configuration, target.configuration
    for key in sorted(now.keys() | then.keys()):
        if now.get(key) != then.get(key):
            yield f"{live.name}: {key} {_change(key, now.get(key), then.get(key))}"


def _change(key: str, now: object, then: object) -> str:
    """Say what a setting was and is to be; of variables only the names, as their values may be secret."""
    if key == "Environment":
        before, after = _variables(now), _variables(then)
        names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        return ", ".join(names)
    if isinstance(now, dict) or isinstance(then, dict):
        return "differs"
    return f"{'none' if now is None else now} -> {'none' if then is None else then}"


def _variables(environment: object) -> Mapping[str, str]:
    return environment.get("Variables", {}) if isinstance(environment, dict) else {}
