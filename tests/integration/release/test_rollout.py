from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.errors import RolloutError
from deploy.layer.values import code_sha256
from deploy.published.descriptions import DIGITS, AliasNote, VersionNote
from deploy.release.health import expected
from deploy.settings import Function
from tests.integration.shipment import HANDLER

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.aws.connection import Aws
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop

CHANGING = ("Publish", "Update", "Create", "Delete", "Put")


def test_a_first_rollout_brings_both_functions_to_the_release(site: Site, shop: Shop) -> None:
    layer, code = shop.layer({"idna": "3.7"}), shop.code("one")
    release = site.deploy([layer], code)
    assert site.traffic() == ["one", "one"]
    arn = "arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer:1"
    assert site.live() == [(code_sha256(code.sha256), (arn,))] * 2
    assert [(each.name, each.version, each.was) for each in release.functions] == [
        ("tiny_bot-dev", "2", "1"),
        ("tiny_worker-dev", "2", "1"),
    ]
    assert release.uploaded == 2 * code.size


def test_the_same_again_asks_and_changes_nothing(site: Site, shop: Shop) -> None:
    layer, code = shop.layer({"idna": "3.7"}), shop.code("one")
    first = site.deploy([layer], code)
    calls = _calls(site.aws)
    second = site.deploy([layer], code)
    assert not [call for call in calls if call.startswith(CHANGING)]
    assert (second.id, second.uploaded) == (first.id, 0)
    assert not any(each.moved for each in second.functions)


