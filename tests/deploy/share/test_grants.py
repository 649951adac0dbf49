"""Grants against scripted answers of AWS: for answers that are lost, another partition, and a policy that is changed
by somebody else between two calls, which the emulator cannot be brought to give."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.aws.grants import Grant
from deploy.errors import AwsError, ConfigError, RolloutError
from deploy.settings import Layer, Settings, Share
from deploy.share import grants
from deploy.share.grants import Sharing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from botocore.stub import Stubber

    from deploy.aws.connection import Aws

FRIEND = "111122223333"
SID = f"channelwright-account-{FRIEND}"
LAYER = Layer(name="tiny-layer", share=Share(accounts=(FRIEND,)))
VERSION = {"LayerName": "tiny-layer", "VersionNumber": 3}
ADDED = VERSION | {"StatementId": SID, "Action": "lambda:GetLayerVersion", "Principal": FRIEND}
GRANTS = st.dictionaries(
    st.sampled_from(["channelwright-a", "channelwright-b", "by-hand", "xaccount"]),
    st.sampled_from([Grant("1" * 12), Grant("2" * 12), Grant("*"), Grant("*", "o-a1b2c3d4e5")]),
)


@given(there=GRANTS, declared=GRANTS.map(lambda all_: {k: v for k, v in all_.items() if k.startswith(grants.OURS)}))
def test_a_difference_that_is_applied_leaves_what_is_declared_and_what_is_foreign(
    there: Mapping[str, Grant], declared: Mapping[str, Grant]
) -> None:
    plan = Sharing(layer="tiny", version=1, there=there, declared=declared)
    after = {sid: grant for sid, grant in there.items() if sid not in plan.surplus} | dict(plan.missing)
    assert after == dict(declared) | dict(plan.foreign)
    assert plan.is_as_declared == (after == there)


def test_an_old_version_loses_what_is_not_declared_and_gets_nothing_new() -> None:
    old = Sharing(layer="tiny", version=1, there={SID: Grant(FRIEND)}, declared={"channelwright-b": Grant("*")})
    assert (list(old.surplus), list(old.missing)) == ([SID], ["channelwright-b"])
    retired = Sharing(layer="tiny", version=1, there=old.there, declared=old.declared, in_use=False)
    assert (list(retired.surplus), list(retired.missing)) == ([SID], [])


def test_every_statement_id_is_one_that_lambda_takes() -> None:
    declared = grants.declared(Share(accounts=("1" * 12,), organization="o-" + "a" * 32, public=True))
    assert len(declared) == 3
    for sid in declared:
        assert re.fullmatch(r"[a-zA-Z0-9-_]{1,100}", sid)
        assert sid.startswith(grants.OURS)


def test_a_change_names_the_revision_that_was_read_and_is_read_back(aws: Aws, lambda_: Stubber) -> None:
    _policy(lambda_, {"by-hand": "444455556666"}, "first")
    _policy(lambda_, {"by-hand": "444455556666"}, "second")
    lambda_.add_response("add_layer_version_permission", {"RevisionId": "third"}, ADDED | {"RevisionId": "second"})
    _policy(lambda_, {"by-hand": "444455556666", SID: FRIEND}, "third")
    after = grants.apply(aws, grants.plan(aws, LAYER, [3])[0])
    assert after.is_as_declared
    assert list(after.foreign) == ["by-hand"]


def test_a_first_grant_names_no_revision_since_there_is_none(aws: Aws, lambda_: Stubber) -> None:
    for _ in range(2):
        lambda_.add_client_error("get_layer_version_policy", "ResourceNotFoundException", "no policy", 404)
    lambda_.add_response("add_layer_version_permission", {"RevisionId": "first"}, ADDED)
    _policy(lambda_, {SID: FRIEND}, "first")
    assert grants.settle(aws, grants.plan(aws, LAYER, [3])[0]) == [f"tiny-layer:3  + account {FRIEND}"]


def test_a_policy_that_somebody_else_changes_meanwhile_is_not_overwritten(aws: Aws, lambda_: Stubber) -> None:
    _policy(lambda_, {"x": "444455556666"}, "first")
    _policy(lambda_, {"x": "444455556666"}, "first")
    lambda_.add_client_error("add_layer_version_permission", "PreconditionFailedException", "not the latest", 412)
    _policy(lambda_, {"y": "444455556666"}, "second")
    with pytest.raises(AwsError, match=r"(?s)not the latest.*another deployment, or a person"):
        grants.apply(aws, grants.plan(aws, LAYER, [3])[0])


def test_a_grant_whose_answer_was_lost_is_there_if_aws_says_so(aws: Aws, lambda_: Stubber) -> None:
    _policy(lambda_, {"x": "444455556666"}, "first")
    _policy(lambda_, {"x": "444455556666"}, "first")
    lambda_.add_client_error("add_layer_version_permission", "ResourceConflictException", "exists", 409)
    _policy(lambda_, {"x": "444455556666", SID: FRIEND}, "second")
    _policy(lambda_, {"x": "444455556666", SID: FRIEND}, "second")
    assert grants.apply(aws, grants.plan(aws, LAYER, [3])[0]).is_as_declared


def test_what_is_read_back_otherwise_than_made_is_told(aws: Aws, lambda_: Stubber) -> None:
    _policy(lambda_, {"x": "444455556666"}, "first")
    _policy(lambda_, {"x": "444455556666"}, "first")
    lambda_.add_response("add_layer_version_permission", {"RevisionId": "second"}, ADDED | {"RevisionId": "first"})
    _policy(lambda_, {"x": "444455556666"}, "third")
    with pytest.raises(RolloutError, match=rf"is not as it was just made: tiny-layer:3  \+ account {FRIEND}"):
        grants.apply(aws, grants.plan(aws, LAYER, [3])[0])


def test_what_somebody_grants_after_the_plan_was_shown_is_not_removed_unseen(aws: Aws, lambda_: Stubber) -> None:
    _policy(lambda_, {SID: FRIEND, "seen": "444455556666"}, "first")
    _policy(lambda_, {SID: FRIEND, "seen": "444455556666", "new": "777788889999"}, "second")
    lambda_.add_response(
        "remove_layer_version_permission", {}, VERSION | {"StatementId": "seen", "RevisionId": "second"}
    )
    _policy(lambda_, {SID: FRIEND, "new": "777788889999"}, "third")
    with pytest.raises(RolloutError, match="tiny-layer:3  account 777788889999"):
        grants.apply(aws, grants.plan(aws, LAYER, [3])[0], foreign=True)


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ({"Principal": {"AWS": f"arn:aws-cn:iam::{FRIEND}:root"}}, f"account {FRIEND}"),
        ({"Principal": {"AWS": "AIDACKCEVSQ6C2EXAMPLE"}}, "account AIDACKCEVSQ6C2EXAMPLE"),
        ({"Principal": "*"}, "everyone"),
        ({"Principal": {"AWS": "*"}}, "everyone"),
        (
            {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}},
            "organization o-a1b2c3d4e5",
        ),
    ],
)
def test_a_statement_is_read_in_each_form_that_aws_writes(
    aws: Aws, lambda_: Stubber, statement: dict[str, Any], shown: str
) -> None:
    policy = json.dumps({"Statement": [{"Sid": "x", "Effect": "Allow"} | statement]})
    lambda_.add_response("get_layer_version_policy", {"Policy": policy, "RevisionId": "1"}, VERSION)
    assert [str(each) for each in grants.plan(aws, LAYER, [3])[0].foreign.values()] == [shown]


def test_a_full_policy_says_what_to_do(aws: Aws, lambda_: Stubber) -> None:
    for _ in range(2):
        _policy(lambda_, {"x": "444455556666"}, "first")
    lambda_.add_client_error("add_layer_version_permission", "PolicyLengthExceededException", "too large", 400)
    _policy(lambda_, {"x": "444455556666"}, "first")
    with pytest.raises(AwsError, match="share with an organization in place of its accounts"):
        grants.apply(aws, grants.plan(aws, LAYER, [3])[0])


def test_every_public_layer_is_named_that_was_not_asked_for(tmp_path: Path) -> None:
    layers = {name: Layer(name=name, share=Share(public=True)) for name in ("one", "two")}
    with pytest.raises(ConfigError) as caught:
        grants.refuse_unasked_public(Settings(project=tmp_path, layers=layers), asked=False)
    assert [fault.where for fault in caught.value.faults] == ["layers.one.share.public", "layers.two.share.public"]


def _policy(stubber: Stubber, accounts: Mapping[str, str], revision: str) -> None:
    statements = [
        {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}
        for sid, account in accounts.items()
    ]
    stubber.add_response(
        "get_layer_version_policy", {"Policy": json.dumps({"Statement": statements}), "RevisionId": revision}, VERSION
    )
