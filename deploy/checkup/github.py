"""Whether GitHub's workflows can take the role that deploys the stage, and whether others can as well."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from .. import git
from ..aws import identity
from .findings import broken, ok, unknown, warning
from .github_trust import AUDIENCE, PROVIDER, Repository, trusts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..aws.connection import Aws
    from ..aws.identity import Role
    from ..settings import Settings, Stage
    from .findings import Finding
    from .github_trust import Condition, Trust

_IDS = "gh api repos/{0.owner}/{0.name} --jq '.owner.id, .id'"
_NARROW = "name the one subject that may deploy, with StringEquals: {}"


def trusted(aws: Aws, settings: Settings, stage: Stage, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Compare the subject of a job in the stage's environment with the trust policy of the stage's role."""
    if stage.github is None:
        cure = f"set stages.{stage.name}.github: {{role: NAME}}, where GitHub deploys this stage"
        yield unknown("which role GitHub's workflows take is not configured", cure=cure)
        return
    repository = repository_of(settings, stage, environment)
    if repository is None:
        cure = f"set stages.{stage.name}.github.repository: ORG/REPO"
        yield unknown("the repository on GitHub is not known", "git has no remote `origin` there", cure)
        return
    role = identity.role(aws, stage.github.role)
    if role is None:
        cause = f"account {aws.account} has no such role"
        yield broken(f"there is no role {stage.github.role}", cause, "make it, or correct the name")
        return
    yield from compared(role, repository, stage.github.environment or stage.name)
    yield from _provided(aws, role)


