"""Invocations at once: what the account has, what functions reserve of it, and what a queue's messages may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.aws import account
from deploy.aws.account import AccountSettings
from deploy.aws.queues import EventSource
from deploy.checkup import limits
from deploy.template.source import ProjectTemplate
from deploy.template_values import TemplateValues

if TYPE_CHECKING:
    from botocore.stub import Stubber

    from deploy.aws.connection import Aws
    from deploy.checkup.findings import Finding

QUOTA = 75 * 10**9


def has(concurrency: int, unreserved: int, used: int = 0) -> AccountSettings:
    return AccountSettings(code_limit=QUOTA, code_used=used, concurrency=concurrency, unreserved=unreserved)


def queue(most: int | None, name: str = "jobs.fifo", function: str = "worker") -> EventSource:
    return EventSource(f"arn:aws:sqs:eu-central-1:123456789012:{name}", function, "live", "Enabled", "", "", most)


def template(reserves: str) -> TemplateValues:
    """Write a template of two functions, of which one reserves."""
    body = f"""
Parameters:
  NameSuffix: {{Type: String}}
  Own: {{Type: Number}}
Resources:
  Bot: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: !Sub "bot${{NameSuffix}}"}}}}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {{FunctionName: !Sub "worker${{NameSuffix}}", ReservedConcurrentExecutions: {reserves}}}
"""
    return TemplateValues.of(ProjectTemplate("template.yaml", body), {"NameSuffix": "-dev", "Own": "5"}, "eu-central-1")


def of_template(reserves: str, found: AccountSettings, **reserved: int) -> list[Finding]:
    live = {name.replace("_", "-"): number for name, number in reserved.items()}
    return list(limits.of_template(template(reserves), live, found))


@pytest.mark.parametrize(
    ("used", "unreserved", "states"),
    [
        (10, 900, ["ok", "ok"]),
        (81, 900, ["warning", "ok"]),
        (100, 900, ["broken", "ok"]),
        (10, 10, ["ok", "warning"]),
        (10, 100, ["ok", "warning"]),
    ],
)
def test_an_account_that_is_nearly_full_is_told(used: int, unreserved: int, states: list[str]) -> None:
    found = limits.of_account(has(1000, unreserved, used * QUOTA // 100))
    assert [each.state for each in found] == states


def test_whether_the_account_is_new_or_others_reserved_what_it_had_is_told_apart() -> None:
    _, new = limits.of_account(has(10, 10))
    _, taken = limits.of_account(has(1000, 100))
    assert (new.what, new.cause) == ("10 invocations may run at once, of 10 in the region", "the account is new")
    assert taken.cause == "functions of the account reserve 900 for themselves"


def test_what_functions_reserve_is_asked_of_each_and_those_that_share_are_left_out(
    aws: Aws, lambda_: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "_AT_ONCE", 1)  # scripted answers come in one order
    for answer in ({"ReservedConcurrentExecutions": 0}, {}, {"ReservedConcurrentExecutions": 5}):
        lambda_.add_response("get_function_concurrency", answer)
    assert account.reserved(aws, ["bot", "worker", "thumb"]) == {"bot": 0, "thumb": 5}


def test_a_function_that_was_stopped_is_told_with_the_way_back() -> None:
    stopped, thumb = limits.of_reserved({"bot": 0, "thumb": 5}, has(1000, 995))
    assert (stopped.state, stopped.what) == ("broken", "bot may not run: its reserved concurrency is 0")
    assert stopped.cure == "aws lambda delete-function-concurrency --function-name bot"
    assert (thumb.state, thumb.what) == (
        "ok",
        "thumb has 5 of the account's 1000 invocations for itself, and never more",
    )


def test_a_reserved_concurrency_that_leaves_few_invocations_to_all_others_is_told() -> None:
    [found] = limits.of_reserved({"worker": 40}, has(50, 10))
    assert (found.state, found.what) == (
        "warning",
        "worker has 40 of the account's 50 invocations for itself, and never more",
    )
    assert found.cause == "all functions without a reserved concurrency share the other 10"


def test_what_a_template_reserves_and_a_new_account_does_not_have_is_told_before_the_stack_fails() -> None:
    [found] = of_template("5", has(10, 10))
    assert (found.state, found.what) == (
        "broken",
        "template.yaml reserves 5 for worker-dev, 5 more than now; the account has 0 to reserve",
    )
    assert found.cause == "of its 10 invocations Lambda keeps 10 for functions that reserve none"
    assert of_template("!Ref Own", has(10, 10)) == [found]


@pytest.mark.parametrize(
    ("reserves", "found", "reserved"),
    [
        ("5", has(1000, 105), {}),
        ("5", has(1000, 100), {"worker_dev": 5}),
        ("0", has(10, 10), {}),
        ("!ImportValue own", has(10, 10), {}),
    ],
    ids=["there are five", "it has them", "none", "nobody knows yet"],
)
def test_what_a_template_reserves_and_the_account_has_is_well(
    reserves: str, found: AccountSettings, reserved: dict[str, int]
) -> None:
    assert of_template(reserves, found, **reserved) == []


def test_a_hundred_stay_unreserved_in_an_account_that_has_them() -> None:
    [found] = of_template("6", has(1000, 105))
    assert "6 more than now; the account has 5 to reserve" in found.what


def test_a_queue_without_a_maximum_is_told_where_the_account_has_few_invocations() -> None:
    sources = [queue(most) for most in (None, 10, 5)]
    found = list(limits.greedy(sources, 10))
    assert [each.state for each in found] == ["warning", "warning"]
    assert found[0].what == "messages of jobs.fifo could keep all other functions waiting"
    assert "no maximum of its own, and 10 invocations" in found[0].cause
    assert "reserve" not in found[0].cure, "of so few Lambda lets none be reserved"
    assert list(limits.greedy(sources, 1000)) == []


def of_queues(aws: Aws, monkeypatch: pytest.MonkeyPatch, reserved: dict[str, int], *sources: EventSource) -> list[str]:
    """Look at the queues of a new account's one function, worker."""
    monkeypatch.setattr("deploy.checkup.limits.queues.sources", lambda _: sources)
    worker = type("Deployed", (), {"name": "worker"})()
    return [each.what for each in limits.of_queues(aws, [worker], reserved, 10)]


