"""A role can do its stage and nothing else: judged by an evaluator of policies that is not the project's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.aws.calls import recorded
from tests.deploy.test_github_role import READ, WATCHED
from tests.integration.aws import ACCOUNT, REGION, EmulatedAws, emulated_aws
from tests.integration.release.stage_roles import GITHUB, Actions, Rights, Site, documents, judged

if TYPE_CHECKING:
    from collections.abc import Iterator

WAYS = {
    "a suffix for dev": (
        Site("dev", "-dev", "channelwright-dev", {}),
        Site("prod", "", "channelwright-prod", {"OtherSuffix": "-dev"}),
    ),
    "a suffix for prod, whose stack's name begins with dev's": (
        Site("dev", "", "channelwright", {"OtherSuffix": "-prod", "OtherStack": "channelwright-prod"}),
        Site("prod", "-prod", "channelwright-prod", {}),
    ),
    "suffixes that end alike": (
        Site("dev", "-dev", "one", {"OtherSuffix": "-next-dev"}),
        Site("prod", "-next-dev", "two", {}),
    ),
}


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAws]:
    with emulated_aws(tmp_path_factory.mktemp("roles"), settling=0) as running:
        yield running


@pytest.fixture(scope="module", params=WAYS)
def made(emulated: EmulatedAws, request: pytest.FixtureRequest) -> tuple[Rights, Rights]:
    emulated.reset()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in emulated.environment.items():
            patch.setenv(name, value)
        one, other = WAYS[request.param]
        return one.make(), other.make()


@pytest.fixture
def stages(
    made: tuple[Rights, Rights], emulated: EmulatedAws, monkeypatch: pytest.MonkeyPatch
) -> tuple[Rights, Rights]:
    for name, value in emulated.environment.items():
        monkeypatch.setenv(name, value)
    return made


def context(rights: Rights, resource: str) -> dict[str, str]:
    """Return what AWS would tell a condition of something of this stage."""
    known = {"aws:ResourceTag/channelwright:stage": rights.site.stage, "iam:PermissionsBoundary": rights.boundary}
    if ":event-source-mapping:" in resource:
        worker = f"discord_channelwright_worker{rights.site.suffix}"
        known["lambda:FunctionArn"] = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{worker}:live"
    return known | {"iam:PassedToService": "lambda.amazonaws.com"}


def test_no_role_is_allowed_any_change_of_the_other_stage_whatever_it_is(stages: tuple[Rights, Rights]) -> None:
    for own, other in (stages, stages[::-1]):
        for policies in (own.deploy, own.watch, own.promote):
            changes = Actions(policies).changing
            for resource in other.things:
                allowed = [each for each in changes if judged(policies, each, resource, context(other, resource))]
                assert allowed == [], resource


def test_each_change_that_a_role_is_allowed_is_one_that_something_of_its_own_stage_takes(
    stages: tuple[Rights, Rights],
) -> None:
    for rights in stages:
        policies = rights.deploy
        things = [*rights.things, *_layers_and_names(rights)]
        useless = [
            action
            for action in Actions(policies).all
            if not any(judged(policies, action, each, context(rights, each)) for each in things)
        ]
        assert useless == []


def test_a_role_that_is_made_without_the_boundary_or_with_another_is_refused(stages: tuple[Rights, Rights]) -> None:
    for own, other in (stages, stages[::-1]):
        role = f"arn:aws:iam::{ACCOUNT}:role/{own.site.stack}-BotRole-1"
        for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRole", "iam:UpdateAssumeRolePolicy"):
            assert judged(own.deploy, action, role, {"iam:PermissionsBoundary": own.boundary})
            assert not judged(own.deploy, action, role, {"iam:PermissionsBoundary": other.boundary})
            assert not judged(own.deploy, action, role, {})


def test_the_boundary_holds_what_the_template_s_functions_may_do_and_ends_at_the_other_stage(
    stages: tuple[Rights, Rights],
) -> None:
    for own, other in (stages, stages[::-1]):
        bound = own.bound
        roles = [each.rpartition("/")[2] for each in own.things if ":role/" in each]
        assert len(roles) == 2
        for role in roles:
            for document in documents(role):
                for statement in document["Statement"]:
                    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                    assert all(judged(bound, each, statement["Resource"], {}) for each in actions), statement
        allowed = Actions(bound).all
        assert not [(a, r) for a in allowed for r in other.things if judged(bound, a, r, {})]


ROLES = {"watch": WATCHED, "promote": READ, "deploy": tuple(recorded())}
"""The commands that a role's jobs and its people run."""


@pytest.mark.parametrize(("role", "command"), [(role, each) for role, some in ROLES.items() for each in some])
def test_each_recorded_call_of_a_command_is_allowed_by_the_role_that_runs_it(
    stages: tuple[Rights, Rights], role: str, command: str
) -> None:
    for own in stages:
        policies = getattr(own, role)
        for action, call in recorded()[command].items():
            for resource in (each for on in call.on for each in _named(own, on)):
                assert judged(policies, action, resource, context(own, resource)), (action, resource)


def test_the_role_that_a_promotion_reads_with_changes_nothing_and_asks_its_own_stage_alone(
    stages: tuple[Rights, Rights],
) -> None:
    for own, other in (stages, stages[::-1]):
        assert Actions(own.promote).changing == ("lambda:InvokeFunction",)
        for rights, wanted in ((own, True), (other, False)):
            function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:discord_channelwright_bot{rights.site.suffix}:1"
            assert judged(own.promote, "lambda:InvokeFunction", function, {}) is wanted, function


def _named(rights: Rights, pattern: str) -> Iterator[str]:
    """Yield a recorded resource as this stage has it; nothing for what only other projects have."""
    if pattern == "*":
        yield "*"
        return
    if pattern.startswith("iam:"):  # what doctor asks about: the stage's role, and who it trusts
        known = {"iam:role/*": rights.role, "iam:oidc-provider/*": GITHUB["OidcProviderArn"]}
        yield from (arn for each, arn in known.items() if each == pattern)
        return
    name = f"discord_channelwright_worker{rights.site.suffix}"
    words = {
        ":FUNCTION": f":{name}",
        "/FUNCTION": f"/{name}",
        "LAYER": "channelwright-dependencies",
        "CHANNEL": "layers/channelwright-dependencies/next",
        "STACK": rights.site.stack,
        "VERSION": "3",
    }
    service, _, rest = pattern.partition(":")
    for word, value in words.items():
        rest = f":{rest}".replace(word, value).removeprefix(":")
    if "*" in rest.replace("/*", "", 1) or "BUCKET" in rest or rest.startswith("parameter/*"):
        return
    yield f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def test_what_the_watch_role_may_do_changes_nothing(stages: tuple[Rights, Rights]) -> None:
    for rights in stages:
        assert Actions(rights.watch).changing == ()


def _layers_and_names(rights: Rights) -> Iterator[str]:
    """Yield what a stage's policies speak of besides the stack: layers, channels, its own roles, lists of all."""
    yield f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:channelwright-dependencies"
    yield f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:channelwright-dependencies:1"
    yield f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/layers/channelwright-dependencies/next"
    yield f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    yield rights.role
    yield "*"
