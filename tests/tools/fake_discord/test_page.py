"""The page over HTTP: its files, whom they are for, and the news that it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from tests.tools.fake_discord.interacting import Endpoint, buttons, say
from tests.tools.fake_discord.page_calls import get, post, view
from tools.fake_discord import FakeDiscord, Reply
from tools.fake_discord.page.pages import FOLDER

if TYPE_CHECKING:
    from tests.tools.fake_discord.conftest import Bot

MODULES = [each.stem for each in FOLDER.glob("*.js")]


def test_the_address_alone_is_the_page_with_all_that_it_names(fake: FakeDiscord) -> None:
    page = get(fake, "/")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    named = [part.split('"')[0] for part in page.text.split('="/page/')[1:]]
    for name in [*named, *(f"{module}.js" for module in MODULES)]:
        assert get(fake, f"/page/{name}").status_code == 200, name
    assert get(fake, "/favicon.ico").headers["Content-Type"] == "image/svg+xml"
    assert fake.exchanges == []
    assert fake.violations == []


def test_nothing_of_the_page_comes_from_elsewhere_or_is_inline(fake: FakeDiscord) -> None:
    page = get(fake, "/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "style=" not in page.text
    assert page.text.count("<script") == page.text.count('<script type="module" src="/page/')
    for module in MODULES:
        text = get(fake, f"/page/{module}.js").text
        assert "innerHTML" not in text
        assert "eval" not in text


def test_no_secret_is_in_what_the_page_is_told(fake: FakeDiscord, endpoint: Endpoint) -> None:
    endpoint.replies = [say("hello", ephemeral=True)]
    interaction = fake.gm.command("add-campaign", name="x")
    told = get(fake, "/_fake/view?viewer=gm").text + get(fake, "/_fake/exchange?number=1").text
    assert "hello" in told
    assert fake.application.token not in told
    assert interaction.token not in told


@pytest.mark.parametrize("path", ["/page/../control.py", "/page/%2e%2e/control.py", "/page/", "/page/nothing.js"])
def test_there_is_no_way_out_of_the_pages_folder(fake: FakeDiscord, path: str) -> None:
    prepared = requests.Request("GET", fake.url).prepare()
    prepared.url = fake.url + path
    assert requests.Session().send(prepared, timeout=5).status_code == 404


def test_the_page_is_only_read(fake: FakeDiscord) -> None:
    assert requests.post(f"{fake.url}/", timeout=5).status_code == 405


@pytest.mark.parametrize("path", ["/", "/page/app.js", "/_fake/state", "/_fake/view?viewer=gm"])
def test_a_foreign_name_for_this_machine_is_refused(fake: FakeDiscord, path: str) -> None:
    port = fake.url.rpartition(":")[2]
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        assert get(fake, path, Host=host).status_code == 200
    for host in (f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", "[", ""):
        assert get(fake, path, Host=host).status_code == 403


def test_another_sites_page_can_do_nothing(fake: FakeDiscord, endpoint: Endpoint) -> None:
    told = {"as": "gm", "line": "add-campaign", "options": {"name": "x"}}
    for foreign in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": fake.url},
    ):
        assert post(fake, "command", told, **foreign).status_code == 403
        assert get(fake, "/_fake/state", **foreign).status_code == 403
    assert endpoint.received == []
    assert post(fake, "command", told, **{"Origin": fake.url, "Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert len(endpoint.received) == 1


def test_the_api_is_not_in_the_way_of_a_bot_that_knows_this_machine_by_another_name(bot: Bot) -> None:
    assert bot.ask("GET", "/users/@me", headers={"Host": "host.docker.internal:80"}).status_code == 200


def test_a_view_is_one_members_own(fake: FakeDiscord, endpoint: Endpoint, bot: Bot) -> None:
    endpoint.replies = [say("for you alone", ephemeral=True)]
    fake.gm.command("add-campaign", name="x")
    secret = bot.made_channel(
        "secret", permission_overwrites=[{"id": fake.guild_id, "type": 0, "allow": "0", "deny": "1024"}]
    )
    shown = {name: view(fake, name) for name in ("gm", "player", "admin")}
    assert {name: [each["content"] for each in seen["messages"]] for name, seen in shown.items()} == {
        "gm": ["for you alone"],
        "player": [],
        "admin": [],
    }
    channels = {name: {each["id"]: each for each in seen["channels"]} for name, seen in shown.items()}
    assert secret["id"] not in channels["player"]
    assert channels["admin"][secret["id"]]["private"]
    assert channels["admin"][secret["id"]]["sight"] == "writes"
    assert [each["name"] for each in shown["gm"]["commands"]] == ["add-campaign", "delete-campaign", "campaign"]
    assert [each["name"] for each in shown["player"]["commands"]] == ["delete-campaign", "campaign"]
    assert shown["gm"]["messages"][0]["used"] == {
        "user_id": fake.gm.id,
        "line": "add-campaign",
        "options": [{"name": "name", "type": 3, "value": "x"}],
    }


def test_a_channel_that_is_not_seen_gives_way_to_one_that_is(fake: FakeDiscord, bot: Bot) -> None:
    deny = [{"id": fake.guild_id, "type": 0, "allow": "0", "deny": "1024"}]
    secret = bot.made_channel("secret", permission_overwrites=deny)["id"]
    assert view(fake, "admin", channel=secret)["channel"] == secret
    first = fake.channel("general").id
    assert [view(fake, "player", channel=each)["channel"] for each in (secret, "4711", "")] == [first] * 3


def test_who_sees_what_is_the_simulations_own_table(fake: FakeDiscord) -> None:
    names = {each.user.id: each.user.username for each in fake.guild.members.values()}
    told = [{names[id_]: sight for id_, sight in each["sight"].items()} for each in view(fake)["sight"]]
    assert told == list(fake.matrix().values())


def test_bodies_of_exchanges_are_told_on_demand(fake: FakeDiscord, bot: Bot) -> None:
    bot.create_role(name="one")
    bot.create_role(name="two")
    first, second = view(fake)["exchanges"]
    assert [(first["number"], first["status"]), (second["number"], second["status"])] == [(1, 200), (2, 200)]
    assert "asked" not in first
    assert view(fake, after=1)["exchanges"] == [second]
    whole = get(fake, "/_fake/exchange?number=2").json()
    assert (whole["asked"], whole["answered"]["name"]) == ({"name": "two"}, "two")
    assert get(fake, "/_fake/exchange?number=3").status_code == 409


@pytest.mark.violates
def test_an_exchange_carries_its_own_violations(fake: FakeDiscord, bot: Bot) -> None:
    bot.ask("GET", "/users/@me")
    bot.ask("GET", "/guilds/1/nonsense")
    fine, wrong = view(fake)["exchanges"]
    assert fine["broken"] == []
    assert wrong["broken"] == [str(fake.violations[0])]


@pytest.mark.violates
def test_a_reply_that_breaks_the_description_is_marked(fake: FakeDiscord, endpoint: Endpoint) -> None:
    if not fake.checks_openapi:
        pytest.skip("the official description is not at hand")
    endpoint.replies = [say("x", tts="loud")]
    fake.gm.command("add-campaign", name="x")
    assert view(fake)["exchanges"][0]["broken"] == [str(each) for each in fake.violations] != []


def test_what_got_no_answer_is_told_to_the_one_who_tried(fake: FakeDiscord, endpoint: Endpoint) -> None:
    endpoint.replies = [say("press", components=buttons("Go")), Reply(502), Reply(0, failure="no answer")]
    pressed = fake.gm.press(fake.gm.command("add-campaign", name="x"), "Go")
    fake.gm.command("add-campaign", name="y")
    press, command = view(fake)["attempts"]
    assert (press["source"], press["failure"]) == (pressed.source_message_id, "the endpoint answered 502")
    assert (command["source"], command["failure"]) == (None, "no answer")
    assert command["used"]["options"][0]["value"] == "y"
    assert view(fake, "player")["attempts"] == []
    endpoint.replies = [say("fine")]
    fake.gm.press(fake.messages[0], "Go")
    assert [each["id"] for each in view(fake)["attempts"]] == [command["id"]]


def test_texts_are_taken_literally_where_that_is_said(fake: FakeDiscord, endpoint: Endpoint) -> None:
    told = {"as": "gm", "line": "add-campaign", "options": {"name": "@everyone #1", "gm": fake.player.id}}
    assert post(fake, "command", told).status_code == 409
    assert post(fake, "command", {**told, "literal": True}).status_code == 200
    assert [each["value"] for each in endpoint.received[0]["data"]["options"]] == ["@everyone #1", fake.player.id]


def test_typing_takes_what_else_is_filled_in_along(fake: FakeDiscord, endpoint: Endpoint) -> None:
    endpoint.replies = [{"type": 8, "data": {"choices": [{"name": "Curse of Strahd", "value": "1"}]}}]
    told = {"as": "gm", "line": "campaign archive", "option": "name", "text": "@c", "literal": True}
    assert post(fake, "type", told).json()["choices"] == [{"name": "Curse of Strahd", "value": "1"}]
    assert endpoint.received[0]["data"]["options"][0]["options"][0]["value"] == "@c"


def test_what_a_member_cannot_do_is_said_in_words(fake: FakeDiscord, endpoint: Endpoint) -> None:
    told = post(fake, "command", {"as": "player", "line": "add-campaign", "options": {"name": "x"}})
    assert (told.status_code, told.json()["what"]) == (409, "player is not offered /add-campaign")
    assert post(fake, "command", ["nothing"]).status_code == 409
    assert endpoint.received == []
