"""`python -m deploy status` on tiny functions in an emulated AWS: what it shows, and what it calls drift."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from deploy.release.publish import publish
from tests.integration.release.conftest import ROLE
from tests.integration.release.looking import Looker
from tests.integration.release.status.statuses import BOT, drift, live
from tests.integration.shipment import COMMIT, STAGE

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.aws.connection import Aws
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


def test_a_release_is_shown_for_every_function_and_alias_and_has_not_drifted(look: Looker, released: Site) -> None:
    found = look.json("status", "--stage", "dev")
    assert [(each["name"], each["last_update"]) for each in found["functions"]] == [
        (BOT, "Successful"),
        ("tiny_worker-dev", "Successful"),
    ]
    (alias,) = found["functions"][0]["aliases"]
    assert (alias["alias"], alias["version"], len(alias["release"])) == ("live", "2", 12)
    (version,) = alias["versions"]
    assert (version["git"], version["release"]) == (COMMIT.short, alias["release"])
    assert version["code_sha256"] == sha256_of(released, "2")
    assert [(each["layer"], each["version"], each["place"]) for each in version["layers"]] == [
        ("tiny-layer", 1, "current")
    ]
    assert version["size"] == version["code"]["size"] + version["layers"][0]["size"] < version["size_limit"]
    assert version["runtime"]["days_left"] > 0
    assert drift(look) == []


@pytest.mark.usefixtures("released")
def test_people_get_tables(look: Looker) -> None:
    rows = look.rows("status", "--stage", "dev")
    assert rows[0] == ["stage", "dev:", "account", "123456789012,", "eu-central-1"]
    assert any(row[:3] == [BOT, "live", "2"] and row[5:] == ["tiny-layer:1", "Successful"] for row in rows)
    assert any(row[:2] == ["tiny-layer:1", "current"] for row in rows)
    assert rows[-1] == ["no", "drift"]


def test_a_layer_with_a_newer_version_is_behind_and_it_is_said_by_what(
    look: Looker, released: Site, shop: Shop
) -> None:
    publish(released.aws, STAGE, shop.layer({"idna": "3.8", "six": "1.16"}), COMMIT)
    (layer,) = live(look)["layers"]
    assert (layer["place"], layer["version"], layer["newest"]) == ("behind", 1, 2)
    assert layer["behind"] == ["idna 3.7 -> 3.8", "six 1.16 added"]
    text = look.text("status")
    assert (
        f"{BOT}:2, tiny_worker-dev:2: tiny-layer:1 is behind: newest is 2, with idna 3.7 -> 3.8, six 1.16 added" in text
    )
    assert drift(look) == []


def test_a_newer_version_for_another_architecture_is_none(look: Looker, released: Site, shop: Shop) -> None:
    publish(released.aws, STAGE, shop.layer({"idna": "3.9"}, architecture="arm64"), COMMIT)
    assert live(look)["layers"][0]["place"] == "current"


@pytest.mark.usefixtures("released")
def test_code_that_cannot_be_had_is_said_and_hides_nothing_else(look: Looker, monkeypatch: pytest.MonkeyPatch) -> None:
    # No emulator cuts a download short.
    monkeypatch.setattr("deploy.aws.functions.download", lambda *_: b"cut short")
    found = live(look)
    assert (found["code"]["size"], found["size"], found["layers"][0]["place"]) == (None, None, "current")
    assert (
        f"{BOT}:2, tiny_worker-dev:2: its code could not be looked into: what was downloaded has the sha256"
        in look.text("status")
    )
    assert drift(look) == []


@pytest.mark.usefixtures("released")
def test_queues_are_shown_with_what_waits_and_what_was_given_up(look: Looker, aws: Aws) -> None:
    dead = aws.queues.create_queue(QueueName="dead")["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": arn_of("dead"), "maxReceiveCount": 3})
    jobs = aws.queues.create_queue(QueueName="jobs", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    aws.functions.create_event_source_mapping(
        FunctionName="tiny_worker-dev:live", EventSourceArn=arn_of("jobs"), Enabled=False
    )
    for url, count in ((jobs, 2), (dead, 1)):
        for _ in range(count):
            aws.queues.send_message(QueueUrl=url, MessageBody="{}")
    (queue,) = look.json("status")["queues"]
    assert (queue["function"], queue["qualifier"]) == ("tiny_worker-dev", "live")
    assert (queue["queue"]["name"], queue["queue"]["waiting"]) == ("jobs", 2)
    assert (queue["dead_letters"]["name"], queue["dead_letters"]["waiting"]) == ("dead", 1)
    text = look.text("status")
    assert "dead: messages that were given up: 1" in text
    assert "jobs: tiny_worker-dev:live does not take from it: Disabled" in text


@pytest.mark.usefixtures("released")
def test_a_queue_that_is_gone_is_remarked(look: Looker, aws: Aws) -> None:
    url = aws.queues.create_queue(QueueName="jobs")["QueueUrl"]
    aws.functions.create_event_source_mapping(FunctionName=BOT, EventSourceArn=arn_of("jobs"))
    aws.queues.delete_queue(QueueUrl=url)
    assert look.json("status")["queues"][0]["queue"] is None
    remarks = [each["what"] for each in look.json("status")["remarks"]]
    assert remarks == [
        f"{BOT} takes from it with $LATEST, which releases do not decide",
        "there is no such queue any more",
    ]


def test_a_stage_that_does_not_exist_is_refused(look: Looker) -> None:
    assert "--stage pord: no such stage" in look.refused("status", "--stage", "pord")


def test_a_project_without_stages_has_no_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    look = Looker(tmp_path, capsys, "layers: {tiny-layer: {}}\n")
    assert "the project has no stages" in look.refused("status")


def sha256_of(site: Site, version: str) -> str:
    import base64

    found = site.aws.functions.get_function_configuration(FunctionName=BOT, Qualifier=version)
    return base64.b64decode(found["CodeSha256"]).hex()


def arn_of(queue: str) -> str:
    return f"arn:aws:sqs:eu-central-1:{ROLE.split(':')[4]}:{queue}"
