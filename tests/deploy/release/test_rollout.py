"""What no emulator does: updates that take their time, conflicts, versions that answer for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import ANY

from deploy.aws import aliases, functions
from deploy.aws.aliases import AliasState
from deploy.errors import AwsError, RolloutError
from deploy.git import Commit
from deploy.layer.values import code_sha256
from deploy.release import plan as planning
from deploy.release.aliases import AliasMove, move_all
from deploy.release.rollout import roll_out
from deploy.release.values import PlannedLayer, PublishedLayer
from deploy.settings import Function, Settings
from tests.integration.shipment import STAGE, settings

if TYPE_CHECKING:
    from pathlib import Path

    from botocore.stub import Stubber

    from deploy.aws.connection import Aws
    from deploy.code.bundle import CodeBundle
    from deploy.release.plan import RolloutPlan
    from tests.integration.shipment import Shop

OLD = "11" * 32
THERE = {"CodeSha256": "AAAA", "Location": "https://nowhere"}
LAYER = "arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer"
NAME = "tiny_bot-dev"
ACTIVE = {"FunctionName": NAME, "Qualifier": "8"}
OTHER: dict[str, dict[str, Any]] = {
    "code": {"CodeSha256": code_sha256(OLD)},
    "layers": {"Layers": []},
    "MemorySize": {"MemorySize": 512},
}
LIVE = {"FunctionName": NAME, "Qualifier": "live"}


def test_each_change_waits_until_lambda_has_taken_in_the_one_before(
    aws: Aws, lambda_: Stubber, shop: Shop, tmp_path: Path
) -> None:
    code = shop.code("new")
    plan = _plan(aws, lambda_, shop, code, _one(settings(tmp_path, health=None)))
    _makes_a_version(lambda_, code)
    lambda_.add_response("get_function_configuration", _state(code.sha256, 2, version="8"), ACTIVE)
    _moves_the_alias(lambda_)
    lambda_.add_response("get_function_configuration", _state(code.sha256, 2, version="8"), LIVE)
    lambda_.add_response("get_alias", {"Name": "live", "FunctionVersion": "8", "RevisionId": "a2"})
    release = roll_out(aws, STAGE, plan, Commit(None, dirty=False), lambda _: None)
    assert [(each.version, each.was) for each in release.functions] == [("8", "7")]


@pytest.mark.parametrize("what", ["code", "layers", "MemorySize"])
def test_a_version_that_is_not_what_was_made_gets_no_traffic(
    aws: Aws, lambda_: Stubber, shop: Shop, tmp_path: Path, what: str
) -> None:
    code = shop.code("new")
    plan = _plan(aws, lambda_, shop, code, _one(settings(tmp_path, health=None)))
    _makes_a_version(lambda_, code)
    lambda_.add_response("get_function_configuration", _state(code.sha256, 2, version="8") | OTHER[what], ACTIVE)
    with pytest.raises(RolloutError, match=f"{NAME}:8: is not what was just made: {what} changed"):
        roll_out(aws, STAGE, plan, Commit(None, dirty=False), lambda _: None)


def test_an_alias_is_read_back_and_has_to_stand_for_what_was_made(
    aws: Aws, lambda_: Stubber, shop: Shop, tmp_path: Path
) -> None:
    code = shop.code("new")
    plan = _plan(aws, lambda_, shop, code, _one(settings(tmp_path, health=None)))
    _makes_a_version(lambda_, code)
    lambda_.add_response("get_function_configuration", _state(code.sha256, 2, version="8"), ACTIVE)
    _moves_the_alias(lambda_)
    lambda_.add_response("get_function_configuration", _state(OLD, 2, version="9"), LIVE)
    with pytest.raises(RolloutError, match=f"{NAME}:9: is not what was just made: code changed"):
        roll_out(aws, STAGE, plan, Commit(None, dirty=False), lambda _: None)


def test_a_change_that_lambda_did_not_make_is_found(aws: Aws, lambda_: Stubber, shop: Shop, tmp_path: Path) -> None:
    plan = _plan(aws, lambda_, shop, shop.code("new"), _one(settings(tmp_path, health=None)))
    lambda_.add_response("update_function_code", {})
    _settles(lambda_)
    lambda_.add_response("get_function_configuration", _state(OLD, 1))
    with pytest.raises(RolloutError, match=f"{NAME}: is not what was just made"):
        roll_out(aws, STAGE, plan, Commit(None, dirty=False), lambda _: None)


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
    project = _one(settings(tmp_path, health=None))
    plan = _plan(aws, lambda_, shop, shop.code("new"), project, status="InProgress")
    assert not plan.functions[0].latest.settling


def test_absent_is_one_error_and_no_other(aws: Aws, lambda_: Stubber) -> None:
    lambda_.add_client_error("get_function_configuration", "ResourceNotFoundException", "none", 404)
    assert functions.read(aws, NAME) is None
    lambda_.add_client_error("get_alias", "ResourceNotFoundException", "none", 404)
    assert aliases.read(aws, NAME, "live") is None
    for code in ("AccessDeniedException", "InvalidParameterValueException", "ServiceException"):
        lambda_.add_client_error("get_function_configuration", code, "no", 400)
        with pytest.raises(AwsError, match=code):
            functions.read(aws, NAME)


def test_an_alias_that_somebody_else_moved_is_not_put_back(aws: Aws, lambda_: Stubber) -> None:
    first, second = (AliasState(name, "live", "1", "r", description="as it was") for name in ("a", "b"))
    theirs = {"Name": "live", "FunctionVersion": "9", "RevisionId": "theirs"}
    lambda_.add_response("update_alias", {})
    lambda_.add_client_error("update_alias", "PreconditionFailedException", "changed", 412)
    lambda_.add_response("get_alias", theirs, {"FunctionName": "b", "Name": "live"})
    moved = {"Name": "live", "FunctionVersion": "2", "RevisionId": "r2", "Description": "new"}
    lambda_.add_response("get_alias", moved, {"FunctionName": "a", "Name": "live"})
    back = {"FunctionName": "a", "Name": "live", "FunctionVersion": "1", "RevisionId": "r2", "Description": "as it was"}
    lambda_.add_response("update_alias", {}, back)
    lambda_.add_response("get_alias", theirs, {"FunctionName": "b", "Name": "live"})
    with pytest.raises(RolloutError, match=r"(?s)PreconditionFailed.*no alias is left moved"):
        move_all(aws, [AliasMove(first, "2", "new"), AliasMove(second, "2", "new")])


def _plan(
    aws: Aws, lambda_: Stubber, shop: Shop, code: CodeBundle, project: Settings, *, status: str = "Successful"
) -> RolloutPlan:
    """Plan for a function with other code and another layer, whose version 7 is live."""
    layer = shop.layer({"idna": "1"}, architecture="arm64")
    published = PublishedLayer(verified=layer, arn=f"{LAYER}:2", version=2, reused=True)
    _is_read(lambda_)
    found = planning.look(aws, project, STAGE)
    lambda_.add_response("get_function_configuration", _state(OLD, 1) | {"LastUpdateStatus": status})
    if status == "InProgress":
        _settles(lambda_)
        lambda_.add_response("get_function_configuration", _state(OLD, 1))
    lambda_.add_response("list_versions_by_function", _VERSIONS)
    return planning.make(aws, project, dict.fromkeys(project.functions, code), [PlannedLayer(layer, published)], found)


def _is_read(lambda_: Stubber) -> None:
    lambda_.add_response("list_versions_by_function", _VERSIONS)
    lambda_.add_response("get_alias", {"Name": "live", "FunctionVersion": "7", "RevisionId": "a1"})


def _makes_a_version(lambda_: Stubber, code: CodeBundle) -> None:
    """Expect code, then layers, then version 8: each carries the revision that was read after the change before."""
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
    lambda_.add_response("get_function_configuration", {"State": "Pending"}, ACTIVE)
    lambda_.add_response("get_function_configuration", {"State": "Active"}, ACTIVE)


def _moves_the_alias(lambda_: Stubber) -> None:
    """Answer that no prune is at the layer, and move."""
    lambda_.add_response("get_layer_version_policy", {"Policy": '{"Statement": []}', "RevisionId": "p1"})
    lambda_.add_response("get_layer_version", {"LayerVersionArn": f"{LAYER}:2", "Version": 2, "Content": THERE})
    moved = {"FunctionName": NAME, "Name": "live", "FunctionVersion": "8", "RevisionId": "a1", "Description": ANY}
    lambda_.add_response("update_alias", {}, moved)


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


_VERSIONS = {"Versions": [_state(OLD, 1), _state(OLD, 1, version="7")]}
