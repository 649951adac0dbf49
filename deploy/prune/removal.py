"""Deletes what a plan found to be of no use, each version only after one more look: AWS would delete what is in use.

Before that look the layer versions are marked as going, so that no deploy takes one up unseen (`going`). All of them
are marked first, and looked for then in one list of all functions: what is taken up after it meets the mark.

https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html: a function that has a deleted layer version goes on
running, but cannot be changed without dropping it. A failure stops nothing else, and a rerun finds what is left.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..aws import aliases, functions, layers, parameters, versions
from ..aws.arns import LayerVersionArn
from ..errors import AwsError, Fault, PipelineError, RolloutError
from ..published import usage
from ..share import going

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from ..aws.connection import Aws
    from .plan import PrunePlan
    from .values import JudgedVersion

_AT_ONCE = 8


def carry_out(aws: Aws, plan: PrunePlan, say: Callable[[str], None]) -> tuple[list[JudgedVersion], list[Fault]]:
    """Delete all that is to go; return what went, and every reason why something did not.

    Function versions go first: a layer version is in use as long as they are there.
    """
    removal = Removal(aws)
    of_functions = [each for each in plan.going if each.kind == "function"]
    of_layers = [each for each in plan.going if each.kind == "layer"]
    removal.function_versions([(each.name, str(each.version)) for each in of_functions])
    removal.layer_versions([each.arn for each in of_layers], {name for each in of_layers for name in each.channels})
    gone: list[JudgedVersion] = []
    for each in plan.going:
        stays = str(each) in removal.stays
        say(f"{each}  {'not deleted' if stays else 'deleted'}")
        gone += [] if stays else [each]
    for each in plan.freed:
        going.free(aws, each.name, each.version)
        say(f"{each}  is in use, and no longer marked to be deleted")
    return gone, list(dict.fromkeys(fault for faults in removal.stays.values() for fault in faults))


@dataclass(frozen=True)
class Removal:
    """Deletes versions; `stays` are those that it did not, as people name them, with the reasons."""

    aws: Aws
    stays: dict[str, Sequence[Fault]] = field(default_factory=dict)

    def function_versions(self, wanted: Sequence[tuple[str, str]]) -> None:
        """Delete published versions, but for those that an alias stands for or sends a share of traffic to."""
        for name in dict.fromkeys(name for name, _ in wanted):
            try:
                there = aliases.of(self.aws, name)
            except PipelineError as error:
                self.stays.update({f"{name}:{version}": error.faults for each, version in wanted if each == name})
                continue
            for version in (version for each, version in wanted if each == name):
                self._function(name, version, [f"alias {each.name}" for each in there if version in each.versions])

    def layer_versions(self, arns: Sequence[str], channels: Collection[str] = ()) -> None:
        """Delete layer versions, but for those that any version of any function in account and region has.

        Neither is one deleted that one of these parameters names: whoever follows that could not deploy any more.
        """
        marked = self._side_by_side(arns, self._mark)
        if not marked:
            return
        try:
            used = usage.read(self.aws)
            used = used.with_aliases(self.aws, {user.function for user in used.of(*marked)})
            held = parameters.read(self.aws, sorted(channels)).values()
        except PipelineError as error:
            self._side_by_side(marked, self._free)
            self.stays.update({LayerVersionArn.parse(arn).short: error.faults for arn in marked})
            return
        users = {arn: [*map(str, used.of(arn)), *(each.name for each in held if each.value == arn)] for arn in marked}
        self._side_by_side(marked, lambda arn: self._layer(arn, users[arn]))

    def _side_by_side(self, arns: Sequence[str], work: Callable[[str], None]) -> list[str]:
        """Do something with each; return those with which it went well, and note why it did not with the others."""

        def attempt(arn: str) -> str:
            try:
                work(arn)
            except PipelineError as error:
                self.stays[LayerVersionArn.parse(arn).short] = error.faults
                return ""
            return arn

        _ = self.aws.functions
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            return [arn for arn in threads.map(attempt, arns) if arn]

    def _mark(self, arn: str) -> None:
        parsed = LayerVersionArn.parse(arn)
        if let_in := going.mark(self.aws, parsed.name, parsed.version):
            raise RolloutError([_in_use(parsed.short, [f"{each}, by its policy" for each in let_in])])

    def _free(self, arn: str) -> None:
        parsed = LayerVersionArn.parse(arn)
        going.free(self.aws, parsed.name, parsed.version)

    def _layer(self, arn: str, using: Sequence[str]) -> None:
        parsed = LayerVersionArn.parse(arn)
        if using:
            self._free(arn)
            raise RolloutError([_in_use(parsed.short, using)])
        try:
            layers.delete(self.aws, parsed.name, parsed.version)
        except AwsError:
            # The answer may have been lost on its way back.
            if layers.read(self.aws, arn) is not None:
                raise

    def _function(self, name: str, version: str, using: Sequence[str]) -> None:
        if using:
            self.stays[f"{name}:{version}"] = [_in_use(f"{name}:{version}", using)]
            return
        try:
            versions.delete(self.aws, name, version)
        except AwsError as error:
            if functions.read(self.aws, name, version) is not None:
                self.stays[f"{name}:{version}"] = error.faults


def _in_use(where: str, using: Sequence[str]) -> Fault:
    return Fault(
        where,
        f"is in use by {', '.join(using)}, and was not deleted",
        cause="it was taken up after the plan was made, or what had it could not be deleted",
        cure="run it again to see what is left",
    )
