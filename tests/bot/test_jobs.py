from __future__ import annotations

import json
from typing import Any

import pytest

from channelwright.jobs import Job, MalformedError


def test_a_job_survives_the_queue(command: dict[str, Any]) -> None:
    job = Job.from_interaction(command)
    assert Job.from_json(job.to_json()) == job
    assert job.options == {"name": "Curse of Strahd"}


def test_a_command_without_options_has_none(command: dict[str, Any]) -> None:
    del command["data"]["options"]
    assert Job.from_interaction(command).options == {}


def test_neither_its_text_nor_what_the_logs_may_know_holds_the_token(command: dict[str, Any]) -> None:
    job = Job.from_interaction(command)
    assert job.token == command["token"]
    assert command["token"] not in f"{job!r} {job} {job.ids}"


def test_every_field_that_is_wrong_is_named_and_no_value(command: dict[str, Any]) -> None:
    raw = json.loads(Job.from_interaction(command).to_json())
    raw |= {"guild_id": "secret", "user_id": 5, "kind": "", "options": [], "colour": "blue"}
    del raw["token"]
    with pytest.raises(MalformedError) as refused:
        Job.from_json(json.dumps(raw))
    assert str(refused.value) == "wrong or missing: guild_id, user_id, kind, token, options, colour"


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "1", '{"kind": "add-campaign"}', "\x00"])
def test_what_is_no_job_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        Job.from_json(text)


@pytest.mark.parametrize("snowflake", ["", "-1", "1" * 21, "1 ", "\uff11", "0x1"])
def test_an_id_that_could_leave_its_place_in_a_url_is_refused(command: dict[str, Any], snowflake: str) -> None:
    with pytest.raises(MalformedError, match="guild_id"):
        Job.from_interaction(command | {"guild_id": snowflake})
