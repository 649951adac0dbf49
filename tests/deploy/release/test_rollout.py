"""What no emulator does: updates that take their time, conflicts, versions that answer for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import ANY

from deploy.aws import functions
from deploy.aws.functions import AliasState
from deploy.errors import AwsError, RolloutError
from deploy.layer.git import Commit
from deploy.layer.manifest import code_sha256
from deploy.release import plan as planning
from deploy.release.plan import PlannedLayer
from deploy.release.rollout import roll_out
from deploy.release.switch import Move, move_all
from deploy.release.values import PublishedLayer
from deploy.settings import Function, Settings
from tests.integration.shipment import STAGE, settings

if TYPE_CHECKING:
    from pathlib import Path

    from botocore.stub import Stubber

    from deploy.aws.connection import Aws
    from deploy.release.bundle import CodeBundle
    from deploy.release.plan import RolloutPlan
    from tests.integration.shipment import Shop

OLD = "11" * 32
LAYER = "arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer"
NAME = "tiny_bot-dev"


def test_each_change_waits_until_lambda_has_taken_in_the_one_before(
    aws: Aws, lambda_: Stubber, shop: Shop, tmp_path: Path
) -> None:
    code = shop.code("new")
    plan = _plan(aws, lambda_, shop, code, _one(settings(tmp_path, health=None)))
    lambda_.add_response(
        "update_function_code",
        {},
        {"FunctionName": NAME, "ZipFile": ANY, "Architectures": ["arm64"], "RevisionId": "r1"},
    )
    _settles(lambda_)
    lambda_.add_response("get_function_configuration", _state(code.sha256, 1, revision="r2"))
    lambda_.add_response(
        "update_function_configuration", {}, {"FunctionName": NAME, "Layers": [f"{LAYER}:2"], "RevisionId": "r2"}
    )
    _settles(lambda_)
    lambda_.add_response("get_function_configuration", _state(code.sha256, 2, revision="r3"))
    lambda_.add_response(
        "publish_version",
        _state(code.sha256, 2, version="8"),
        {"FunctionName": NAME, "CodeSha256": code_sha256(code.sha256), "RevisionId": "r3", "Description": ANY},
    )
    active = {"FunctionName": NAME, "Qualifier": "8"}
    lambda_.add_response("get_function_configuration", {"State": "Pending"}, active)
    lambda_.add_response("get_function_configuration", {"State": "Active"}, active)
    lambda_.add_response("get_function_configuration", _state(code.sha256, 2, version="8"), active)
    moved = {"FunctionName": NAME, "Name": "live", "FunctionVersion": "8", "RevisionId": "a1"}
    lambda_.add_response("update_alias", {}, moved)
    live = {"FunctionName": NAME, "Qualifier": "live"}
    lambda_.add_response("get_function_configuration", _state(code.sha256, 2, version="8"), live)
    release = roll_out(aws, STAGE, plan, Commit(None, dirty=False), lambda _: None)
    assert [(each.version, each.was) for each in release.functions] == [("8", "7")]


def test_an_update_in_progress_of_somebody_else_is_told_and_no_alias_moves(
    aws: Aws, lambda_: Stubber, shop: Shop, tmp_path: Path
) -> None:
    plan = _plan(aws, lambda_, shop, shop.code("new"), _one(settings(tmp_path, health=None)))
    said = "The operation cannot be performed at this time. An update is in progress"
    lambda_.add_client_error("update_function_code", "ResourceConflictException", said, 409)
    lambda_.add_response("get_function_configuration", _state(OLD, 1))
    with pytest.raises(AwsError, match=r"(?s)lambda:UpdateFunctionCode.*An update is in progress.*another deployment"):
        roll_out(aws, STAGE, plan, Commit(None, dirty=False), lambda _: None)


def test_a_function_that_is_still_changing_is_waited_for_before_it_is_planned(
    aws: Aws, lambda_: Stubber, shop: Shop, tmp_path: Path
) -> None:
    busy = _state(OLD, 1) | {"LastUpdateStatus": "InProgress"}
    lambda_.add_response("get_function_configuration", busy)
    _settles(lambda_)
    plan = _plan(aws, lambda_, shop, shop.code("new"), _one(settings(tmp_path, health=None)))
    assert not plan.functions[0].latest.settling


def test_absent_is_one_error_and_no_other(aws: Aws, lambda_: Stubber) -> None:
    lambda_.add_client_error("get_function_configuration", "ResourceNotFoundException", "none", 404)
    assert functions.read(aws, NAME) is None
    lambda_.add_client_error("get_alias", "ResourceNotFoundException", "none", 404)
    assert functions.alias(aws, NAME, "live") is None
    for code in ("AccessDeniedException", "InvalidParameterValueException", "ServiceException"):
        lambda_.add_client_error("get_function_configuration", code, "no", 400)
        with pytest.raises(AwsError, match=code):
            functions.read(aws, NAME)


def test_an_alias_that_somebody_else_moved_is_not_put_back(aws: Aws, lambda_: Stubber) -> None:
    first, second = (AliasState(name, "live", "1", "r", weighted=False) for name in ("a", "b"))
    theirs = {"FunctionVersion": "9", "RevisionId": "theirs"}
    lambda_.add_response("update_alias", {})
    lambda_.add_client_error("update_alias", "PreconditionFailedException", "changed", 412)
    lambda_.add_response("get_alias", theirs, {"FunctionName": "b", "Name": "live"})
    lambda_.add_response(
        "get_alias", {"FunctionVersion": "2", "RevisionId": "r2"}, {"FunctionName": "a", "Name": "live"}
    )
    back = {"FunctionName": "a", "Name": "live", "FunctionVersion": "1", "RevisionId": "r2"}
    lambda_.add_response("update_alias", {}, back)
    lambda_.add_response("get_alias", theirs, {"FunctionName": "b", "Name": "live"})
    with pytest.raises(RolloutError, match=r"(?s)PreconditionFailed.*no alias is left moved"):
        move_all(aws, [Move(first, "2"), Move(second, "2")])


def _plan(aws: Aws, lambda_: Stubber, shop: Shop, code: CodeBundle, project: Settings) -> RolloutPlan:
    """Plan for a function with other code and another layer, whose version 7 is live."""
    layer = shop.layer({"idna": "1"}, architecture="arm64")
    published = PublishedLayer(verified=layer, arn=f"{LAYER}:2", version=2, reused=True)
    lambda_.add_response("get_function_configuration", _state(OLD, 1))
    lambda_.add_response("get_alias", {"FunctionVersion": "7", "RevisionId": "a1"})
    lambda_.add_response("get_function_configuration", _state(OLD, 1, version="7"))
    lambda_.add_response("list_versions_by_function", {"Versions": [_state(OLD, 1), _state(OLD, 1, version="7")]})
    return planning.make(aws, project, STAGE, code, [PlannedLayer(layer, published)])


def _settles(lambda_: Stubber) -> None:
    for status in ("InProgress", "InProgress", "Successful"):
        lambda_.add_response("get_function", {"Configuration": {"LastUpdateStatus": status}}, {"FunctionName": NAME})


def _state(sha256: str, layer: int, *, version: str = "$LATEST", revision: str = "r1") -> dict[str, Any]:
    return {
        "FunctionName": NAME,
        "Version": version,
        "CodeSha256": code_sha256(sha256),
        "Layers": [{"Arn": f"{LAYER}:{layer}"}],
        "Architectures": ["arm64"],
        "RevisionId": revision,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "Runtime": "python3.11",
        "Handler": "bot.handler",
    }


def _one(project: Settings) -> Settings:
    bot: Function = project.functions["bot"]
    return Settings(project=project.project, layers=project.layers, functions={"bot": bot})
