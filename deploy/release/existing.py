"""Functions that exist and that the stage's stack did not make: the pipeline's own template leaves them out.

They are somebody else's, Terraform's for one: a deploy gives them code, layers, versions and, where there is none, the
alias, and leaves alone all else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..aws import functions, stacks
from ..errors import ConfigError, Fault
from ..template import source
from .stage_stack import STAGE_TAG, StageStack

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..aws.connection import Aws
    from ..settings import Settings, Stage
    from ..template.source import ProjectTemplate


def keys(aws: Aws, settings: Settings, stage: Stage, there: StageStack | None = None) -> frozenset[str]:
    """Return the keys of the functions that exist outside the stage's stack; none where the project has a template.

    `there` is the stack, where it was read already.
    """
    if settings.template is not None:
        return frozenset()
    made = _made_by_stack(there or StageStack.read(aws, stage), settings)
    others = {key: f"{each.name}{stage.suffix}" for key, each in settings.functions.items()}
    return frozenset(key for key, name in others.items() if name not in made and functions.read(aws, name))


def template(settings: Settings, there: StageStack, existing: Collection[str]) -> ProjectTemplate | None:
    """Return what the stage's stack is made of; None where all that the project names exists already.

    Raises ConfigError where the stack is there and somebody else's: the pipeline's own template would take from it all
    that it has.
    """
    found = source.read(settings, leaving_out=existing)
    if found is None or settings.template is not None:
        return found
    state, stage = there.state, there.stage
    if state is not None and state.status != "REVIEW_IN_PROGRESS" and not there.is_the_pipelines:
        cure = f"name another: stages.{stage.name}.stack; or give `template` the one that it was made of"
        cause = f"it has no tag {STAGE_TAG}, and the pipeline's own template would replace all that is in it"
        raise ConfigError([Fault(f"stack {stage.stack}", "is not one of this pipeline", cause, cure)])
    return found


def _made_by_stack(there: StageStack, settings: Settings) -> frozenset[str]:
    """Name the functions of the stage's stack, where it is one of the pipeline's."""
    if not there.is_the_pipelines:
        return frozenset()
    own = source.read(settings)
    if own is not None and there.is_made_of(own):
        return frozenset(f"{each.name}{there.stage.suffix}" for each in settings.functions.values())
    return frozenset(stacks.resources(there.aws, there.stage.stack, "AWS::Lambda::Function"))
