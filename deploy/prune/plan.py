"""Which versions of a stage's functions and of the project's layers nobody needs any more, and why each other is kept.

A function version is kept when an alias stands for it or sends a share of its traffic there, when it is in the
history that `rollback` goes by, when the stack's template made it, and when it is young or among the newest. A layer
version is kept when any version that is kept of any function in the account and region has it, whosoever the
function is: AWS lets a layer version in use be deleted, and then nothing can be made of it again. Versions that
other accounts were let into are kept too, as who uses them cannot be seen, and those that a channel names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import account, stacks
from ..console import size
from ..published import usage
from ..published.descriptions import AliasNote, VersionNote
from ..share import inventory
from .layers import LayerJudge, projects_functions
from .values import JudgedVersion, KeepPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..aws.account import AccountSettings
    from ..published.downloads import Downloads
    from ..published.functions import FunctionVersions
    from ..settings import Settings, Stage

_SHOWN = 4
"""Reasons that people are shown; the rest is counted."""


@dataclass(frozen=True, kw_only=True)
class PrunePlan:
    """Every version of the stage's functions and the project's layers, in the order in which those that go are deleted.

    `storage` is what the region's code storage holds before.
    """

    stage: str
    policy: KeepPolicy
    judged: tuple[JudgedVersion, ...]
    storage: AccountSettings

    @property
    def going(self) -> tuple[JudgedVersion, ...]:
        """What is to be deleted: function versions first, since a layer is in use as long as they are there."""
        return tuple(each for each in self.judged if each.goes)

    @property
    def freed(self) -> tuple[JudgedVersion, ...]:
        """What is kept and no longer to be marked: a prune that was stopped wanted to delete it."""
        return tuple(each for each in self.judged if each.is_freed)

    def rows(self) -> list[list[str]]:
        """Return a row for each version: what becomes of it, which, since when, of what, bytes, why."""
        return [
            [
                "delete" if each.goes else "keep",
                str(each),
                each.created[:10],
                each.made_of,
                "" if each.size is None else size(each.size),
                _shortened(each.kept) or "nothing refers to it",
            ]
            for each in self.judged
        ]

    def lines(self) -> Iterator[str]:
        """Yield what the plan comes to."""
        of = self.storage
        functions = sum(each.kind == "function" for each in self.going)
        yield f"versions to delete: {functions} of functions, {len(self.going) - functions} of layers"
        taken = f"{size(of.code_used)} of the region's {size(of.code_limit)} of code storage are taken"
        yield f"frees {freed(self.going)}; {taken}"


def freed(gone: Sequence[JudgedVersion]) -> str:
    """Say how many bytes versions take; "at least" so many where the size of some is not known."""
    least = "at least " if any(each.size is None for each in gone) else ""
    return f"{least}{size(sum(each.size or 0 for each in gone))}"


def plan(downloads: Downloads, settings: Settings, stage: Stage, policy: KeepPolicy) -> PrunePlan:
    """Judge every version of the stage's functions and the project's layers, by all functions of account and region."""
    aws = downloads.aws
    names = [f"{each.name}{stage.suffix}" for each in settings.functions.values()]
    found = usage.read(aws).with_aliases(aws, names)
    made = frozenset(stacks.resources(aws, stage.stack, "AWS::Lambda::Version"))
    own = (found.function(name) for name in sorted(names))
    versions = [judged for each in own if each for judged in _function(each, policy, made, stage.stack)]
    going = {(each.name, str(each.version)) for each in versions if each.goes}
    judging = LayerJudge(downloads, found, going, policy, projects_functions(settings))
    held = [judged for each in inventory.read(aws, settings).values() for judged in judging.versions(each)]
    return PrunePlan(stage=stage.name, policy=policy, judged=(*versions, *held), storage=account.settings(aws))


def _function(
    deployed: FunctionVersions, policy: KeepPolicy, made: frozenset[str], stack: str
) -> Iterator[JudgedVersion]:
    """Judge the published versions of a function, newest first."""
    remembered = _remembered(deployed, policy.keep)
    for place, state in enumerate(deployed.versions):
        note = VersionNote.parse(state.description)
        release = note.release if note else ""
        reasons = [f"alias {name}" for name in deployed.aliases_of(state.version)]
        reasons += [f"rollback to {remembered[state.version]}"] if state.version in remembered else []
        reasons += [f"stack {stack}"] if any(each.endswith(f":{state.name}:{state.version}") for each in made) else []
        reasons += [f"newest {policy.keep}"] if place < policy.keep else []
        reasons += policy.young(state.modified)
        yield JudgedVersion(
            kind="function",
            name=state.name,
            version=int(state.version),
            arn="",
            created=state.modified,
            made_of=f"release {release}" if release else "",
            size=state.size,
            kept=tuple(reasons),
        )


def _remembered(deployed: FunctionVersions, keep: int) -> dict[str, str]:
    """Return the versions that a rollback of up to `keep` releases goes to, with the newest release of each."""
    remembered: dict[str, str] = {}
    for alias in deployed.aliases:
        for passed in AliasNote.parse(alias.description).history[:keep]:
            if passed.version not in alias.versions:
                remembered.setdefault(passed.version, passed.release)
    return remembered


def _shortened(reasons: Sequence[str]) -> str:
    more = len(reasons) - _SHOWN
    return "; ".join([*reasons[:_SHOWN], *([f"and {more} more"] if more > 0 else [])])
