"""Whose health it is: the project, the stage, and what was read of both. Everything is read once, when first needed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self

from .. import local_secrets
from ..configuration import load
from ..layer.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from ..aws.account import AccountSettings
    from ..aws.connection import Aws
    from ..aws.identity import Identity
    from ..aws.stacks import StackState
    from ..container.engine import Engine
    from ..published.downloads import Downloads
    from ..published.functions import DeployedFunction
    from ..settings import Settings, Stage
    from ..template.source import ProjectTemplate
    from ..template_values import TemplateValues
    from .layers import Attached


@dataclass
class Visit:
    """What is asked for, and what is known. Every property raises a PipelineError where it cannot be had.

    `hours` is how far back logs are searched; `options` those of extensions that were given, by EXTENSION.NAME.
    """

    project: Path
    environment: Mapping[str, str]
    stage_name: str | None
    now: datetime
    hours: float = 24
    options: Mapping[str, str] = field(default_factory=dict)
    _opened: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    @cached_property
    def settings(self) -> Settings:
        return load(self.project, self.environment)

    @cached_property
    def stage(self) -> Stage:
        return self.settings.stage(self.stage_name or "")

    @cached_property
    def secrets(self) -> Mapping[str, str]:
        """The environment, with what .env files add to it."""
        return local_secrets.with_secrets(self.environment, self.settings.project, self.stage.name)

    @cached_property
    def engine(self) -> Engine:
        from ..container.engine import Engine

        return self._opened.enter_context(Engine.connect(self.environment))

    @cached_property
    def aws(self) -> Aws:
        from ..aws.connection import BRIEF, connect

        aws = connect(self.stage, config=BRIEF)
        # A session must not make two clients at once, and checks run side by side:
        # https://docs.aws.amazon.com/boto3/latest/guide/session.html#multithreading-or-multiprocessing-with-sessions
        _ = aws.functions, aws.stacks, aws.logs, aws.identities, aws.parameters
        return aws

    @cached_property
    def identity(self) -> Identity:
        from ..aws import identity

        return identity.caller(self.aws)

    @cached_property
    def stack(self) -> StackState | None:
        from ..aws import stacks

        return stacks.read(self.aws, self.stage.stack)

    @cached_property
    def template(self) -> ProjectTemplate | None:
        """What the stage's stack is made of; None where it has none."""
        from ..release import existing
        from ..release.stage_stack import StageStack

        there = StageStack(self.aws, self.stage, self.stack)
        keys = existing.keys(self.aws, self.settings, self.stage, there)
        return existing.template(self.settings, there, keys)

    @cached_property
    def values(self) -> TemplateValues | None:
        """The template's values in the stage, with those parameters that have one here; None without a template."""
        from ..agreement import parameters
        from ..template_values import TemplateValues

        if self.template is None:
            return None
        return TemplateValues.of(self.template, parameters.given(self.stage, self.secrets), self.stage.region)

    @cached_property
    def account(self) -> AccountSettings:
        from ..aws import account

        return account.settings(self.aws)

    @cached_property
    def reserved(self) -> Mapping[str, int]:
        """What the stage's functions have for themselves of the account's concurrency, by their names."""
        from ..aws import account

        return account.reserved(self.aws, [each.name for each in self.functions if each.latest])

    @cached_property
    def functions(self) -> Sequence[DeployedFunction]:
        from ..published.functions import observe

        return observe(self.aws, self.settings, self.stage)

    @cached_property
    def attached(self) -> Mapping[str, Attached]:
        from . import layers

        return layers.read(self.aws, self.functions)

    @cached_property
    def downloads(self) -> Downloads:
        from ..published.downloads import Downloads

        return Downloads(self.aws, Cache.from_environment(self.environment).root / "published")
