"""What a GitHub workflow says that it is, and what a role's trust policy lets in.

Repositories that were made, renamed or transferred after 2026-07-15 say who they are by names and ids, so that a name
that is taken over later is not trusted: `repo:ORG@ORGID/REPO@REPOID:environment:NAME`. Others go on saying
`repo:ORG/REPO:environment:NAME`.
https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROVIDER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
_REMOTE = re.compile(r"github\.com[:/](?P<owner>[^/]+)/(?P<name>[^/]+?)(?:\.git)?/?$")


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub; the ids are empty where they are not known."""

    owner: str
    name: str
    owner_id: str = ""
    id: str = ""

    @classmethod
    def of_remote(cls, address: str) -> Repository | None:
        """Read it off the address of a git remote.

        >>> Repository.of_remote("git@github.com:acme/layers.git")
        Repository(owner='acme', name='layers', owner_id='', id='')
        """
        found = _REMOTE.search(address)
        return cls(found["owner"], found["name"]) if found else None

    @property
    def has_ids(self) -> bool:
        return bool(self.owner_id and self.id)

    def subject(self, environment: str) -> str:
        """Return what a job in this environment says that it is, as new repositories say it."""
        return (
            f"repo:{self.owner}@{self.owner_id or 'ORGID'}/{self.name}@{self.id or 'REPOID'}:environment:{environment}"
        )

    def classic_subject(self, environment: str) -> str:
        return f"repo:{self.owner}/{self.name}:environment:{environment}"


@dataclass(frozen=True)
class Condition:
    """A value that a trust policy compares the subject with, and the operator: StringLike knows * and ?."""

    operator: str
    value: str

    @property
    def is_pattern(self) -> bool:
        return self.operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:").startswith("StringLike")

    @property
    def has_dead_wildcards(self) -> bool:
        """Whether it has wildcards that its operator takes for letters."""
        return not self.is_pattern and bool(set("*?") & set(self.value))

    def matches(self, subject: str) -> bool:
        if not self.is_pattern:
            return self.value == subject
        translated = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in self.value)
        return re.fullmatch(translated, subject) is not None


@dataclass(frozen=True)
class Trust:
    """A statement that lets GitHub's tokens in: through which provider, and what it asks of subject and audience."""

    provider: str
    subjects: tuple[Condition, ...]
    audiences: tuple[Condition, ...]

    def lets_in(self, subject: str) -> bool:
        return not self.subjects or any(each.matches(subject) for each in self.subjects)


def trusts(document: Mapping[str, object]) -> Iterator[Trust]:
    """Yield the statements of a trust policy that let GitHub in."""
    for statement in _listed(document.get("Statement", [])):
        principal = statement.get("Principal", {})
        federated = _listed(principal.get("Federated", []) if isinstance(principal, dict) else [])
        provider = next((each for each in federated if each.endswith(f"/{PROVIDER}")), "")
        if statement.get("Effect") == "Allow" and provider:
            conditions = statement.get("Condition", {})
            yield Trust(provider, tuple(_of(conditions, f"{PROVIDER}:sub")), tuple(_of(conditions, f"{PROVIDER}:aud")))


def _of(conditions: Mapping[str, Mapping[str, object]], key: str) -> Iterator[Condition]:
    for operator, compared in conditions.items():
        for name, values in compared.items():
            if name.lower() == key:
                yield from (Condition(operator, value) for value in _listed(values))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
