from __future__ import annotations

import json
from typing import Any

import pytest

from channelwright.endpoint import commands
from channelwright.jobs import Job, MalformedError


def wished(interaction: dict[str, Any]) -> Job:
    return Job.wished(interaction, *commands.read(interaction["data"]))


def test_a_job_survives_the_queue(command: dict[str, Any]) -> None:
    job = wished(command)
    assert Job.from_json(job.to_json()) == job
    assert job.options == {"name": "Curse of Strahd"}


def test_permissions_are_numbers_of_any_length_and_nothing_where_discord_tells_none(command: dict[str, Any]) -> None:
    job = wished(command)
    assert (job.app_permissions, job.user_permissions) == (311656827984, 4503599627370495)
    assert Job.from_json(wished(command | {"app_permissions": str(1 << 70)}).to_json()).app_permissions == 1 << 70
    del command["app_permissions"], command["member"]["permissions"]
    assert (wished(command).app_permissions, wished(command).user_permissions) == (0, 0)


@pytest.mark.parametrize("bits", ["-1", "0x10", "\uff11", "1" * 41, [1], {}, True, 1.5])
def test_permissions_that_are_no_number_are_refused(command: dict[str, Any], bits: object) -> None:
    with pytest.raises(MalformedError, match="app_permissions"):
        wished(command | {"app_permissions": bits})


@pytest.mark.parametrize("options", [{"name": None}, {"name": []}, {"name": 1.5}])
def test_an_option_is_text_a_number_or_a_truth(command: dict[str, Any], options: dict[str, Any]) -> None:
    raw = json.loads(wished(command).to_json()) | {"options": options}
    with pytest.raises(MalformedError, match="options"):
        Job.from_json(json.dumps(raw))


def test_neither_its_text_nor_what_the_logs_may_know_holds_the_token(command: dict[str, Any]) -> None:
    job = wished(command)
    assert job.token == command["token"]
    assert command["token"] not in f"{job!r} {job} {job.ids}"


def test_every_field_that_is_wrong_is_named_and_no_value(command: dict[str, Any]) -> None:
    raw = json.loads(wished(command).to_json())
    raw |= {"guild_id": "secret", "user_id": 5, "kind": "", "options": []}
    raw |= {"app_permissions": "16", "user_permissions": -1}
    del raw["token"]
    with pytest.raises(MalformedError) as refused:
        Job.from_json(json.dumps(raw))
    assert str(refused.value) == (
        "wrong or missing: guild_id, user_id, kind, token, app_permissions, user_permissions, options"
    )


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "1", '{"kind": "add-campaign"}', "\x00"])
def test_what_is_no_job_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        Job.from_json(text)


@pytest.mark.parametrize("snowflake", ["", "-1", "1" * 21, "1 ", "\uff11", "0x1"])
def test_an_id_that_could_leave_its_place_in_a_url_is_refused(command: dict[str, Any], snowflake: str) -> None:
    with pytest.raises(MalformedError, match="guild_id"):
        wished(command | {"guild_id": snowflake})