def repository_of(settings: Settings, stage: Stage, environment: Mapping[str, str]) -> Repository | None:
    """Find the repository: as configured, as GitHub's own runner says, or by git's remote.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    named = (stage.github.repository if stage.github else "") or environment.get("GITHUB_REPOSITORY", "")
    address = f"github.com/{named}" if named else git.remote(settings.project)
    found = Repository.of_remote(address)
    if found is None or stage.github is None:
        return found
    return replace(
        found,
        owner_id=stage.github.owner_id or environment.get("GITHUB_REPOSITORY_OWNER_ID", ""),
        id=stage.github.repository_id or environment.get("GITHUB_REPOSITORY_ID", ""),
    )


def _provided(aws: Aws, role: Role) -> Iterator[Finding]:
    """See whether the account knows GitHub at all, and takes tokens that are made for AWS."""
    for provider in sorted({each.provider for each in trusts(role.trust)}):
        audiences = identity.token_audiences(aws, provider)
        if audiences is None:
            cure = f"aws iam create-open-id-connect-provider --url https://{PROVIDER} --client-id-list {AUDIENCE}"
            yield broken(f"there is no OIDC provider {provider}", "the account does not know GitHub", cure)
        elif AUDIENCE not in audiences:
            cause = f"its tokens may be made for {', '.join(audiences) or 'nobody'}"
            cure = f"aws iam add-client-id-to-open-id-connect-provider --client-id {AUDIENCE}"
            cure += f" --open-id-connect-provider-arn {provider}"
            yield broken(f"{provider} does not take GitHub's tokens for {AUDIENCE}", cause, cure)


def compared(role: Role, repository: Repository, environment: str) -> Iterator[Finding]:
    found = list(trusts(role.trust))
    if not found:
        cause = f"no statement of its trust policy allows sts:AssumeRoleWithWebIdentity to {PROVIDER}"
        yield broken(f"GitHub's workflows cannot take the role {role.name}", cause, "add such a statement")
        return
    yield from _meant(role, repository, environment, found)
    yield from _strangers(role, repository, environment, found)
    yield from _audiences(role, found)


def _meant(role: Role, repository: Repository, environment: str, found: Sequence[Trust]) -> Iterator[Finding]:
    """Say whether the job that is meant gets in, however its repository names itself."""
    now, classic = repository.subject(environment), repository.classic_subject(environment)
    asked = [condition for each in found for condition in each.subjects]
    if any(each.lets_in(now) for each in found) or (
        not repository.has_ids and _fits_any_ids(asked, repository, environment)
    ):
        if repository.has_ids:
            yield ok(f"the role {role.name} trusts {now}")
        else:
            cause = "its ids are neither configured nor known from GitHub's runner"
            cure = f"set owner-id and repository-id: {_IDS.format(repository)}"
            yield warning(f"the role {role.name} trusts {repository.owner}/{repository.name} by ids", cause, cure)
    elif any(each.lets_in(classic) for each in found):
        cause = "repositories made, renamed or transferred after 2026-07-15 say who they are with ids"
        cure = f"let the trust policy allow {now} as well ({_IDS.format(repository)})"
        yield warning(f"the role {role.name} trusts the classic {classic} alone", cause, cure)
    else:
        dead = [each.value for each in asked if each.has_dead_wildcards]
        cause = f"it trusts {', '.join(each.value for each in asked)}"
        if dead:
            cause = f"StringEquals takes the * in {', '.join(dead)} for a letter; only StringLike knows wildcards"
        yield broken(f"the role {role.name} does not trust {now}", cause, _NARROW.format(now))


def _fits_any_ids(asked: Sequence[Condition], repository: Repository, environment: str) -> bool:
    """Whether a condition names this repository and environment with some ids, these not being known."""
    shape = rf"repo:{re.escape(repository.owner)}@[0-9]+/{re.escape(repository.name)}@[0-9]+"
    return any(re.fullmatch(rf"{shape}:environment:{re.escape(environment)}", each.value) for each in asked)


def _strangers(role: Role, repository: Repository, environment: str, found: Sequence[Trust]) -> Iterator[Finding]:
    """Yield the widest gap that a trust policy leaves: anybody, the organisation, any branch or pull request."""
    now = repository.subject(environment)
    for who, state, subjects in _gaps(repository, environment):
        if any(each.lets_in(subject) for each in found for subject in subjects):
            values = ", ".join(condition.value for each in found for condition in each.subjects)
            cause = f"its subject may be {values}" if values else "it asks nothing of the subject"
            yield state(f"the role {role.name} lets in {who}", cause, _NARROW.format(now))
            return


def _gaps(repository: Repository, environment: str) -> Iterator[tuple[str, Callable[..., Finding], Iterator[str]]]:
    """Yield who should not get in, how bad it is if they do, and what they would say that they are."""
    owner, name = repository.owner, repository.name
    own = f"{owner}@{repository.owner_id or 1}"
    itself = (f"{owner}/{name}", f"{own}/{name}@{repository.id or 2}")
    jobs = (f"environment:{environment}", "pull_request")
    anybody = [
        f"{who}/{what}" for who in ("stranger", "stranger@3") for what in ("thing", "thing@4", name, f"{name}@4")
    ]
    alike = (f"{owner}x/{name}", f"{owner}x@3/{name}@4")
    siblings = [f"{who}/{what}" for who in (owner, own) for what in ("other", "other@4", f"{name}x", f"{name}x@4")]
    yield "any repository of GitHub", broken, _subjects(anybody, jobs)
    yield "organisations whose names begin alike", broken, _subjects(alike, jobs)
    yield f"every repository of {owner}", warning, _subjects(siblings, jobs)
    others = ("pull_request", "ref:refs/heads/anything", "environment:anything")
    yield "pull requests and every branch", warning, _subjects(itself, others)


def _subjects(repositories: Sequence[str], jobs: Sequence[str]) -> Iterator[str]:
    return (f"repo:{repository}:{job}" for repository in repositories for job in jobs)


def _audiences(role: Role, found: Sequence[Trust]) -> Iterator[Finding]:
    for each in found:
        if not any(condition.matches(AUDIENCE) for condition in each.audiences):
            asked = ", ".join(condition.value for condition in each.audiences)
            cure = f'ask for it: "StringEquals": {{"{PROVIDER}:aud": "{AUDIENCE}"}}'
            if asked:
                yield broken(f"the role {role.name} wants another audience", f"it asks for {asked}", cure)
            else:
                cause = "a token that was made for another service would do"
                yield warning(f"the role {role.name} takes tokens of any audience", cause, cure)
