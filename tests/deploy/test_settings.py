from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from deploy.configuration import load
from deploy.errors import ConfigError
from deploy.inside.exchange import TrimPolicy
from deploy.keys.faults import SCHEMA
from deploy.settings import (
    Budget,
    Code,
    Extension,
    FromEnvironment,
    Function,
    FunctionResources,
    Layer,
    Option,
    Settings,
    Share,
    Stage,
)
from tests.deploy.configurations import project, refusal

ROOT = Path(__file__).parents[2]


def test_the_project_s_own_configuration_has_the_known_names() -> None:
    settings = load(ROOT, {})
    assert list(settings.layers) == ["channelwright-dependencies"]
    assert [function.name for function in settings.functions.values()] == [
        "discord_channelwright_bot",
        "discord_channelwright_worker",
    ]
    assert settings.stage("prod").suffix == ""
    assert settings.stage("dev").parameters == {
        "DiscordPublicKey": FromEnvironment("DISCORD_PUBLIC_KEY"),
        "RoleBoundary": FromEnvironment("ROLE_BOUNDARY", optional=True),
    }


def test_every_fault_is_reported_at_once_with_its_key_path(tmp_path: Path) -> None:
    faults = refusal(
        tmp_path,
        """
runtme: python3.11
architectures: [x86]
layers:
  "no spaces": {packages: [boto3]}
  dependencies: {bytcode: sourceless, trim: {botocore-data: some, tests: perhaps}}
functions:
  bot: {name: bot, handler: bot, layers: [dependncies]}
stages: {dev: {stack: dev, acount: "1"}}
""",
    )
    assert faults["runtme"] == ("unknown key", "did you mean runtime?")
    assert faults["architectures.0"][1] == "did you mean x86_64?"
    assert faults["layers.dependencies.bytcode"] == ("unknown key", "did you mean bytecode?")
    assert "give all, or the list" in faults["layers.dependencies.trim.botocore-data"][1]
    assert '"boolean"' in faults["layers.dependencies.trim.tests"][0]
    assert "no spaces" in faults["layers"][0]
    assert "module.attribute" in faults["functions.bot.handler"][1]
    assert faults["functions.bot.layers"][1] == "did you mean dependencies?"
    assert faults["stages.dev.region"][0] == "is required and missing"
    assert faults["stages.dev.acount"][1] == "did you mean account?"


def test_a_function_cannot_use_a_layer_that_does_not_exist(tmp_path: Path) -> None:
    faults = refusal(
        tmp_path,
        "layers: {dependencies: {}}\nfunctions: {bot: {name: bot, handler: bot.handler, layers: [dependncies]}}",
    )
    assert faults["functions.bot.layers"] == ("there is no layer 'dependncies'", "did you mean dependencies?")


def test_two_layers_cannot_both_take_the_rest(tmp_path: Path) -> None:
    assert "a and b all take the rest of the lock" in refusal(tmp_path, "layers: {a: {}, b: {}}")["layers"]


def test_a_sixth_layer_is_refused(tmp_path: Path) -> None:
    layers = ", ".join(f"{name}: {{packages: [{name}]}}" for name in "abcdeg")
    text = f"layers: {{{layers}}}\nfunctions: {{f: {{name: f, handler: f.f, layers: [a, b, c, d, e, g]}}}}"
    assert "at most 5" in refusal(tmp_path, text)["functions.f.layers"][1]


def test_text_that_is_not_yaml_says_where(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not YAML that can be used") as caught:
        load(project(tmp_path, "layers: [\n"), {})
    assert caught.value.faults[0].where.endswith("pipeline.yaml:2:1")


def test_a_key_that_is_there_twice_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(project(tmp_path, "layers: {a: {}}\nlayers: {b: {}}\n"), {})
    assert "layers is there twice" in caught.value.faults[0].cause
    assert caught.value.faults[0].where.endswith("pipeline.yaml:2:1")


@pytest.mark.parametrize(("text", "key"), [("layers: {a: {}}\n1: x", "1"), ("layers: {a: {}}\non: x", "on")])
def test_a_key_that_is_not_text_is_an_unknown_key(tmp_path: Path, text: str, key: str) -> None:
    assert refusal(tmp_path, text)[key][0] == "unknown key"


def test_what_looks_like_a_date_is_text(tmp_path: Path) -> None:
    layer = load(project(tmp_path, "layers: {a: {license: 2020-01-01}}"), {}).layers["a"]
    assert layer.license == "2020-01-01"


@pytest.mark.parametrize("text", ["", "- a list", "just text"])
def test_a_file_without_keys_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="keys and values"):
        load(project(tmp_path, text), {})