def test_a_change_of_the_source_uploads_the_code_and_leaves_the_layers(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    calls, two = _calls(site.aws), shop.code("two")
    release = site.deploy([layer], two)
    assert site.traffic() == ["two", "two"]
    assert release.uploaded == 2 * two.size
    assert {call for call in calls if call.startswith(CHANGING)} == {
        "UpdateFunctionCode",
        "PublishVersion",
        "UpdateAlias",
    }


def test_a_change_of_a_layer_leaves_the_code(site: Site, shop: Shop) -> None:
    code = shop.code("one")
    site.deploy([shop.layer({"idna": "3.7"})], code)
    calls = _calls(site.aws)
    release = site.deploy([shop.layer({"idna": "3.8"})], code)
    assert release.uploaded == 0
    assert "UpdateFunctionCode" not in calls
    assert [layers for _, layers in site.live()] == [
        ("arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer:2",)
    ] * 2


def test_going_back_uses_the_versions_that_are_there(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    site.deploy([layer], shop.code("two"))
    calls = _calls(site.aws)
    release = site.deploy([layer], shop.code("one"))
    assert site.traffic() == ["one", "one"]
    assert [each.version for each in release.functions] == ["2", "2"]
    assert {call for call in calls if call.startswith(CHANGING)} == {"UpdateAlias"}


def test_a_changed_configuration_alone_makes_a_new_version(site: Site, shop: Shop) -> None:
    layer, code = shop.layer({"idna": "3.7"}), shop.code("one")
    site.deploy([layer], code)
    site.aws.functions.update_function_configuration(FunctionName="tiny_bot-dev", MemorySize=512, Timeout=9)
    plan = site.plan([layer], code)
    assert "tiny_bot-dev  version 2 -> a new version (MemorySize, Timeout)" in "\n".join(plan.lines())
    release = site.deploy([layer], code)
    assert [each.version for each in release.functions] == ["3", "2"]
    live = site.aws.functions.get_function_configuration(FunctionName="tiny_bot-dev", Qualifier="live")
    assert (live["MemorySize"], live["Timeout"]) == (512, 9)


def test_a_plan_says_what_it_would_do_and_does_nothing(site: Site, shop: Shop) -> None:
    layer, code = shop.layer({"idna": "3.7"}), shop.code("one")
    calls = _calls(site.aws)
    plan = site.plan([layer], code)
    size = layer.built.zip.stat().st_size + 2 * code.size
    assert list(plan.lines()) == [
        f"release {plan.release}",
        "  layer     tiny-layer, a new version",
        "  function  tiny_bot-dev  version 1 -> a new version (code, layers)",
        "  function  tiny_worker-dev  version 1 -> a new version (code, layers)",
        f"  upload    {size:,} bytes",
    ]
    assert not [call for call in calls if call.startswith(CHANGING)]


def test_a_new_version_carries_the_release_and_the_commit(site: Site, shop: Shop) -> None:
    release = site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    version = site.aws.functions.get_function_configuration(FunctionName="tiny_bot-dev", Qualifier="2")
    wanted = expected(shop.code("one"), [shop.layer({"idna": "3.7"}).built.zip])
    assert VersionNote.parse(version["Description"]) == VersionNote(
        release.id, "c0ffeec0ffee", wanted.code[:DIGITS], str(wanted.layers)[:DIGITS]
    )


def test_an_alias_tells_which_releases_it_stood_for(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    ids = [site.deploy([layer], shop.code(name)).id for name in ("one", "two", "one")]
    alias = site.aws.functions.get_alias(FunctionName="tiny_worker-dev", Name="live")
    passed = AliasNote.parse(alias["Description"]).history
    assert [(each.release, each.version) for each in passed] == list(zip(ids[::-1], ["2", "3", "2"], strict=True))


@pytest.mark.parametrize("tree", ["code", "layers"])
def test_a_version_that_answers_with_another_digest_gets_no_traffic(site: Site, shop: Shop, tree: str) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    lying = HANDLER.replace(f'"{tree}": tree(', f'"{tree}": "0123" + tree(')
    with pytest.raises(RolloutError, match=f"answers its health check with {tree} 0123.*was verified") as refused:
        site.deploy([layer], shop.code("two", handler=lying))
    assert [each.where for each in refused.value.faults] == ["tiny_bot-dev:3", "tiny_worker-dev:3"]
    assert site.traffic() == ["one", "one"]


def test_when_the_second_function_is_unwell_the_first_gets_no_traffic_either(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    only_worker_fails = HANDLER + '\nif __file__.endswith("worker.py"):\n    raise RuntimeError("no rights here")\n'
    with pytest.raises(RolloutError, match=r"(?s)tiny_worker-dev:3: failed its health check.*no rights here"):
        site.deploy([layer], shop.code("two", handler=only_worker_fails))
    assert site.traffic() == ["one", "one"]
    site.deploy([layer], shop.code("three"))
    assert site.traffic() == ["three", "three"]


@pytest.mark.parametrize("answer", ["None", '"well"', "[1]", "{}"])
def test_an_answer_without_digests_is_not_well(site: Site, shop: Shop, answer: str) -> None:
    text = f"RELEASE = {{release!r}}\ndef handler(event, context):\n    return {answer.replace('{}', '{{}}')}\n"
    with pytest.raises(RolloutError, match=r"code None; [0-9a-f]{64} was verified"):
        site.deploy([shop.layer({"idna": "3.7"})], shop.code("one", handler=text))


def test_functions_without_a_health_event_are_compared_by_what_aws_says(site: Site, shop: Shop) -> None:
    functions = {key: replace(each, health=None) for key, each in site.settings.functions.items()}
    site.settings = replace(site.settings, functions=functions)
    calls = _calls(site.aws)
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    assert "Invoke" not in calls
    assert site.traffic() == ["one", "one"]


def test_every_obstacle_is_told_at_once(site: Site, shop: Shop) -> None:
    functions = site.aws.functions
    functions.update_alias(
        FunctionName="tiny_bot-dev", Name="live", RoutingConfig={"AdditionalVersionWeights": {"1": 0.1}}
    )
    functions.update_function_configuration(FunctionName="tiny_bot-dev", Handler="other.handler", Runtime="python3.12")
    functions.delete_alias(FunctionName="tiny_worker-dev", Name="live")
    absent = Function(key="absent", name="absent", handler="absent.handler")
    site.settings = replace(site.settings, functions={**site.settings.functions, "absent": absent})
    with pytest.raises(RolloutError) as refused:
        site.plan([shop.layer({"idna": "3.7"})], shop.code("one"))
    assert [f"{fault.where}: {fault.what}" for fault in refused.value.faults] == [
        "tiny_bot-dev: has Handler other.handler; config/pipeline.yaml says bot.handler",
        "tiny_bot-dev: has Runtime python3.12; config/pipeline.yaml says python3.11",
        "tiny_bot-dev:live: sends a share of the traffic to another version",
        "tiny_worker-dev:live: there is no such alias",
        "absent-dev: there is no such function",
    ]


def test_a_function_for_an_architecture_that_is_not_built_is_refused(site: Site, shop: Shop) -> None:
    functions = site.aws.functions
    functions.update_function_code(FunctionName="tiny_bot-dev", ZipFile=_zip(shop), Architectures=["arm64"])
    with pytest.raises(RolloutError, match="tiny_bot-dev: runs on arm64, for which no layer is built"):
        site.plan([shop.layer({"idna": "3.7"})], shop.code("one"))


def test_a_function_gets_the_layers_of_its_own_runtime_and_architecture_and_the_plan_names_the_others(
    site: Site, shop: Shop
) -> None:
    packages, code = {"idna": "3.7"}, shop.code("one")
    later = shop.layer(packages, runtime="python3.13")
    untried = shop.layer(packages, architecture="arm64", lack="this machine is x86_64")
    said = site.plan([shop.layer(packages), later, untried], code).lines()
    named = "  layer     tiny-layer, a new version"
    assert [line for line in said if line.startswith("  layer")] == [
        named,
        f"{named}, for python3.13 on x86_64",
        f"{named}, for python3.11 on arm64, audited and never imported: this machine is x86_64",
    ]
    site.deploy([later, untried, shop.layer(packages)], code)
    arn = "arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer:3"
    assert site.live() == [(code_sha256(code.sha256), (arn,))] * 2


def test_layers_merge_in_attach_order_and_the_last_one_wins(shop: Shop) -> None:
    first, second = shop.layer({"idna": "3.7", "six": "1"}, name="a"), shop.layer({"idna": "3.8"}, name="b")
    code = shop.code("one")
    assert expected(code, [first.built.zip, second.built.zip]) != expected(code, [second.built.zip, first.built.zip])
    assert expected(code, [first.built.zip] * 2) == expected(code, [first.built.zip])
    assert expected(code, [first.built.zip]).code == code.tree_digest


def _zip(shop: Shop) -> bytes:
    path: Path = shop.code("elsewhere").zip
    return path.read_bytes()


def _calls(aws: Aws) -> list[str]:
    """Record the name of every call to Lambda from now on."""
    calls: list[str] = []

    def record(model: Any, **_: object) -> None:
        calls.append(model.name)

    aws.functions.meta.events.register("before-call.lambda", record)
    return calls
