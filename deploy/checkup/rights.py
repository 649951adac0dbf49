"""What the one who is signed in may do: IAM itself decides every call of a deploy, on this stage's resources.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html. The simulation takes in the
identity's policies, its permissions boundary and the organisation's policies; not the policies of resources, nor
those of the session.
"""

from __future__ import annotations

import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from ..aws import identity as iam
from ..errors import AwsError
from . import iam_actions
from .findings import broken, ok, unknown, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..aws.connection import Aws
    from ..aws.identity import Decision, Identity
    from ..settings import Settings, Stage
    from .findings import Finding

_AT_ONCE = 4


def for_deploy(aws: Aws, identity: Identity, settings: Settings, stage: Stage) -> Iterator[Finding]:
    """See whether a deploy of the stage would be allowed every call that it makes."""
    if identity.is_root:
        yield ok("root may do everything: nothing is simulated")
        return
    wanted = iam_actions.by_resource(settings, stage, identity.partition, aws.account)
    try:
        principal = _principal(aws, identity)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            asked = threads.map(lambda pair: iam.simulate(aws, principal, pair[1], pair[0]), wanted.items())
            decisions = [decision for some in asked for decision in some]
    except AwsError as error:
        yield from _unasked(identity, error)
        return
    denied = [each for each in decisions if not each.is_allowed]
    yield from _denials(principal, denied)
    if not denied:
        yield ok(f"{principal} may make each of the {len(decisions)} calls of a deploy")


def _principal(aws: Aws, identity: Identity) -> str:
    """Return the ARN that has the policies: of a session, its role's, whose path only IAM knows.

    Where the role may not be read, it is taken for one without a path, which most roles are.
    """
    if not identity.role:
        return identity.arn
    plain = f"arn:{identity.partition}:iam::{identity.account}:role/{identity.role}"
    try:
        role = iam.role(aws, identity.role)
    except AwsError:
        return plain
    return role.arn if role else plain


def _unasked(identity: Identity, error: AwsError) -> Iterator[Finding]:
    for fault in error.faults:
        cure = f"allow iam:SimulatePrincipalPolicy and iam:GetRole to {identity.arn}, or let an administrator run this"
        yield unknown("what a deploy may do: IAM does not simulate it for this identity", str(fault), cure)


def _denials(principal: str, denied: Sequence[Decision]) -> Iterator[Finding]:
    """Yield one finding for all that is denied for one reason."""
    reasons: dict[tuple[str, bool], list[Decision]] = defaultdict(list)
    for each in denied:
        reasons[_reason(each), _depends(each)].append(each)
    for (reason, depends), some in reasons.items():
        calls = "\n".join(f"{', '.join(actions)} on {resource}" for resource, actions in _grouped(some).items())
        if depends:
            yield warning(f"{principal} may or may not\n{calls}", reason, "try it: the conditions decide")
        else:
            yield broken(f"{principal} may not\n{calls}", reason, _cure(some))


def _reason(each: Decision) -> str:
    if not each.by_organization:
        return "a policy of the organisation does not allow it"
    if not each.by_boundary:
        return "its permissions boundary does not allow it"
    if each.decision == "explicitDeny":
        return f"denied expressly by {', '.join(sorted(set(each.policies))) or 'a policy'}"
    if each.missing:
        return f"it depends on {', '.join(sorted(each.missing))}, which only a real call has"
    return "no policy allows it"


def _depends(each: Decision) -> bool:
    return bool(each.missing) and each.by_organization and each.by_boundary


def _cure(some: Sequence[Decision]) -> str:
    if any(each.decision == "explicitDeny" or not (each.by_organization and each.by_boundary) for each in some):
        return "have it changed by who owns that policy, or sign in as somebody else"
    statements = [
        {"Effect": "Allow", "Action": actions, "Resource": _pattern(resource)}
        for resource, actions in _grouped(some).items()
    ]
    return "\n".join(["add to its policy", *(json.dumps(each) for each in statements)])


def _grouped(some: Sequence[Decision]) -> dict[str, list[str]]:
    by_resource: dict[str, list[str]] = defaultdict(list)
    for each in some:
        by_resource[each.resource].append(each.action)
    return by_resource


def _pattern(resource: str) -> str:
    """Return what a policy would name: any version where a version was asked about."""
    return f"{resource[:-2]}:*" if resource.endswith(":1") else resource
