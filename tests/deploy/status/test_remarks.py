from __future__ import annotations

from dataclasses import replace

import pytest

from deploy.aws.queues import EventSource, QueueState
from deploy.layer.audit.limits import UNZIPPED
from deploy.status.remarks import remarks
from deploy.status.values import FunctionStatus, QueueStatus, StackStatus
from tests.deploy.status.standings import SETTINGS, function, layer, stage, version, with_layer, with_version

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:jobs"


def said(*functions: FunctionStatus) -> list[str]:
    return [f"{each.where}: {each.what}" for each in remarks(SETTINGS, stage(*functions))]


def queued(source: EventSource, dead: QueueState | None = None) -> list[str]:
    standing = QueueStatus(source=source, queue=QueueState(QUEUE, 1, 2, 3), dead=dead)
    return [each.what for each in remarks(SETTINGS, replace(stage(), queues=(standing,)))]


def test_there_is_nothing_to_remark_of_a_stage_that_is_well() -> None:
    assert said() == []
    assert queued(EventSource(QUEUE, "worker", "live", "Enabled", "", "")) == []


@pytest.mark.parametrize(
    ("runtime", "remark"),
    [
        ("python3.10", "python3.10 was deprecated 26 days ago"),
        ("python3.99", "when python3.99 is deprecated is not known here"),
        ("", "when its runtime is deprecated is not known here"),
    ],
)
def test_a_runtime_that_ended_or_is_unknown_is_remarked(runtime: str, remark: str) -> None:
    assert said(with_version(function("bot"), version("bot", runtime=runtime))) == [f"bot:2: {remark}"]


def test_a_runtime_that_ends_soon_is_remarked() -> None:
    near = replace(stage(), today=stage().today.replace(year=2027, month=1, day=30))
    assert {each.what for each in remarks(SETTINGS, near)} == {"python3.11 is deprecated in 151 days"}


def test_a_layer_that_is_behind_comes_with_the_command_that_shows_the_difference() -> None:
    behind = replace(layer(), place="behind", newest=5, behind=("idna 3.7 -> 3.8",))
    (found,) = remarks(SETTINGS, stage(with_layer(function("bot"), behind)))
    assert found.what == "tiny:3 is behind: newest is 5, with idna 3.7 -> 3.8"
    assert "nox -s diff -- tiny:3 tiny:5" in found.cure


def test_a_function_that_is_nearly_too_large_is_remarked() -> None:
    found = function("bot")
    large = replace(found.aliases[0].versions[0], unzipped=int(UNZIPPED * 0.9))
    assert said(with_version(found, large)) == ["bot:2: takes 90% of the 262,144,000 bytes that Lambda allows unzipped"]


def test_an_update_or_a_stack_in_progress_is_remarked() -> None:
    bot = function("bot")
    assert said(replace(bot, latest=replace(bot.latest, settling=True))) == ["bot: an update of it is in progress"]
    stack = StackStatus(name="s", status="UPDATE_IN_PROGRESS", reason="", changes=None)
    assert [each.what for each in remarks(SETTINGS, stage(stack=stack))] == [
        "is UPDATE_IN_PROGRESS: it was not compared with the template"
    ]


def test_messages_that_were_given_up_are_remarked_wherever_they_are_counted() -> None:
    source = EventSource(QUEUE, "worker", "live", "Enabled", "", "")
    assert queued(source, QueueState(f"{QUEUE}-dead", 1, 1, 0)) == ["messages that were given up: 2"]


def test_a_source_that_gives_nothing_is_remarked_with_lambdas_word() -> None:
    assert queued(EventSource(QUEUE, "worker", "live", "Disabled", "PROBLEM: no rights", "")) == [
        "worker:live does not take from it: Disabled"
    ]
