"""Which versions of a stage's functions and of the project's layers nobody needs any more, and why each other is kept.

A function version is kept when an alias stands for it or sends a share of its traffic there, when it is in the
history that `rollback` goes by, when the stack's template made it, and when it is young or among the newest. A layer
version is kept when any version that is kept of any function in the account and region has it, whosoever the
function is: AWS lets a layer version in use be deleted, and then nothing can be made of it again. Versions that
other accounts were let into are kept too, as who uses them cannot be seen, and those that a channel names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from ..aws import account, grants, layers, stacks
from ..aws.grants import LayerPolicy
from ..console import size
from ..published import usage
from ..published.descriptions import AliasNote, LayerNote, VersionNote
from ..share import channels, inventory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..aws.account import AccountSettings
    from ..aws.connection import Aws
    from ..aws.layers import LayerVersion
    from ..published.functions import FunctionVersions
    from ..published.usage import Usage
    from ..settings import Settings, Stage
    from ..share.inventory import LayerInventory

_SHOWN = 4
"""Reasons that people are shown; the rest is counted."""


@dataclass(frozen=True)
class KeepPolicy:
    """What is kept though nothing refers to it: the newest `keep`, and what is younger than `days` at `now`."""

    keep: int
    days: int
    now: datetime

    def young(self, created: str) -> Iterator[str]:
        """Say that a version is young, or that its age is unknown; nothing where it is old or no matter."""
        if not self.days:
            return
        try:
            moment = datetime.fromisoformat(created)
        except ValueError:
            yield "its age is unknown"
            return
        age = self.now - moment.astimezone(UTC)
        if age < timedelta(days=self.days):
            yield f"{age.days} days old"


@dataclass(frozen=True, kw_only=True)
class JudgedVersion:
    """A version, `kept` for these reasons, or to be deleted for want of any.

    `made_of` is the release or the digest that its description names. `size` is the zip's bytes; of layer versions
    it is known for those that are to be deleted. `channels` are the parameters that could name it. `is_freed` tells
    that it is kept, and still marked by a prune that was stopped before it deleted it.
    """

    kind: Literal["function", "layer"]
    name: str
    version: int
    arn: str
    created: str
    made_of: str
    size: int | None
    kept: tuple[str, ...]
    channels: tuple[str, ...] = ()
    is_freed: bool = False

    @property
    def goes(self) -> bool:
        return not self.kept

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"


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
        freed, of = sum(each.size or 0 for each in self.going), self.storage
        functions = sum(each.kind == "function" for each in self.going)
        yield f"versions to delete: {functions} of functions, {len(self.going) - functions} of layers"
        taken = f"{size(of.code_used)} of the region's {size(of.code_limit)} of code storage are taken"
        yield f"frees {size(freed)}; {taken}"


def plan(aws: Aws, settings: Settings, stage: Stage, policy: KeepPolicy) -> PrunePlan:
    """Judge every version of the stage's functions and the project's layers, by all functions of account and region."""
    found = usage.read(aws)
    own = {f"{each.name}{stage.suffix}" for each in settings.functions.values()}
    made = frozenset(stacks.resources(aws, stage.stack, "AWS::Lambda::Version"))
    versions = [
        judged for each in found.deployed if each.name in own for judged in _function(each, policy, made, stage.stack)
    ]
    going = {(each.name, str(each.version)) for each in versions if each.goes}
    inventories = inventory.read(aws, settings).values()
    held = [judged for each in inventories for judged in _layer(aws, each, found, going, policy)]
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


def _layer(
    aws: Aws, held: LayerInventory, found: Usage, going: set[tuple[str, str]], policy: KeepPolicy
) -> Iterator[JudgedVersion]:
    """Judge the versions of a layer, newest first; each runtime and architecture has newest ones of its own."""
    name, named = held.layer.name, channels.held(aws, held.layer, held.parameters)
    seen: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
    for each in held.versions:
        fits = (each.runtimes, each.architectures)
        place = seen[fits] = seen.get(fits, 0) + 1
        users = [user for user in found.of(each.arn) if (user.function, user.version) not in going]
        reasons = [f"newest {policy.keep}"] if place <= policy.keep else []
        reasons += policy.young(each.created)
        reasons += named.get(each.version, ())
        reasons += map(str, sorted(users, key=lambda user: not user.aliases))
        looked = not any(user.aliases for user in users) and len(reasons) == len(users)
        let_in = grants.read(aws, name, each.version) if looked else LayerPolicy({})
        if not reasons and let_in.grants:
            reasons.append("shared with other accounts")
        judged = replace(_judged(aws, name, each, reasons), channels=tuple(held.parameters))
        yield replace(judged, is_freed=bool(reasons) and let_in.is_going)


def _judged(aws: Aws, name: str, each: LayerVersion, reasons: Sequence[str]) -> JudgedVersion:
    note = LayerNote.parse(each.description)
    return JudgedVersion(
        kind="layer",
        name=name,
        version=each.version,
        arn=each.arn,
        created=each.created,
        made_of=f"sha256 {note.digest}" if note else "",
        size=None if reasons else layers.content(aws, name, each.version).size,
        kept=tuple(reasons),
    )


def _shortened(reasons: Sequence[str]) -> str:
    more = len(reasons) - _SHOWN
    return "; ".join([*reasons[:_SHOWN], *([f"and {more} more"] if more > 0 else [])])
