"""The fake as a process, worked through its strings behind the stage; and a real endpoint over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tools.fake_discord.conftest import USER_AGENT, Bot, problem
from tests.tools.fake_discord.interacting import ADD, Endpoint, say
from tools.fake_discord import FakeDiscord, State

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.programs

PROJECT = Path(__file__).parents[3]


@contextmanager
def process(*options: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "tools.fake_discord", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": str(PROJECT)}) as running:
        assert running.stdout is not None
        try:
            yield json.loads(running.stdout.readline())
        finally:
            running.terminate()
            assert running.wait(10) == 0


@contextmanager
def over_http(endpoint: Endpoint) -> Iterator[str]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reply = endpoint(body, dict(self.headers.items()))
            self.send_response(reply.status)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Door) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_a_process_can_be_played_from_outside() -> None:
    with process("--key-seed", "seven") as told, over_http(Endpoint(told["public_key"])) as url:
        auth = {"User-Agent": USER_AGENT, "Authorization": f"Bot {told['bot_token']}"}
        commands = f"{told['api']}/applications/{told['application_id']}/guilds/{told['guild_id']}/commands"
        assert requests.put(commands, json=[ADD], headers=auth, timeout=5).status_code == 200

        def play(name: str, **given: Any) -> Any:
            answer = requests.post(f"{told['url']}/_fake/{name}", json=given, timeout=5)
            return answer.json() if answer.ok else (answer.status_code, answer.json()["error"])

        play("endpoint", url=url)
        assert play("probe") == {"wrong": ""}
        shown = play("command", **{"as": "gm"}, line="add-campaign", options={"name": "x", "gm": "@player"})
        assert (shown["state"], shown["message"]["content"]) == ("deferred", "")
        assert play("command", **{"as": "player"}, line="add-campaign")[0] == 409
        play("faults", operation="create_guild_role", fault="refused", **{"with": {"code": 50013}})
        roles = f"{told['api']}/guilds/{told['guild_id']}/roles"
        assert requests.post(roles, json={}, headers=auth, timeout=5).status_code == 403
        assert play("clock", advance=901)["now"] > 0
        state = requests.get(f"{told['url']}/_fake/state", timeout=5).json()
        assert state["guild"]["name"] == "Tabletop Tavern"
        kept = requests.get(f"{told['url']}/_fake/exchanges?after=1", timeout=5).json()
        assert [each["operation"] for each in kept] == ["probe", "probe", "command", "create_guild_role"]
        assert requests.get(f"{told['url']}/_fake/violations", timeout=5).json() == {"violations": [], "unfaithful": []}


def test_for_people_it_says_in_words_where_the_page_is() -> None:
    command = [sys.executable, "-m", "tools.fake_discord", "--page"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": str(PROJECT)}, text=True) as running:
        assert running.stdout is not None
        try:
            url = running.stdout.readline().split()[5]
            assert requests.get(url, timeout=5).headers["Content-Type"].startswith("text/html")
        finally:
            running.terminate()
        rest = running.stdout.read()
        assert running.wait(10) == 0
    assert f"DISCORD_API={url}api/v10 DISCORD_BOT_TOKEN=" in rest


def test_a_port_in_use_is_said_in_words(fake: FakeDiscord) -> None:
    port = fake.url.rpartition(":")[2]
    command = [sys.executable, "-m", "tools.fake_discord", "--port", port]
    run = subprocess.run(
        command, env={"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, timeout=60, check=False
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == f"Cannot serve on 127.0.0.1:{port}: Address already in use. --port 0 takes a free port.\n"


def test_the_same_seed_gives_the_same_key() -> None:
    assert FakeDiscord(key_seed=b"seven").public_key == FakeDiscord(key_seed=b"seven").public_key


def test_an_endpoint_over_http_is_saved_only_if_it_passes(fake: FakeDiscord, bot: Bot) -> None:
    body = {"interactions_endpoint_url": "http://127.0.0.1:9/"}
    assert problem(bot.ask("PATCH", "/applications/@me", body)) == (400, 50035)
    with over_http(Endpoint(fake.public_key)) as url:
        saved = bot.ask("PATCH", "/applications/@me", {"interactions_endpoint_url": url}).json()
        assert saved["interactions_endpoint_url"] == url
        assert saved["verify_key"] == fake.public_key
        assert bot.ask("GET", "/applications/@me").json() == saved


def test_an_endpoint_that_is_late_is_dead(fake: FakeDiscord) -> None:
    import time

    fake.register(ADD)
    endpoint = Endpoint(fake.public_key, [say("too late")])

    class Late(Endpoint):
        def __call__(self, body: bytes, headers: Any) -> Any:
            time.sleep(0.3)
            return endpoint(body, headers)

    with over_http(Late(fake.public_key)) as url:
        fake.send_interactions_to(url, patience=0.1)
        interaction = fake.gm.command("add-campaign", name="x")
    assert interaction.state is State.DEAD
    assert interaction.failure == "no answer: ReadTimeout"


def test_without_an_endpoint_it_is_said_how_to_set_one(fake: FakeDiscord) -> None:
    fake.register(ADD)
    assert "send_interactions_to" in fake.gm.command("add-campaign", name="x").failure


@pytest.mark.parametrize("frozen", [True, False])
def test_ids_grow_even_while_the_clock_stands(*, frozen: bool) -> None:
    fake = FakeDiscord(frozen=frozen)
    ids = [int(fake.world.snowflakes.next()) for _ in range(5000)]
    assert ids == sorted(set(ids))
    assert ids[0] > int(fake.guild_id)
