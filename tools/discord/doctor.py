"""The checks of `doctor`, each after those that it needs; deploy/checkup/extension.py says what comes in and out."""

from __future__ import annotations

import os
import sys
import traceback
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.checkup import runner
from deploy.checkup.extension import CONFIGURATION, FUNCTIONS, STACK, Examined, ExtensionReport
from deploy.checkup.runner import Check
from deploy.configuration import load
from deploy.local_secrets import with_secrets
from tools.discord import application, findings
from tools.discord.api import Discord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deploy.aws.connection import Aws
    from deploy.settings import Settings, Stage
    from tools.discord.application import Application, Described

AREA = "discord"


@dataclass
class Subject:
    """What is looked at; everything is read once, when first needed, and raises a PipelineError where it cannot be."""

    described: Described
    examined: Examined

    @cached_property
    def settings(self) -> Settings:
        return load(Path(), os.environ)

    @cached_property
    def stage(self) -> Stage:
        return self.settings.stage(self.examined.stage)

    @cached_property
    def secrets(self) -> Mapping[str, str]:
        return with_secrets(os.environ, self.settings.project, self.stage.name)

    @cached_property
    def discord(self) -> Discord:
        return Discord.from_environment(self.secrets)

    @cached_property
    def wanted(self) -> Application:
        return application.read(self.settings, self.described.line)

    @cached_property
    def aws(self) -> Aws:
        from deploy.aws.connection import BRIEF, connect

        return connect(self.stage, config=BRIEF)


def run(described: Described) -> int:
    """Look, and print a report; return 1 where a check has a bug, whose traceback goes to stderr."""
    subject = Subject(described, Examined.read(sys.stdin.read()))
    looked: list[str] = []
    outcomes = runner.make(list(checks(subject)), looked.append, subject.examined.stopped)
    bugs = [each for each in outcomes if each.bug]
    # What the runner says of a bug, the pipeline says of this process.
    found = [finding for each in outcomes for finding in (each.findings[:-1] if each.bug else each.findings)]
    print(ExtensionReport(tuple(looked), tuple(found)).json())
    for each in bugs:
        print(f"the check of {each.check.name} has a bug:", file=sys.stderr)
        traceback.print_exception(each.bug)
    return int(bool(bugs))


def checks(subject: Subject) -> Iterator[Check]:
    described, examined = subject.described, subject.examined
    told, said = "the bot's token", "the project's commands"
    yield Check(told, AREA, lambda: findings.token(lambda: subject.discord, subject.secrets), (CONFIGURATION,))
    yield Check("the public key", AREA, lambda: findings.key(subject.discord, examined.variables), (told, FUNCTIONS))
    yield Check("the stored token", AREA, lambda: findings.stored_token(subject.aws, examined.variables), (FUNCTIONS,))
    yield Check("the given up jobs", AREA, lambda: findings.given_up(subject.aws, examined.outputs), (STACK,))
    yield Check(
        "the interactions endpoint",
        AREA,
        lambda: findings.interactions(subject.discord, described.endpoint, subject.stage, examined.outputs),
        (told, STACK),
    )
    yield Check(said, AREA, lambda: findings.described(lambda: subject.wanted), (CONFIGURATION,))
    server = examined.options.get("guild")
    yield Check(
        "the registered commands",
        AREA,
        lambda: findings.commands(subject.discord, subject.wanted, subject.stage, server),
        (told, said),
    )
    if server:
        yield Check(
            f"server {server}",
            AREA,
            lambda: findings.membership(subject.discord, subject.wanted, server),
            (told, said),
        )
