"""Where a release goes, and who may take it there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class FromEnvironment:
    """A value that is read from this environment variable at deploy time.

    One that is `optional` and not set keeps the value that the stack has; a new stack has the template's default.
    """

    variable: str
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """How GitHub's workflows get into the stage's account; without `repository` it is git's remote `origin`.

    `environment` is GitHub's, empty for one of the stage's name. The ids are numbers as text, empty where not known.
    """

    role: str
    environment: str = ""
    repository: str = ""
    owner_id: str = ""
    repository_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where a release goes: functions and stack to `region`, layers to it and to `publish_regions`.

    `stack` is empty where there are no functions and no stack is named. A `protected` one is changed only by somebody
    who has seen the plan and said yes.
    """

    name: str
    region: str
    protected: bool = False
    stack: str = ""
    suffix: str = ""
    account: str | None = None
    profile: str | None = None
    publish_regions: tuple[str, ...] = ()
    bucket: str | Mapping[str, str] | None = None
    parameters: Mapping[str, str | FromEnvironment] = field(default_factory=dict)
    github: GitHub | None = None

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region that gets the layers, `region` first."""
        return tuple(dict.fromkeys([self.region, *self.publish_regions]))

    def bucket_in(self, region: str) -> str | None:
        """Name the bucket for a region; one that is given without regions lies in `region`, and serves no other."""
        if self.bucket is None or isinstance(self.bucket, str):
            return self.bucket if region == self.region else None
        return self.bucket.get(region)