def test_a_project_without_configuration_is_told_about_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--project DIR"):
        load(tmp_path, {})


def test_the_environment_overrides_the_image_and_nothing_else(tmp_path: Path) -> None:
    folder = project(tmp_path, "layers: {a: {}}")
    assert load(folder, {"CHANNELWRIGHT_RUNTIME_IMAGE": "mine:1"}).image == "mine:1"
    assert load(folder, {}).image == "public.ecr.aws/lambda/python:3.11"


def test_several_runtimes_have_an_image_each_and_the_first_is_the_functions_own(tmp_path: Path) -> None:
    text = "layers: {a: {}}\nruntimes: [python3.12, python3.13, python3.14]\narchitectures: [x86_64, arm64]\n"
    folder = project(tmp_path, text + "images: {python3.14: mine:14}\n")
    settings = load(folder, {"CHANNELWRIGHT_RUNTIME_IMAGE_3_13": "here:13"})
    assert (settings.runtime, settings.image) == ("python3.12", "public.ecr.aws/lambda/python:3.12")
    assert [settings.image_of(each) for each in settings.runtimes] == [settings.image, "here:13", "mine:14"]
    assert [settings.suffix(each) for each in settings.targets] == [
        *("", "-arm64", "-python3.13", "-python3.13-arm64", "-python3.14", "-python3.14-arm64")
    ]
    override = {"CHANNELWRIGHT_RUNTIME_IMAGE": "here:12"}
    assert [load(folder, override).image_of(each) for each in ("python3.12", "python3.13")] == [
        "here:12",
        "public.ecr.aws/lambda/python:3.13",
    ]


def test_the_short_form_of_one_runtime_has_that_runtimes_image(tmp_path: Path) -> None:
    settings = load(project(tmp_path, "layers: {a: {}}\nruntime: python3.13\n"), {})
    assert (settings.image, [str(each) for each in settings.targets]) == (
        "public.ecr.aws/lambda/python:3.13",
        ["python3.13 on x86_64"],
    )


def test_what_is_said_of_runtimes_twice_or_of_none_is_refused(tmp_path: Path) -> None:
    faults = refusal(
        tmp_path,
        "layers: {a: {}}\nruntime: python3.11\nruntimes: [python3.12, python3.9]\nimage: a:1\n"
        "images: {python3.12: b:1, python3.14: c:1}\n",
    )
    assert faults["runtimes"][0] == "is there beside `runtime`"
    assert "python3.9" in faults["runtimes.1"][0]
    assert faults["images.python3.12"][0] == "is there beside `image`, which is this runtime's too"
    assert faults["images.python3.14"][0] == "is not among the runtimes"


def test_an_unknown_stage_names_those_that_exist() -> None:
    with pytest.raises(ConfigError, match=r"did you mean prod\?"):
        load(ROOT, {}).stage("prd")


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (Settings, []),
        (Code, ["properties", "code"]),
        (Layer, ["$defs", "layer"]),
        (TrimPolicy, ["$defs", "trim"]),
        (Budget, ["$defs", "layer", "properties", "budget"]),
        (Share, ["$defs", "layer", "properties", "share"]),
        (Function, ["$defs", "function"]),
        (Stage, ["$defs", "stage"]),
        (Extension, ["$defs", "extension"]),
        (Option, ["$defs", "option"]),
    ],
)
def test_the_schema_and_the_values_agree_on_keys_and_defaults(model: Any, path: list[str]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for part in path:
        schema = schema[part]
    own = {"project", "key", "remarks", "from-pipeline"} | ({"name"} if model in {Layer, Stage, Extension} else set())
    named = {field.name.replace("_", "-"): field for field in fields(model)}
    keys = {key: field for key, field in named.items() if key not in own}
    if model is Function:  # whose resources are keys beside its own
        del keys["resources"]
        keys |= {each.name.replace("_", "-"): each for each in fields(FunctionResources)}
    # A preset is many keys in one.
    rules = {key: rule for key, rule in schema["properties"].items() if key != "preset" and not rule.get("deprecated")}
    assert set(keys) == set(rules)
    for key, rule in rules.items():
        if "default" in rule:
            assert _plain(keys[key]) == rule["default"], key
        else:
            assert (
                keys[key].default is not MISSING or keys[key].default_factory is not MISSING or _required(schema, key)
            )


def _required(schema: dict[str, Any], key: str) -> bool:
    return key in schema.get("required", ())


def _plain(field: Any) -> Any:
    value = field.default if field.default is not MISSING else field.default_factory()
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return str(value) if isinstance(value, Path) else value
