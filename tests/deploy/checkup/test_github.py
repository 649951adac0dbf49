"""Trust policies as they are found in the wild, against what a job says that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from deploy.aws.identity import Role
from deploy.checkup import github
from deploy.checkup.github_trust import PROVIDER, Condition, Repository
from deploy.configuration import load
from deploy.errors import ConfigError
from deploy.settings import GitHub, Layer, Settings, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.checkup.findings import Finding

KNOWN = Repository("acme", "layers", "11", "22")
UNKNOWN = Repository("acme", "layers")
SUBJECT = "repo:acme@11/layers@22:environment:prod"
CLASSIC = "repo:acme/layers:environment:prod"
AUDIENCE = {f"{PROVIDER}:aud": "sts.amazonaws.com"}


def role(conditions: dict[str, Any] | None = None, **statement: Any) -> Role:
    """Make a role whose one statement lets GitHub in on these conditions."""
    made = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{PROVIDER}"},
        "Condition": {} if conditions is None else conditions,
        **statement,
    }
    return Role("deployer", "arn:aws:iam::123456789012:role/deployer", {"Version": "2012-10-17", "Statement": [made]})


def asking_for(*subjects: str, operator: str = "StringEquals") -> Role:
    conditions: dict[str, dict[str, Any]] = {"StringEquals": dict(AUDIENCE)}
    conditions.setdefault(operator, {})[f"{PROVIDER}:sub"] = list(subjects)
    return role(conditions)


def found(trusting: Role, repository: Repository = KNOWN) -> list[Finding]:
    return list(github.compared(trusting, repository, "prod"))


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def test_a_role_that_trusts_just_the_job_is_well() -> None:
    told = only(found(asking_for(SUBJECT)))
    assert (told.state, told.what) == ("ok", f"the role deployer trusts {SUBJECT}")
    assert [each.state for each in found(asking_for(CLASSIC, SUBJECT))] == ["ok"]


def test_the_classic_form_alone_is_told_with_what_new_repositories_say() -> None:
    told = only(found(asking_for(CLASSIC)))
    assert (told.state, told.what) == ("warning", f"the role deployer trusts the classic {CLASSIC} alone")
    assert "after 2026-07-15" in told.cause
    assert SUBJECT in told.cure


def test_ids_that_are_not_known_here_are_not_taken_for_the_right_ones() -> None:
    told = only(found(asking_for(SUBJECT), UNKNOWN))
    assert (told.state, told.what) == ("warning", "the role deployer trusts acme/layers by ids")
    assert "gh api repos/acme/layers" in told.cure


@pytest.mark.parametrize(
    "subject",
    [
        "repo:acme@11/layers@23:environment:prod",
        "repo:acme@11/layers@22:environment:dev",
        "repo:acme/other:environment:prod",
        "repo:acme/layers:ref:refs/heads/main",
    ],
)
def test_another_repository_or_environment_does_not_get_in(subject: str) -> None:
    told = only([each for each in found(asking_for(subject)) if each.state == "broken"])
    assert told.what == f"the role deployer does not trust {SUBJECT}"
    assert told.cause == f"it trusts {subject}"


def test_wildcards_that_are_letters_are_explained() -> None:
    told = only(found(asking_for("repo:acme@11/layers@22:*")))
    assert told.state == "broken"
    assert told.cause.startswith("StringEquals takes the * in repo:acme@11/layers@22:* for a letter")


@pytest.mark.parametrize(
    ("pattern", "state", "who"),
    [
        ("*", "broken", "any repository of GitHub"),
        ("repo:*", "broken", "any repository of GitHub"),
        ("repo:*/layers@22:environment:prod", "ok", ""),
        ("repo:*/layers:environment:prod", "broken", "any repository of GitHub"),
        ("repo:acme/*", "warning", "every repository of acme"),
        ("repo:acme*/layers*:*", "broken", "organisations whose names begin alike"),
        ("repo:acme@11/*", "warning", "every repository of acme"),
        ("repo:acme@11/layers@*:environment:prod", "ok", ""),
        ("repo:acme@11/layers*:environment:prod", "warning", "every repository of acme"),
        ("repo:acme@11/layers@22:*", "warning", "pull requests and every branch"),
    ],
)
def test_wildcards_that_let_others_in_are_told_by_who_gets_in(pattern: str, state: str, who: str) -> None:
    *others, last = found(asking_for(pattern, operator="StringLike"))
    assert last.state == state
    assert who in last.what
    assert all(each.state == "ok" or "classic" in each.what for each in others)


def test_a_statement_that_asks_nothing_of_the_subject_lets_in_everybody() -> None:
    told = only([each for each in found(role({"StringEquals": AUDIENCE})) if each.state != "ok"])
    assert (told.state, told.cause) == ("broken", "it asks nothing of the subject")


def test_the_audience_is_looked_at() -> None:
    without = found(role({"StringEquals": {f"{PROVIDER}:sub": SUBJECT}}))
    assert without[-1].what == "the role deployer takes tokens of any audience"
    other = {f"{PROVIDER}:sub": SUBJECT, f"{PROVIDER}:aud": "https://github.com/acme"}
    assert [each.state for each in found(role({"StringEquals": other}))] == ["ok", "broken"]


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Deny"},
        {"Principal": {"Service": "lambda.amazonaws.com"}},
        {"Principal": "*"},
        {"Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/accounts.google.com"}},
    ],
)
def test_a_role_that_github_cannot_take_is_broken(statement: dict[str, Any]) -> None:
    told = only(found(role(**statement)))
    assert (told.state, told.what) == ("broken", "GitHub's workflows cannot take the role deployer")


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("git@github.com:acme/layers.git", UNKNOWN),
        ("https://github.com/acme/layers", UNKNOWN),
        ("https://token@github.com/acme/layers.git", UNKNOWN),
        ("ssh://git@github.com/acme/layers.git/", UNKNOWN),
        ("https://gitlab.com/acme/layers.git", None),
        ("", None),
    ],
)
def test_a_repository_is_read_off_the_remote(address: str, repository: Repository | None) -> None:
    assert Repository.of_remote(address) == repository


def test_what_is_configured_comes_before_what_the_runner_says(tmp_path: Path) -> None:
    settings = Settings(project=tmp_path, layers={"a": Layer(name="a")})
    runner = {"GITHUB_REPOSITORY": "fork/layers", "GITHUB_REPOSITORY_OWNER_ID": "33", "GITHUB_REPOSITORY_ID": "44"}
    stage = Stage(name="prod", region="r", stack="s", github=GitHub(role="deployer"))
    assert github.repository_of(settings, stage, runner) == Repository("fork", "layers", "33", "44")
    told = GitHub(role="deployer", repository="acme/layers", owner_id="11", repository_id="22")
    assert github.repository_of(settings, Stage(name="prod", region="r", stack="s", github=told), runner) == KNOWN
    assert github.repository_of(settings, stage, {}) is None


def test_the_configuration_names_the_role_and_who_takes_it(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    config = tmp_path / "config/pipeline.yaml"
    stage = "layers: {a: {}}\nstages: {prod: {region: eu-central-1, stack: s, github: %s}}\n"
    config.write_text(stage % "{role: deployer, repository: acme/layers, owner-id: '11', repository-id: '22'}")
    told = GitHub(role="deployer", repository="acme/layers", owner_id="11", repository_id="22")
    assert load(tmp_path, {}).stages["prod"].github == told
    config.write_text(stage % "{roll: deployer, owner-id: 11}")
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {})
    assert "did you mean role?" in str(refused.value)
    assert {fault.where.rpartition(".")[2] for fault in refused.value.faults} == {"roll", "role", "owner-id"}


def test_patterns_match_as_iam_matches_them() -> None:
    assert Condition("StringLike", "repo:a?me/*").matches("repo:acme/x:y")
    assert Condition("ForAnyValue:StringLike", "repo:*").matches("repo:acme/x")
    assert not Condition("StringLike", "repo:a.me/*").matches("repo:acme/x")
    assert not Condition("StringEquals", "repo:*").matches("repo:acme/x")
