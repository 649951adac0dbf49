"""The endpoint as Discord and its people meet it: over HTTP, behind a function URL."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import requests

from channelwright.components import CANCEL, Button, Style, row
from channelwright.endpoint.commands import TABLE
from channelwright.endpoint.interactions import Endpoint
from channelwright.endpoint.signature import public_key
from tools.fake_discord import FakeDiscord, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channelwright.endpoint.queue import Queue
    from tests.bot.conftest import FakeSqs, Payload
    from tools.fake_discord import Interaction


@pytest.fixture
def fake(queue: Queue, payload: Payload) -> Iterator[FakeDiscord]:
    """A Discord that sends interactions to the endpoint, and finds no fault with anything."""
    with FakeDiscord().serving() as fake:
        with function_url(Endpoint(public_key(fake.public_key), queue), payload("function_url")) as url:
            fake.send_interactions_to(url)
            fake.register(*TABLE)
            yield fake
        assert fake.violations == []


class function_url:  # noqa: N801 - a context manager that is used like a function
    """Serve a handler as a function URL does: headers in lower case, the body as text."""

    def __init__(self, handler: Endpoint, event: dict[str, Any]) -> None:
        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = handler(event | {"headers": headers, "body": sent.decode()}, None)
                self.send_response(answer["statusCode"])
                for name, value in answer["headers"].items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer["body"].encode())

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)

    def __enter__(self) -> str:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def jobs(sqs: FakeSqs) -> list[dict[str, Any]]:
    return [json.loads(each["MessageBody"]) for each in sqs.received]


def shown(fake: FakeDiscord, interaction: Interaction) -> str:
    message = fake.message_of(interaction)
    assert message is not None
    assert message.is_ephemeral
    return message.content


def buttons(fake: FakeDiscord, interaction: Interaction) -> int:
    message = fake.message_of(interaction)
    assert message is not None
    return len(message.components)


def with_buttons(fake: FakeDiscord, interaction: Interaction, *buttons: dict[str, Any]) -> None:
    """Put buttons where an interaction is being answered, as the worker does."""
    url = f"{fake.api}/webhooks/{fake.application.id}/{interaction.token}/messages/@original"
    agent = {"User-Agent": "DiscordBot (https://github.com/channelwright/channelwright, 0.1.0)"}
    answer = requests.patch(
        url, json={"content": "Delete it?", "components": [row(*buttons)]}, headers=agent, timeout=5
    )
    assert answer.status_code == 200, answer.text


def test_the_url_is_good_enough_for_discord_to_save(fake: FakeDiscord) -> None:
    assert fake.probe() == ""


def test_every_command_becomes_its_job(fake: FakeDiscord, sqs: FakeSqs) -> None:
    campaign, player = fake.channel("Text Channels"), fake.player
    told = [
        fake.admin.command("add-campaign", name="Curse of Strahd"),
        fake.admin.command("add-campaign", name=" Lost  Mine ", gm=fake.gm, template="one-shot", preview=True),
        fake.admin.command("delete-campaign", campaign=campaign),
        fake.admin.command("campaign list"),
        fake.admin.command("campaign add-player", campaign=campaign, player=player),
        fake.admin.command("campaign remove-player", campaign=campaign, player=player),
        fake.admin.command("campaign archive", campaign=campaign),
        fake.admin.command("campaign unarchive", campaign=campaign),
        fake.admin.command("campaign doctor", campaign=campaign),
        fake.admin.command("campaign doctor", campaign=campaign, repair=True),
    ]
    assert [(each.state, each.failure) for each in told] == [(State.DEFERRED, "")] * 10
    about = {"campaign": campaign.id}
    assert [(job["kind"], job["options"]) for job in jobs(sqs)] == [
        ("add-campaign", {"name": "Curse of Strahd"}),
        ("add-campaign", {"name": "Lost Mine", "gm": fake.gm.id, "template": "one-shot", "preview": True}),
        ("delete-campaign", about),
        ("campaign.list", {}),
        ("campaign.add-player", about | {"player": player.id}),
        ("campaign.remove-player", about | {"player": player.id}),
        ("campaign.archive", about),
        ("campaign.unarchive", about),
        ("campaign.doctor", about),
        ("campaign.doctor", about | {"repair": True}),
    ]
    for interaction, job in zip(told, jobs(sqs), strict=True):
        assert (job["interaction_id"], job["token"]) == (interaction.id, interaction.token)
        assert (job["user_id"], job["user_name"]) == (fake.admin.id, "admin")
        assert job["app_permissions"] == int(fake.bot.permissions_in("general"))


def test_a_game_master_who_is_a_bot_is_refused_before_anything_happens(fake: FakeDiscord, sqs: FakeSqs) -> None:
    told = fake.admin.command("add-campaign", name="Strahd", gm=fake.bot)
    assert "A bot cannot be the game master" in shown(fake, told)
    assert sqs.received == []


def test_a_command_that_was_taken_out_of_the_table_is_answered_kindly(fake: FakeDiscord, sqs: FakeSqs) -> None:
    fake.register({"name": "campaign-stats", "description": "An old one", "type": 1})
    told = fake.admin.command("campaign-stats")
    assert "I do not know this command" in shown(fake, told)
    assert sqs.received == []


def test_a_queue_that_refuses_is_told_to_the_member(fake: FakeDiscord, sqs: FakeSqs) -> None:
    sqs.refusal = "AccessDenied"
    told = fake.admin.command("campaign list")
    assert (told.state, told.failure) == (State.ANSWERED, "")
    assert "nothing was changed" in shown(fake, told)


def test_the_buttons_of_a_deletion_confirm_it_and_are_gone(fake: FakeDiscord, sqs: FakeSqs) -> None:
    campaign = fake.channel("Text Channels")
    soon = int(time.time()) + 300
    options = {"campaign": campaign.id, "role": fake.role("Game Masters").id}
    confirm = Button("delete-campaign.confirm", fake.admin.id, soon, options).component("Delete", Style.DANGER)
    cancel = Button(CANCEL, fake.admin.id, soon).component("Keep", Style.SECONDARY)
    told = fake.admin.command("delete-campaign", campaign=campaign)
    with_buttons(fake, told, confirm, cancel)

    pressed = fake.admin.press(told, "Delete")
    assert (pressed.state, pressed.failure) == (State.ANSWERED, "")
    assert jobs(sqs)[-1]["kind"] == "delete-campaign.confirm"
    assert jobs(sqs)[-1]["options"] == options
    assert jobs(sqs)[-1]["token"] == pressed.token
    assert (shown(fake, told), buttons(fake, told)) == ("Delete it?", 0)


def test_cancelling_leaves_nothing_to_press(fake: FakeDiscord, sqs: FakeSqs) -> None:
    cancel = Button(CANCEL, fake.admin.id, int(time.time()) + 300).component("Keep", Style.SECONDARY)
    told = fake.admin.command("delete-campaign", campaign=fake.channel("Text Channels"))
    with_buttons(fake, told, cancel)
    cancelled = fake.admin.press(told, "Keep")
    assert (cancelled.state, cancelled.failure) == (State.ANSWERED, "")
    assert (shown(fake, told), buttons(fake, told)) == ("Cancelled: nothing was deleted.", 0)
    assert len(sqs.received) == 1


def test_a_press_that_the_queue_refuses_can_be_tried_again(fake: FakeDiscord, sqs: FakeSqs) -> None:
    remove = Button("campaign.remove", fake.admin.id, int(time.time()) + 300).component("Remove", Style.DANGER)
    told = fake.admin.command("campaign list")
    with_buttons(fake, told, remove)
    sqs.refusal = "OverLimit"
    assert "Please try again" in shown(fake, fake.admin.press(told, "Remove"))
    assert buttons(fake, told) == 1


def test_the_button_of_somebody_else_is_refused_and_their_message_stays(fake: FakeDiscord, sqs: FakeSqs) -> None:
    soon = int(time.time()) + 300
    resume = Button("campaign.resume", fake.gm.id, soon, {"campaign": "1"}).component("Resume", Style.PRIMARY)
    told = fake.admin.command("campaign list")
    with_buttons(fake, told, resume)
    pressed = fake.admin.press(told, "Resume")
    assert f"for <@{fake.gm.id}>" in shown(fake, pressed)
    assert (shown(fake, told), buttons(fake, told)) == ("Delete it?", 1)
    assert len(sqs.received) == 1
