"""A stage's stack as it is, and whether it is what a template would make of it, told without a change set.

CloudFormation compares a template and its parameters with those that a stack was last made with, not with what became
of its resources since: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html.
Where both are the same there is nothing to change, unless the template has values that are worked out anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import yaml

from ..aws import stacks
from ..template.short_forms import parsed
from ..template_values import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..aws.connection import Aws
    from ..aws.stacks import StackState
    from ..settings import Stage
    from ..template.source import ProjectTemplate

STAGE_TAG = "channelwright:stage"
"""What every stack of the pipeline is tagged with."""

_SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
_WORKED_OUT = ("Transform", "{{resolve:", "AWS::CloudFormation::")
"""What of a template may come to something else the next time: macros, references to values, stacks within."""


@dataclass(frozen=True)
class StageStack:
    """A stack, `state` None where there is none. What it was made with is asked for when somebody wants to know."""

    aws: Aws
    stage: Stage
    state: StackState | None

    @classmethod
    def read(cls, aws: Aws, stage: Stage) -> StageStack:
        return cls(aws, stage, stacks.read(aws, stage.stack))

    @property
    def is_the_pipelines(self) -> bool:
        return self.state is not None and STAGE_TAG in self.state.tags

    @cached_property
    def template(self) -> object:
        """Its template as it was given: text, or what it says where it is JSON; nothing where there is no stack."""
        return stacks.template(self.aws, self.stage.stack) if self.state else ""

    def is_made_of(self, template: ProjectTemplate) -> bool:
        """Whether it was last made with this very template, and that went well."""
        if self.state is None or self.state.status not in _SETTLED:
            return False
        return self.template == template.body or (not isinstance(self.template, str) and self._says(template))

    def is_as(self, template: ProjectTemplate, values: Mapping[str, str]) -> bool:
        """Whether it is what this template makes of it, with values for parameters and the rest as it is.

        False also where only CloudFormation can tell.
        """
        if self.state is None or any(word in template.body for word in _WORKED_OUT):
            return False
        if self.state.tags != {STAGE_TAG: self.stage.name} or self.state.status not in _SETTLED:
            return False
        return self.state.parameters == self._parameters(template, values) and self.is_made_of(template)

    def _says(self, template: ProjectTemplate) -> bool:
        try:
            return bool(self.template == parsed(template.body))
        except yaml.YAMLError:
            return False

    def _parameters(self, template: ProjectTemplate, values: Mapping[str, str]) -> Mapping[str, str | None] | None:
        """Return each parameter with the value that it would have; None where they do not fit the template."""
        try:
            declared = parsed(template.body).get("Parameters", {})
            defaults = {name: plain(each["Default"]) for name, each in declared.items() if "Default" in each}
        except (yaml.YAMLError, AttributeError, TypeError):
            return None  # CloudFormation says what is wrong with it
        there = self.state.parameters if self.state else {}
        filled = {"NameSuffix": self.stage.suffix, "Stage": self.stage.name}
        given = {name: value for name, value in filled.items() if name in declared} | dict(values)
        kept = {name: there[name] for name in self.stage.parameters.keys() - given.keys() if name in there}
        return {**defaults, **kept, **given}
