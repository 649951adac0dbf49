"""What an emulated AWS does not do by itself: an alias that is moved by somebody else right after we moved it.

The Stubber also refuses every call that is not scripted, in any other order: so it tells who moves first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from deploy.aws.aliases import AliasState
from deploy.aws.functions import FunctionState
from deploy.errors import RolloutError
from deploy.published.descriptions import AliasNote, Passed
from deploy.published.downloads import Downloads
from deploy.published.functions import FunctionVersions, ServedFunction
from deploy.release import rollback
from deploy.settings import Function

if TYPE_CHECKING:
    from pathlib import Path

    from botocore.stub import Stubber

    from deploy.aws.connection import Aws

OLD, NEW = "a" * 12, "b" * 12


def test_going_back_moves_what_produces_first_and_going_forward_what_consumes(
    aws: Aws, lambda_: Stubber, tmp_path: Path
) -> None:
    for versions, order in ((("3", "2"), ("bot", "worker")), (("2", "3"), ("worker", "bot"))):
        plan = _plan(aws, tmp_path, *versions)
        for name in order:
            _moves(lambda_, name, versions[1], plan)
        for name in ("bot", "worker"):
            lambda_.add_response("get_alias", _alias(name, versions[1], plan))
        rollback.carry_out(aws, plan, Downloads(aws, tmp_path), lambda _: None)


def test_every_alias_is_read_back(aws: Aws, lambda_: Stubber, tmp_path: Path) -> None:
    plan = _plan(aws, tmp_path, "3", "2")
    for name in ("bot", "worker"):
        _moves(lambda_, name, "2", plan)
    lambda_.add_response("get_alias", _alias("bot", "4", plan))
    lambda_.add_client_error("get_alias", "ResourceNotFoundException")
    with pytest.raises(RolloutError) as refused:
        rollback.carry_out(aws, plan, Downloads(aws, tmp_path), lambda _: None)
    assert [f"{fault.where} {fault.what}" for fault in refused.value.faults] == [
        "bot:live does not stand for version 2, which it was just moved to",
        "worker:live does not stand for version 2, which it was just moved to",
    ]


def _plan(aws: Aws, folder: Path, was: str, version: str) -> rollback.RollbackPlan:
    """Plan to move two functions, without health events, from one version to another."""
    served = [_standing(name, was, version) for name in ("bot", "worker")]
    return rollback.plan("dev", served, None, Downloads(aws, folder), folder)


def _standing(name: str, was: str, version: str) -> ServedFunction:
    history = AliasNote((Passed(NEW, was), Passed(OLD, version)))
    alias = AliasState(name, "live", was, f"{name}-1", description=str(history))
    states = {number: _state(name, number) for number in (was, version)}
    return ServedFunction(
        function=Function(key=name, name=name, handler=f"{name}.handler"),
        name=name,
        found=FunctionVersions(
            name=name, latest=_state(name, "$LATEST"), versions=tuple(states.values()), aliases=(alias,)
        ),
        alias=alias,
        live=states[was],
    )


def _state(name: str, version: str) -> FunctionState:
    return FunctionState(
        name=name,
        version=version,
        sha256="0" * 64,
        layers=(),
        architecture="x86_64",
        revision="r",
        settling=False,
        configuration={},
    )


def _moves(lambda_: Stubber, name: str, version: str, plan: rollback.RollbackPlan) -> None:
    expected = _alias(name, version, plan) | {"FunctionName": name, "RevisionId": f"{name}-1"}
    lambda_.add_response("update_alias", {}, expected)


def _alias(name: str, version: str, plan: rollback.RollbackPlan) -> dict[str, Any]:
    (alias,) = (step.served.alias for step in plan.steps if step.served.name == name)
    description = str(AliasNote.parse(alias.description).then(plan.release, version))
    return {"Name": "live", "FunctionVersion": version, "Description": description, "RevisionId": f"{name}-2"}