def test_what_a_function_reserves_is_all_that_its_queues_can_take_from_others(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = "messages of jobs.fifo could keep all other functions waiting"
    own = "messages of jobs.fifo could go back untried, and be given up"
    assert of_queues(aws, monkeypatch, {}, queue(None)) == [others]
    assert of_queues(aws, monkeypatch, {"worker": 5}, queue(None)) == [own]
    assert of_queues(aws, monkeypatch, {"worker": 5}, queue(5)) == []
    assert of_queues(aws, monkeypatch, {"worker": 5}, queue(5, function="somebody-else's")) == []


def test_the_maximums_of_all_mappings_count_together_against_what_the_function_reserves() -> None:
    assert list(limits.throttled([queue(2), queue(3, "more")], {"worker": 5})) == []
    [found] = limits.throttled([queue(3), queue(3, "more")], {"worker": 5})
    assert found.what == "messages of jobs.fifo, more could go back untried, and be given up"
    assert found.cause == "its event source mappings may ask for 6 at once, and its reserved concurrency is 5"
    assert found.cure == "let the MaximumConcurrency of all its mappings be 5 together, at the most"


def test_where_no_maximum_could_be_low_enough_more_is_to_be_reserved() -> None:
    [found] = limits.throttled([queue(2)], {"worker": 1})
    assert found.cure == "let it reserve 2 at least, 2 for each mapping"
    assert list(limits.throttled([queue(None)], {"worker": 0})) == [], "it is stopped, which is told already"
