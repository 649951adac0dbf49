"""The pipeline's own template, judged by cfn-lint for every combination of keys that config/pipeline.yaml takes."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from cfnlint.api import lint
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from deploy.configuration import load
from deploy.keys.faults import SCHEMA
from deploy.template import document, source
from deploy.template_values import TemplateValues
from tests.lanes import examples

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

SCHEDULES = ["rate(1 minute)", "rate(12 hours)", "cron(0 8 ? * MON-FRI *)", "cron(0/15 * 1 * ? 2027-2030)"]
RESOURCES = [
    "*",
    "arn:${AWS::Partition}:s3:::orders-${Stage}/*",
    "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:orders${NameSuffix}",
    "arn:aws:dynamodb:eu-central-1:123456789012:table/orders",
    "arn:aws:dynamodb:*:*:table/orders-${Stage}",
]
VALUES: dict[str, SearchStrategy[Any]] = {
    "memory": st.integers(128, 10240),
    "timeout": st.integers(1, 900),
    "ephemeral-storage": st.integers(512, 10240),
    "snap-start": st.booleans(),
    "environment": st.dictionaries(
        st.from_regex(r"[B-Z][A-Z0-9_]{1,8}", fullmatch=True),
        st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=30)
        | st.sampled_from(["on", "0777", "!Ref x", "a: b", "# c", "${Stage}", "'", '"'])
        | st.sampled_from([{"parameter": "Stage"}, {"parameter": "Table"}]),
        max_size=4,
    ),
    "log-days": st.sampled_from([1, 30, 3653]),
    "permissions": st.lists(
        st.fixed_dictionaries(
            {
                "actions": st.lists(
                    st.sampled_from(["s3:GetObject", "dynamodb:*", "sqs:Send*"]), min_size=1, unique=True
                ),
                "resources": st.lists(st.sampled_from(RESOURCES), min_size=1, unique=True),
            }
        ),
        max_size=2,
    ),
    "url": st.sampled_from(["iam", "public"]),
    "queue": st.just(True)
    | st.fixed_dictionaries(
        {},
        optional={
            "fifo": st.booleans(),
            "batch-size": st.integers(1, 10),
            "attempts": st.integers(1, 1000),
        },
    ),
    "schedule": st.sampled_from(SCHEDULES),
    "alarms": st.booleans(),
}
UNTIMED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
FUNCTIONS = st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=1, max_size=3)


def test_every_key_that_the_template_is_made_of_is_tried() -> None:
    keys = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]["function"]["properties"].keys()
    elsewhere = {"name", "handler", "layers", "code", "alias", "health", "trial", "bench", "first-request"}
    assert keys - VALUES.keys() == elsewhere


def linted(text: str) -> list[str]:
    """Return the errors and warnings of cfn-lint, whose advice beyond these is for templates that people write."""
    return [f"{found.rule.id} {found.message}" for found in lint(text, regions=["eu-central-1"])]


@pytest.mark.programs
def test_cfn_lint_has_nothing_to_say_of_any_combination_of_what_a_function_may_ask_for(tmp_path: Path) -> None:
    choices: dict[str, list[Any]] = {
        "url": [None, "iam", "public"],
        "queue": [None, True, {"fifo": True}],
        "schedule": [None, "rate(5 minutes)"],
        "alarms": [True, False],
    }
    every = [dict(zip(choices, each, strict=True)) for each in itertools.product(*choices.values())]
    functions = [{key: value for key, value in each.items() if value is not None} for each in every]
    assert linted(made(tmp_path, functions)) == []


@pytest.mark.programs
@settings(max_examples=examples(6), deadline=None, suppress_health_check=UNTIMED)
@given(functions=FUNCTIONS, runtime=st.sampled_from(["python3.11", "python3.12", "python3.13", "python3.14"]))
def test_cfn_lint_has_nothing_to_say_of_any_value(
    functions: list[dict[str, Any]], runtime: str, tmp_path: Path
) -> None:
    # A variable that is meant to hold ${Stage} is taken for a forgotten Fn::Sub (E1029); the next test has those.
    assume(not any("${" in json.dumps(each.get("environment")) for each in functions))
    # What starts from a snapshot is refused before there is a template, in tests of its own.
    functions = [{key: value for key, value in each.items() if key != "snap-start"} for each in functions]
    assert linted(made(tmp_path, functions, runtime=runtime)) == []


@settings(max_examples=examples(40), deadline=None, suppress_health_check=UNTIMED)
@given(variables=VALUES["environment"])
def test_a_variable_arrives_as_it_is_written(variables: dict[str, Any], tmp_path: Path) -> None:
    text = made(tmp_path, [{"environment": variables}])
    values = TemplateValues.of(source.ProjectTemplate("x", text), {"Stage": "dev", "Table": "t"}, "eu-central-1")
    ((_, properties),) = values.functions()
    filled = {"Stage": "dev", "Table": "t"}
    wanted = {key: filled[each["parameter"]] if isinstance(each, dict) else each for key, each in variables.items()}
    assert values.value(properties.get("Environment", {})).get("Variables", {}) == wanted


def test_it_is_the_same_text_each_time_and_a_new_function_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    one = made(tmp_path, [{"queue": True}])
    assert one == made(tmp_path, [{"queue": True}])
    both = made(tmp_path, [{"queue": True}, {"url": "iam"}])
    assert one.partition("Resources:")[2].partition("\nOutputs:")[0] in both


def test_every_resource_that_can_be_is_tagged_with_the_stage(tmp_path: Path) -> None:
    text = made(tmp_path, [{"queue": True, "url": "public", "schedule": "rate(1 day)"}])
    untagged = {
        block.split()[0]
        for block in text.partition("Resources:")[2].split("\n\n")
        if "channelwright:stage" not in block
    }
    kinds = {name.removeprefix("F0") for name in (each.rstrip(":") for each in untagged) if name.startswith("F0")}
    assert kinds == {
        "Version",
        "Alias",
        "Url",
        "UrlAccess",
        "UrlInvocation",
        "QueueSource",
        "Schedule",
        "ScheduleAccess",
    }


def test_everything_that_calls_the_function_calls_the_alias(tmp_path: Path) -> None:
    text = made(tmp_path, [{"queue": True, "url": "public", "schedule": "rate(1 day)"}])
    for kind in ("Url:", "QueueSource:", "Schedule:", "UrlAccess:", "UrlInvocation:", "ScheduleAccess:"):
        block = text.partition(f"  F0{kind}\n")[2].partition("\n\n")[0]
        assert "!Ref F0Alias" in block, kind
        assert "!Ref F0Function" not in block, kind


def test_a_message_is_hidden_for_six_times_as_long_as_the_function_may_take(tmp_path: Path) -> None:
    """What AWS advises: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html."""
    assert "VisibilityTimeout: 420\n" in made(tmp_path, [{"queue": True, "timeout": 70}])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schedule", "rate(1 minutes)"),
        ("schedule", "rate(5 minute)"),
        ("schedule", "rate(0 minutes)"),
        ("schedule", "cron(0 8 * * MON *)"),
        ("schedule", "cron(0 8 * * *)"),
        ("environment", {"AWS_REGION": "x"}),
        ("environment", {"1A": "x"}),
        ("environment", {"LONG": "x" * 5000}),
        ("environment", {"TABLE": {"parameter": "F0Role"}}),
        ("memory", 127),
        ("timeout", 901),
        ("queue", {"batch-size": 11}),
        ("queue", False),
        ("permissions", [{"actions": ["s3"], "resources": ["*"]}]),
        ("permissions", [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::${Bucket}"]}]),
        ("log-days", 31),
    ],
)
def test_what_aws_would_refuse_is_refused_with_its_key(key: str, value: object, tmp_path: Path) -> None:
    from deploy.errors import ConfigError

    with pytest.raises(ConfigError) as refused:
        made(tmp_path, [{key: value}])
    assert any(f"functions.f0.{key}" in fault.where for fault in refused.value.faults)


def test_beside_a_template_of_ones_own_the_keys_are_refused(tmp_path: Path) -> None:
    from deploy.errors import ConfigError

    with pytest.raises(ConfigError, match=r"functions.f0.memory: is for `template` to say"):
        made(tmp_path, [{"memory": 256}], template="own.yaml")


def made(project: Path, functions: list[dict[str, Any]], **more: Any) -> str:
    """Write a configuration with these functions and return the template that is made of it."""
    (project / "config").mkdir(exist_ok=True)
    written = {
        "layers": {},
        "functions": {
            f"f{at}": {"name": f"orders_{at}", "handler": "take.handler", **each} for at, each in enumerate(functions)
        },
        **more,
    }
    (project / "config" / "pipeline.yaml").write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    found = load(project, {})
    return document.text(found, tuple(found.functions.values()))
