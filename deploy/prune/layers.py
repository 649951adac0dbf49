"""Judges the versions of a layer, of which AWS has to be asked little: whether others were let in, of those that go.

No list tells how large a version is, but those of the functions that have it. For what neither they nor the cache know,
AWS is asked a few times and no more: the size of each of a thousand versions is not worth a thousand calls.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..aws import grants
from ..aws.grants import LayerPolicy
from ..published.descriptions import LayerNote
from ..share import channels
from .values import JudgedVersion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..aws.layers import LayerVersion
    from ..published.downloads import Downloads
    from ..published.usage import Usage, User
    from ..settings import Settings
    from ..share.inventory import LayerInventory
    from .values import KeepPolicy

_AT_ONCE = 8
_SIZES = 20  # of versions of a layer that are asked for


def projects_functions(settings: Settings) -> frozenset[str]:
    """Name the functions of all stages of a project."""
    each_stage = settings.stages.values()
    return frozenset(f"{each.name}{stage.suffix}" for each in settings.functions.values() for stage in each_stage)


@dataclass(frozen=True)
class LayerJudge:
    """Judges by what functions have, `going` versions of them left out; `own` are the project's functions.

    A policy tells whether other accounts were let in, and whether a prune that was stopped marked the version. It is
    asked for where a version would go, and where it is kept for the project's own $LATEST: a deploy that a mark
    refused had given the version to it.
    """

    downloads: Downloads
    found: Usage
    going: Collection[tuple[str, str]]
    policy: KeepPolicy
    own: Collection[str]

    def versions(self, held: LayerInventory) -> Iterator[JudgedVersion]:
        """Judge every version of a layer, newest first."""
        reasons = dict(self._reasons(held))
        asked = [each for each in held.versions if not reasons[each.version] or self._may_be_marked(each)]
        aws = self.downloads.aws
        _ = aws.functions
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            read = threads.map(lambda each: grants.read(aws, held.layer.name, each.version), asked)
            policies = dict(zip((each.version for each in asked), read, strict=True))
            judged = [
                self._judged(held, each, reasons[each.version], policies.get(each.version, LayerPolicy({})))
                for each in held.versions
            ]
            unknown = [each.arn for each in judged if each.goes and each.size is None][:_SIZES]
            asked_for = dict(zip(unknown, threads.map(self.downloads.size, unknown), strict=True))
        yield from (replace(each, size=asked_for.get(each.arn, each.size)) for each in judged)

    def _reasons(self, held: LayerInventory) -> Iterator[tuple[int, list[str]]]:
        """Yield why each version stays; each runtime and architecture has newest ones of its own."""
        named = channels.held(self.downloads.aws, held.layer, held.parameters)
        seen: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
        for each in held.versions:
            fits = (each.runtimes, each.architectures)
            place = seen[fits] = seen.get(fits, 0) + 1
            reasons = [f"newest {self.policy.keep}"] if place <= self.policy.keep else []
            reasons += self.policy.young(each.created)
            reasons += named.get(each.version, ())
            reasons += map(str, sorted(self._users(each), key=lambda user: not user.aliases))
            yield each.version, reasons

    def _users(self, version: LayerVersion) -> list[User]:
        return [user for user in self.found.of(version.arn) if (user.function, user.version) not in self.going]

    def _may_be_marked(self, version: LayerVersion) -> bool:
        users = self._users(version)
        own = any(user.function in self.own and user.version == "$LATEST" for user in users)
        return own and not any(user.aliases for user in users)

    def _judged(
        self, held: LayerInventory, each: LayerVersion, reasons: list[str], let_in: LayerPolicy
    ) -> JudgedVersion:
        note = LayerNote.parse(each.description)
        kept = reasons or (["shared with other accounts"] if let_in.grants else [])
        return JudgedVersion(
            kind="layer",
            name=held.layer.name,
            version=each.version,
            arn=each.arn,
            created=each.created,
            made_of=f"sha256 {note.digest}" if note else "",
            size=None if kept else self.found.size(each.arn) or self.downloads.known_size(each.arn),
            kept=tuple(kept),
            channels=tuple(held.parameters),
            is_freed=bool(kept) and let_in.is_going,
        )
