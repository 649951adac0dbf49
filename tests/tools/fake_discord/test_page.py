"""The page over HTTP: its files, whom they are for, and the news that it waits for."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tools.fake_discord.conftest import Bot
from tests.tools.fake_discord.interacting import ADD, CAMPAIGN, DELETE, Endpoint, buttons, say
from tools.fake_discord import FakeDiscord, Reply, State
from tools.fake_discord.page.pages import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

MODULES = [each.stem for each in FOLDER.glob("*.js")]


@pytest.fixture
def endpoint(fake: FakeDiscord) -> Endpoint:
    fake.register(ADD, DELETE, CAMPAIGN)
    endpoint = Endpoint(fake.public_key)
    fake.endpoint = endpoint
    return endpoint


def get(fake: FakeDiscord, path: str, **headers: str) -> requests.Response:
    return requests.get(fake.url + path, headers=headers, timeout=30)


def post(fake: FakeDiscord, name: str, content: Any, **headers: str) -> requests.Response:
    return requests.post(f"{fake.url}/_fake/{name}", json=content, headers=headers, timeout=30)


def view(fake: FakeDiscord, viewer: str = "gm", **query: Any) -> Any:
    answer = requests.get(f"{fake.url}/_fake/view", params={"viewer": viewer, **query}, timeout=30)
    return answer.json() if answer.content else None


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


def test_news_come_when_there_are_some(fake: FakeDiscord) -> None:
    heard = view(fake)["heard"]
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(view, fake, heard=heard)
        time.sleep(0.3)
        assert not waiting.done()
        fake.join("newcomer")
        shown = waiting.result(10)
    assert "newcomer" in [each["name"] for each in shown["members"]]
    assert shown["heard"] > heard


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(lambda fake: fake.register(ADD), id="commands"),
        pytest.param(lambda fake: Bot(fake).ask("GET", "/users/@me"), id="a call of the bot"),
        pytest.param(lambda fake: post(fake, "clock", {"advance": 5}), id="the clock"),
        pytest.param(lambda fake: fake.set_role_permissions("Game Masters", 0), id="permissions"),
        pytest.param(lambda fake: fake.gm.command("add-campaign", name="x"), id="an interaction"),
    ],
)
def test_every_kind_of_change_is_news(
    fake: FakeDiscord, endpoint: Endpoint, happens: Callable[[FakeDiscord], Any]
) -> None:
    heard = view(fake)["heard"]
    happens(fake)
    assert view(fake, heard=heard)["heard"] > heard
    assert endpoint.replies


def test_an_interaction_is_news_when_it_is_sent_and_when_it_is_answered(fake: FakeDiscord, endpoint: Endpoint) -> None:
    heard = [fake.world.bell.count]

    def slow(body: bytes, headers: Any) -> Reply:
        shown = view(fake, heard=heard[0])
        assert [each["state"] for each in shown["attempts"]] == ["new"]
        return endpoint(body, headers)

    fake.endpoint = slow
    fake.gate.listeners.append(lambda _exchange: heard.append(fake.world.bell.count))
    interaction = fake.gm.command("add-campaign", name="x")
    assert interaction.state is State.DEFERRED
    shown = view(fake, heard=heard[-1])  # the reply is recorded first, and taken in then
    assert shown["heard"] > heard[-1] > heard[0]
    assert shown["attempts"] == []
    assert shown["messages"][0]["loading"]


def test_silence_is_answered_with_nothing(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.fake_discord.page.view.PATIENCE", 0.2)
    assert view(fake, heard=view(fake)["heard"]) is None


def test_a_page_that_heard_an_earlier_fake_is_told_all(fake: FakeDiscord) -> None:
    assert view(fake, heard=10_000_000)["guild"]["name"] == "Tabletop Tavern"


def test_however_much_happens_a_slow_page_is_told_in_one_answer(fake: FakeDiscord, bot: Bot) -> None:
    heard = view(fake)["heard"]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: bot.ask("GET", "/users/@me"), range(200)))
        reading = [pool.submit(view, fake, heard=heard) for _ in range(5)]
    for shown in reading:
        assert [each["number"] for each in shown.result()["exchanges"]] == list(range(1, 201))


def test_reading_while_all_changes_never_fails(fake: FakeDiscord, endpoint: Endpoint, bot: Bot) -> None:
    endpoint.replies = [say("hello")]
    names = [f"channel-{number}" for number in range(15)]
    with ThreadPoolExecutor() as pool:
        made = [pool.submit(bot.made_channel, each) for each in names]
        said = [pool.submit(fake.gm.command, "add-campaign", name=each) for each in names]
        seen = [pool.submit(view, fake, viewer) for viewer in ("gm", "player") * 10]
    assert {each.result()["name"] for each in made} == set(names)
    assert {each.result().state for each in said} == {State.ANSWERED}
    assert all("guild" in each.result() for each in seen)


def answering() -> set[threading.Thread]:
    """Return the threads that have a connection to answer on."""
    return {each for each in threading.enumerate() if "process_request_thread" in each.name}


def test_it_stops_at_once_and_leaves_no_thread_behind() -> None:
    before = answering()
    with ThreadPoolExecutor() as pool, requests.Session() as kept:
        with FakeDiscord(frozen=True).serving() as fake:
            kept.get(f"{fake.url}/", timeout=5)
            heard = view(fake)["heard"]
            waiting = [pool.submit(view, fake, heard=heard) for _ in range(4)]
            time.sleep(0.3)
            assert not any(each.done() for each in waiting)
        assert [each.result(10) for each in waiting] == [None] * 4
        fake.wait_until(lambda: answering() <= before, 10)


@pytest.mark.parametrize("path", ["/_fake/view?viewer=gm", "/_fake/state", "/_fake/messages?viewer=gm"])
def test_nothing_is_read_while_it_is_being_changed(fake: FakeDiscord, path: str) -> None:
    with ThreadPoolExecutor() as pool:
        with fake.world.lock:
            reading = pool.submit(get, fake, path)
            time.sleep(0.3)
            assert not reading.done()
        assert reading.result(10).status_code == 200


def test_it_can_be_served_again(fake: FakeDiscord) -> None:
    other = FakeDiscord(frozen=True)
    for _ in range(2):
        with other.serving():
            heard = view(other)["heard"]
            with ThreadPoolExecutor() as pool:
                waiting = pool.submit(view, other, heard=heard)
                time.sleep(0.1)
                assert not waiting.done()
                other.join("newcomer")
                assert waiting.result(5)["heard"] > heard
    assert fake.exchanges == []
