"""What counts as drift, where no emulated AWS could be brought to it: failed updates and stacks, foreign layers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deploy.aws.change_sets import StackChange
from deploy.published.descriptions import LayerNote
from deploy.status.drift import drift
from deploy.status.values import FunctionStatus, StackStatus
from tests.deploy.status.standings import SETTINGS, function, layer, stage, with_layer, with_version


def said(*functions: FunctionStatus, stack: StackStatus | None = None) -> list[str]:
    return [f"{each.where}: {each.what}" for each in drift(SETTINGS, stage(*functions, stack=stack))]


def stack(status: str, *changes: StackChange, reason: str = "") -> StackStatus:
    return StackStatus(name="s", status=status, reason=reason, changes=changes)


def test_a_stage_as_a_deploy_leaves_it_has_not_drifted() -> None:
    assert said() == []
    assert said(stack=stack("UPDATE_COMPLETE")) == []
    # An update that failed and was undone left what was there before.
    assert said(stack=stack("UPDATE_ROLLBACK_COMPLETE")) == []


def test_an_update_that_failed_is_told_with_lambdas_reason() -> None:
    bot = function("bot")
    failed = replace(bot, latest=replace(bot.latest, update="Failed: the KMS key is gone"))
    assert said(failed) == ["bot: its last update: Failed: the KMS key is gone"]


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "CREATE_FAILED", "ROLLBACK_COMPLETE", "UPDATE_FAILED"])
def test_a_stack_that_failed_is_told_with_its_reason(status: str) -> None:
    (found,) = drift(SETTINGS, stage(stack=stack(status, reason="no such role")))
    assert (found.where, found.what, found.cause) == ("stack s", f"is {status}", "no such role")


def test_every_change_that_a_deploy_would_make_is_told() -> None:
    changes = (
        StackChange("Modify", "Bot", "AWS::Lambda::Function", "False", ("Timeout",)),
        StackChange("Add", "Queue", "AWS::SQS::Queue", "False", ()),
    )
    assert said(stack=stack("UPDATE_COMPLETE", *changes)) == [
        "stack s: the template would modify Bot, AWS::Lambda::Function (Timeout)",
        "stack s: the template would add Queue, AWS::SQS::Queue",
    ]


def test_a_layer_that_may_not_be_read_is_not_taken_for_one_of_ours() -> None:
    found = said(with_layer(function("bot"), replace(layer(), place="unreadable", contents=None)))
    assert found == [
        "bot:2: has tiny:3, which is not a layer of this pipeline: no manifest of ours is in it, or may be read"
    ]


def test_a_layer_whose_description_speaks_of_other_bytes_is_drift() -> None:
    other = replace(layer(), described=str(LayerNote("0" * 12, "abc", "def")))
    assert said(with_layer(function("bot"), other)) == [
        "bot:2: has tiny:3, whose description speaks of other bytes: sha256 000000000000…"
    ]


def test_other_layers_than_the_release_was_verified_with_are_drift() -> None:
    version = function("bot").aliases[0].versions[0]
    found = said(with_version(function("bot"), replace(version, opt="e" * 64)))
    assert found == ["bot:2: has other layers than release 0123456789ab was verified with"]
    # What cannot be had any more cannot be compared; that a layer was deleted is said by itself.
    assert said(with_version(function("bot"), replace(version, opt="", code=""))) == []


def test_a_version_of_an_older_release_that_the_alias_took_over_is_no_drift() -> None:
    """A function whose code and layers a release leaves as they are keeps its version, and its version's note."""
    worker = function("worker")
    alias = replace(worker.aliases[0].alias, description="channelwright ffffffffffff:2 0123456789ab:2")
    bot = function("bot")
    both = [
        replace(each, aliases=(replace(each.aliases[0], alias=replace(alias, function=each.name)),))
        for each in (bot, worker)
    ]
    assert said(*both) == []
    assert both[0].aliases[0].release == "ffffffffffff"
