"""What the endpoint does when somebody presses a button."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.components import ANYONE, ASIDE, CANCEL, Button

if TYPE_CHECKING:
    from collections.abc import Callable

    from channelwright.endpoint.interactions import Endpoint
    from tests.bot.conftest import Discord, FakeSqs, Payload

INVOKER, CAMPAIGN, ROLE = "1440000000000000006", "1440000000000000020", "1440000000000000021"
SOON = 300


@pytest.fixture
def press(endpoint: Endpoint, discord: Discord, payload: Payload) -> Callable[..., Any]:
    """Press a button as its invoker, or with some of the interaction changed, and return the reply."""

    def pressed(custom_id: object, **change: Any) -> Any:
        interaction = payload("press")
        interaction["data"]["custom_id"] = custom_id
        answer = endpoint(discord.says(interaction | change), None)
        assert answer["statusCode"] == 200
        return json.loads(answer["body"])

    return pressed


def button(kind: str, seconds: float = SOON, user: str = INVOKER, **options: Any) -> str:
    return Button(kind, user, int(time.time() + seconds), options).custom_id


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("delete-campaign.confirm", {"campaign": CAMPAIGN, "role": ROLE, "plan": "3f9a"}),
        ("campaign.resume", {"campaign": CAMPAIGN, "role": ROLE, "since": "14", "gm": INVOKER, "template": "one-shot"}),
        ("campaign.remove", {"campaign": CAMPAIGN, "role": ROLE, "since": "14"}),
        ("campaign.doctor", {"campaign": CAMPAIGN, "repair": True}),
    ],
)
def test_a_press_becomes_one_job_with_what_the_button_knows_and_takes_the_buttons_away(
    press: Callable[..., Any], sqs: FakeSqs, kind: str, options: dict[str, Any]
) -> None:
    assert press(button(kind, **options)) == {"type": 7, "data": {"components": []}}
    [message] = sqs.received
    assert (message["MessageGroupId"], message["MessageDeduplicationId"]) == (
        "1440000000000000002",
        "1440000000000000008",
    )
    job = json.loads(message["MessageBody"])
    assert (job["kind"], job["options"], job["user_id"]) == (kind, options, INVOKER)
    assert job["interaction_id"] == "1440000000000000008"


def test_cancelling_takes_the_buttons_away_at_once_and_asks_nobody(press: Callable[..., Any], sqs: FakeSqs) -> None:
    reply = press(button(CANCEL))
    assert reply["type"] == 7
    assert reply["data"] == {
        "content": "Cancelled: nothing was deleted.",
        "embeds": [],
        "components": [],
        "allowed_mentions": {"parse": []},
    }
    assert sqs.received == []


@pytest.mark.parametrize("kind", sorted(ASIDE))
def test_a_press_on_what_is_for_others_too_leaves_it_as_it_is_and_tells_the_worker_which_message_that_is(
    press: Callable[..., Any], sqs: FakeSqs, kind: str
) -> None:
    reply = press(button(kind, user=ANYONE, campaign=CAMPAIGN))
    assert reply == {"type": 5, "data": {"flags": 64}}
    job = json.loads(sqs.received[0]["MessageBody"])
    assert (job["kind"], job["user_id"], job["message_id"]) == (kind, INVOKER, "1440000000000000007")


@pytest.mark.parametrize(
    ("custom_id", "words"),
    [
        (button("delete-campaign.confirm", user="7", campaign=CAMPAIGN), "for <@7>, who ran the command"),
        (button(CANCEL, user="7"), "for <@7>, who ran the command"),
        (button("delete-campaign.confirm", seconds=-1, campaign=CAMPAIGN), "expired"),
        (button(CANCEL, seconds=-1), "expired"),
        (button("campaign.join", seconds=-1, user=ANYONE, campaign=CAMPAIGN), "expired. Nothing was changed; ask the"),
        ("confirm_delete_Strahd", "no longer know this button"),
        ("", "no longer know this button"),
    ],
    ids=["another's", "another's cancel", "of yesterday", "cancel of yesterday", "join of yesterday", "old", "empty"],
)
def test_a_button_of_somebody_else_or_of_yesterday_or_of_nobody_says_so_and_does_nothing(
    press: Callable[..., Any], sqs: FakeSqs, custom_id: str, words: str
) -> None:
    reply = press(custom_id)
    assert (reply["type"], reply["data"]["flags"]) == (4, 64)
    assert words in reply["data"]["content"]
    assert reply["data"]["allowed_mentions"] == {"parse": []}
    assert sqs.received == []


def test_a_press_that_the_queue_refuses_keeps_the_buttons_and_says_so(press: Callable[..., Any], sqs: FakeSqs) -> None:
    sqs.refusal = "OverLimit"
    reply = press(button("campaign.resume", campaign=CAMPAIGN))
    assert reply["type"] == 4
    assert "try again" in reply["data"]["content"]


@pytest.mark.parametrize("data", [{"custom_id": None}, {"custom_id": 7}, {"custom_id": []}, {"component_type": 2}, {}])
def test_a_press_without_a_custom_id_is_400(
    endpoint: Endpoint, discord: Discord, payload: Payload, sqs: FakeSqs, data: dict[str, Any]
) -> None:
    assert endpoint(discord.says(payload("press") | {"data": data}), None)["statusCode"] == 400
    assert sqs.received == []


def test_a_command_in_the_clothes_of_a_button_is_no_button(
    endpoint: Endpoint, discord: Discord, command: dict[str, Any], sqs: FakeSqs
) -> None:
    command["data"] |= {"custom_id": button("campaign.remove", campaign=CAMPAIGN)}
    assert endpoint(discord.says(command), None)["statusCode"] == 200
    assert json.loads(sqs.received[0]["MessageBody"])["kind"] == "add-campaign"
