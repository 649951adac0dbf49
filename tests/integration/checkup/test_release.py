"""A stage in the emulated AWS, broken in every way that a stage is broken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.aws import account, layers
from deploy.errors import AwsError
from deploy.release.publish import publish
from tests.integration.checkup.conftest import CONFIG, TEMPLATE
from tests.integration.shipment import COMMIT, STAGE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.checkup.conftest import Ward

RELEASE = (
    "the stack's parameters",
    "the stack",
    "the stack's status",
    "the functions",
    "the functions' state",
    "the functions' concurrency",
    "attached layers",
    "layer versions",
    "what is live, against the lock",
    "the logs",
    "the account's limits",
    "the queues' share",
    "what the template reserves",
    "the functions' limits",
)


def test_a_stage_that_is_well_is_said_to_be_well(ward: Ward) -> None:
    ward.deploy()
    report = ward.look(*RELEASE)
    assert report.is_well, report.findings
    assert not report.bugs
    told = [finding.what for finding in report.findings]
    assert "tiny_bot-dev:live is version 2" in told
    assert "tiny-layer:1 holds what requirements.txt locks" in told


def test_a_stage_that_was_never_deployed_is_one_finding_and_the_rest_is_not_checked(ward: Ward) -> None:
    report = ward.look(*RELEASE)
    assert report.only("broken").what == "there is no stack tiny-dev"
    assert {finding.cause for finding in report.of("unknown")} == {"first comes what is wrong with the stack"}


def test_what_a_deploy_would_stop_at_is_told(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GREETING")
    assert ward.look("the stack's parameters").only("broken").cure == "export GREETING=…"


def test_a_function_and_an_alias_that_are_gone_are_told(ward: Ward) -> None:
    ward.deploy()
    ward.aws.functions.delete_function(FunctionName="tiny_bot-dev")
    ward.aws.functions.delete_alias(FunctionName="tiny_worker-dev", Name="live")
    told = [finding.what for finding in ward.look("the functions").of("broken")]
    assert told == ["there is no function tiny_bot-dev", "tiny_worker-dev has no alias live"]
    assert "what is wrong with the functions" in ward.look("the logs").only("unknown").cause


def test_a_function_that_was_stopped_by_hand_is_told(ward: Ward) -> None:
    ward.deploy()
    ward.aws.functions.put_function_concurrency(FunctionName="tiny_worker-dev", ReservedConcurrentExecutions=0)
    found = ward.look("the functions' concurrency").only("broken")
    assert found.what == "tiny_worker-dev may not run: its reserved concurrency is 0"


def test_what_the_template_reserves_beyond_what_the_account_has_is_told_before_a_deploy_fails_of_it(
    ward: Ward, tmp_path: Path
) -> None:
    ward.deploy()
    name = 'FunctionName: !Sub "tiny_worker${NameSuffix}"'
    text = TEMPLATE.read_text()
    assert name in text
    every = account.settings(ward.aws).concurrency
    (tmp_path / "own.yaml").write_text(text.replace(name, f"{name}\n      ReservedConcurrentExecutions: {every}"))
    ward.configure(CONFIG.replace(str(TEMPLATE), "own.yaml"))
    found = ward.look("what the template reserves").only("broken")
    assert f"reserves {every} for tiny_worker-dev, {every} more than now; the account has {every - 100}" in found.what
    ward.aws.functions.put_function_concurrency(FunctionName="tiny_worker-dev", ReservedConcurrentExecutions=every)
    assert ward.look("what the template reserves").findings == ()
    told = ward.look("the functions' concurrency").only("warning")  # which AWS would not have let happen
    assert told.what == f"tiny_worker-dev has {every} of the account's {every} invocations for itself, and never more"


def test_a_handler_that_the_configuration_does_not_name_is_told(ward: Ward) -> None:
    ward.deploy()
    ward.configure(CONFIG.replace("bot.handler", "bot.main"))
    found = ward.look("the functions' state").only("broken")
    assert (found.what, found.cause) == ("tiny_bot-dev has Handler bot.handler", "config/pipeline.yaml says bot.main")


def test_a_layer_that_is_not_attached_yet_is_told(ward: Ward) -> None:
    ward.make_stack()
    told = [finding.what for finding in ward.look("attached layers").of("broken")]
    assert told == [
        "tiny_bot-dev:live does not have the layer tiny-layer",
        "tiny_worker-dev:live does not have the layer tiny-layer",
    ]


def test_layers_that_nothing_names_are_told(ward: Ward) -> None:
    ward.deploy()
    ward.configure(CONFIG.replace("handler: bot.handler, layers: [tiny-layer]", "handler: bot.handler, layers: []"))
    assert ward.look("attached layers").only("warning").what == "tiny_bot-dev:live has the layer tiny-layer"


def test_a_version_that_is_behind_the_newest_is_told(ward: Ward) -> None:
    ward.deploy()
    publish(ward.aws, STAGE, ward.shop.layer({"idna": "3.8"}), COMMIT)
    found = ward.look("layer versions").only("warning")
    assert found.what == "tiny-layer:1 is live, and 2 is published"


def test_a_version_that_was_deleted_is_told_and_its_size_is_not_guessed(ward: Ward) -> None:
    ward.deploy()
    layers.delete(ward.aws, "tiny-layer", 1)
    assert ward.look("layer versions").only("warning").what == "tiny-layer:1 was deleted"
    told = [finding.what for finding in ward.look("the functions' limits").of("unknown")]
    assert told == [f"not checked: how much tiny_{key}-dev:live unzips to" for key in ("bot", "worker")]


def test_a_lock_that_is_ahead_of_what_is_live_is_told(ward: Ward) -> None:
    ward.deploy(idna="3.7", six="1.16")
    ward.lock(idna="3.8", attrs="25.1")
    found = ward.look("what is live, against the lock").only("warning")
    _, _, differences = found.what.partition("is not what is locked: ")
    assert differences == "attrs not there, 25.1 locked, idna 3.7, 3.8 locked, six 1.16, nothing locked"


def test_limits_that_are_near_are_told(ward: Ward) -> None:
    ward.deploy()
    many = {f"VARIABLE_{at}": "x" * 400 for at in range(8)}
    ward.aws.functions.update_function_configuration(FunctionName="tiny_bot-dev", Environment={"Variables": many})
    version = ward.aws.functions.publish_version(FunctionName="tiny_bot-dev")["Version"]
    ward.aws.functions.update_alias(FunctionName="tiny_bot-dev", Name="live", FunctionVersion=version)
    found = ward.look("the functions' limits").only("warning")
    assert found.what == "tiny_bot-dev:live has 3,280 of 4,096 bytes of variables"


def test_a_function_with_all_the_layers_it_may_have_is_told(ward: Ward) -> None:
    ward.deploy()
    arns = [
        publish(ward.aws, STAGE, ward.shop.layer({"idna": "3.7"}, name=f"layer-{at}"), COMMIT).arn for at in range(5)
    ]
    ward.aws.functions.update_function_configuration(FunctionName="tiny_bot-dev", Layers=arns)
    version = ward.aws.functions.publish_version(FunctionName="tiny_bot-dev")["Version"]
    ward.aws.functions.update_alias(FunctionName="tiny_bot-dev", Name="live", FunctionVersion=version)
    assert ward.look("the functions' limits").only("warning").what == "tiny_bot-dev:live has 5 layers"


def test_a_stack_that_could_not_be_made_is_told_with_what_failed_first(ward: Ward, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(TEMPLATE.read_text().replace("FifoQueue: true", "FifoQueue: true, DelaySeconds: 5000"))
    with pytest.raises(AwsError):
        ward.make_stack(broken)
    found = ward.look("the stack's status").only("broken")
    assert "ROLLBACK_COMPLETE" in found.what
    assert found.cause.startswith("Queue")
