"""A prune and a deploy at once: no layer version is deleted that a deploy is taking up.

AWS deletes a version that a function has, and no call of it can be made to depend on who else calls. So each of the
two first says what it does, where the other one looks, and looks at the other's only then; whoever comes second sees
the first. A prune marks the version by a statement of its policy, which lets the account itself in, and then asks every
function whether it has the version. A deploy gives the version to a function, and asks for the mark before any alias
moves. What a prune marked before it was killed is deleted by the next one, or freed where something has it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from ..aws import grants, layers
from ..aws.grants import GOING, Grant
from ..errors import AwsError, Fault, RolloutError
from ..invocation import advised

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..aws.connection import Aws

_AT_ONCE = 4


def mark(aws: Aws, name: str, version: int) -> tuple[Grant, ...]:
    """Say that a version is about to be deleted; nothing happens where that is said already.

    It is left as it is where others were let in, who are returned.
    """
    policy = grants.read(aws, name, version)
    if policy.is_going or policy.grants:
        return tuple(policy.grants.values())
    try:
        grants.add(aws, (name, version), GOING, Grant(aws.account), policy.revision)
    except AwsError:
        # The answer may have been lost on its way back.
        if not grants.read(aws, name, version).is_going:
            raise
    return ()


def free(aws: Aws, name: str, version: int) -> None:
    """Take the mark away."""
    policy = grants.read(aws, name, version)
    if not policy.is_going:
        return
    try:
        grants.remove(aws, (name, version), GOING, policy.revision)
    except AwsError:
        if grants.read(aws, name, version).is_going:
            raise


def refuse(aws: Aws, taken: Iterable[tuple[str, int]]) -> None:
    """Raise RolloutError where a version of a layer that functions were given is being deleted, or is gone."""
    _ = aws.functions
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        faults = [fault for fault in threads.map(lambda each: _fault(aws, *each), taken) if fault]
    if faults:
        raise RolloutError(faults)


def _fault(aws: Aws, name: str, version: int) -> Fault | None:
    if grants.read(aws, name, version).is_going:
        what = "is being deleted by a prune"
    elif layers.find(aws, name, version) is None:
        what = "was deleted meanwhile"
    else:
        return None
    return Fault(
        f"{name}:{version}",
        f"{what}, and no alias was moved to functions that have it",
        cause="nothing had it any more when the prune began",
        cure=f"let the prune end, or end one that was stopped, by {advised('prune')}; then run it again",
    )
