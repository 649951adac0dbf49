"""News for the page: what has changed, when it has, and how it ends."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tools.fake_discord.conftest import Bot
from tests.tools.fake_discord.interacting import ADD, Endpoint, say
from tests.tools.fake_discord.page_calls import get, post, view
from tools.fake_discord import FakeDiscord, Reply, State

if TYPE_CHECKING:
    from collections.abc import Callable


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
            heard, idle = view(fake)["heard"], answering()
            waiting = [pool.submit(view, fake, heard=heard) for _ in range(4)]
            fake.wait_until(lambda: len(answering() - idle) == len(waiting), 10)
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
