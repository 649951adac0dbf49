"""A Discord over HTTP that was told all sorts of things, and endpoints that answer all sorts of things."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from deploy.configuration import load
from deploy.settings import Stage
from tests.tools.discord.conftest import HELLO, Project, fake, project  # noqa: F401 - fixtures
from tools.discord import findings as looking
from tools.discord.api import Discord
from tools.discord.application import Application, read
from tools.discord.permissions import missing
from tools.discord.registration import KEY_VARIABLE
from tools.fake_discord import ALL, FakeDiscord, Permission
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.checkup.findings import Finding

STAGE = Stage(name="dev", region="eu-central-1", stack="bot-dev")
LINE, OUTPUT = "greeting.application hello.json", "InteractionsUrl"
WANTED = Application((HELLO,), int(Permission.MANAGE_CHANNELS | Permission.SEND_MESSAGES))


@pytest.fixture
def discord(fake: FakeDiscord) -> Discord:  # noqa: F811
    return Discord(fake.api, fake.application.token)


def only(findings: Iterator[Finding]) -> Finding:
    [found] = findings
    return found


@contextmanager
def endpoint(status: int) -> Iterator[str]:
    """Serve an endpoint that answers everything with this status."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_token_that_works_is_told_with_its_application(discord: Discord, fake: FakeDiscord) -> None:  # noqa: F811
    found = only(looking.token(lambda: discord, {KEY_VARIABLE: fake.public_key.upper()}))
    assert (found.state, found.what) == ("ok", f"the bot's token is of Channelwright ({fake.application.id})")


def test_a_token_that_is_wrong_is_broken_and_never_shown(fake: FakeDiscord) -> None:  # noqa: F811
    found = only(looking.token(lambda: Discord(fake.api, "old-token"), {}))
    assert found.state == "broken"
    assert "was reset" in found.cause
    assert "old-token" not in str(found)


def test_without_a_token_discord_is_not_checked(fake: FakeDiscord) -> None:  # noqa: F811
    found = only(looking.token(lambda: Discord.from_environment({}), {}))
    assert (found.state, found.what) == ("unknown", "not checked: DISCORD_BOT_TOKEN: is not set")
    assert fake.calls() == []


def test_a_public_key_of_another_application_is_broken_before_a_deploy_spreads_it(discord: Discord) -> None:
    *_, found = looking.token(lambda: discord, {KEY_VARIABLE: "ab" * 32})
    assert (found.state, "is not the key of Channelwright" in found.what) == ("broken", True)


def test_the_functions_key_is_compared_with_the_application_s(discord: Discord, fake: FakeDiscord) -> None:  # noqa: F811
    right, wrong = {KEY_VARIABLE: fake.public_key}, {KEY_VARIABLE: "ab" * 32}
    assert only(looking.key(discord, {"bot:live": right, "worker:live": {}})).state == "ok"
    found = only(looking.key(discord, {"bot:live": wrong}))
    assert (found.state, found.cure) == ("broken", f"deploy with {KEY_VARIABLE}={fake.public_key}")
    assert only(looking.key(discord, {"bot:live": {}})).state == "unknown"


def test_an_endpoint_that_is_the_stack_s_and_refuses_strangers_is_well(
    discord: Discord,
    fake: FakeDiscord,  # noqa: F811
) -> None:
    with endpoint(401) as url:
        fake.application.interactions_endpoint_url = url.rstrip("/")
        assert [each.state for each in looking.interactions(discord, OUTPUT, STAGE, {OUTPUT: url})] == ["ok", "ok"]


@pytest.mark.parametrize("told", [None, "https://old.example/"])
def test_another_endpoint_than_the_stack_s_is_told_with_the_command_that_sets_it(
    discord: Discord,
    fake: FakeDiscord,  # noqa: F811
    told: str | None,
) -> None:
    with endpoint(401) as url:
        fake.application.interactions_endpoint_url = told
        found, _ = looking.interactions(discord, OUTPUT, STAGE, {OUTPUT: url})
    assert (found.state, found.what) == ("broken", f"Discord sends interactions to {told or 'no URL'}")
    assert found.cure == "`nox -s register -- --stage dev --endpoint`"


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (403, "the endpoint may not be called"),
        (502, "the endpoint answers 502 to what is not signed"),
        (200, "the endpoint answers 200 to what is not signed"),
    ],
)
def test_an_endpoint_that_discord_would_not_take_is_broken(status: int, what: str) -> None:
    with endpoint(status) as url:
        found = only(looking.answered(url))
    assert (found.state, found.what) == ("broken", what)


def test_an_endpoint_that_is_not_there_is_broken() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody else listens there, and this does not
        found = only(looking.answered(f"http://127.0.0.1:{held.getsockname()[1]}/"))
    assert (found.state, found.what) == ("broken", "the endpoint does not answer: ConnectionError")


def test_commands_that_are_registered_are_well_and_others_are_told(discord: Discord, fake: FakeDiscord) -> None:  # noqa: F811
    found = only(looking.commands(discord, WANTED, STAGE, None))
    assert (found.state, found.what) == ("warning", "Discord has other commands, for all servers: + /hello: Say hello")
    discord.replace_commands(fake.application.id, None, [HELLO])
    assert only(looking.commands(discord, WANTED, STAGE, None)).state == "ok"
    assert only(looking.commands(discord, WANTED, STAGE, fake.guild_id)).state == "ok"
    discord.replace_commands(fake.application.id, None, [])
    found = only(looking.commands(discord, WANTED, STAGE, fake.guild_id))
    assert found.cure == f"`nox -s register -- --stage dev --guild {fake.guild_id}`"
    discord.replace_commands(fake.application.id, fake.guild_id, [HELLO])
    found = only(looking.commands(discord, WANTED, STAGE, fake.guild_id))
    assert (found.state, found.what) == ("ok", f"Discord has the project's 1 commands, for server {fake.guild_id}")


def test_commands_that_the_project_cannot_print_are_broken(project: Project) -> None:  # noqa: F811
    settings = load(project.folder, {})
    assert only(looking.described(lambda: read(settings, LINE))).state == "ok"
    (project.folder / "hello.json").unlink()
    found = only(looking.described(lambda: read(settings, LINE)))
    assert (found.state, "FileNotFoundError" in found.cause) == ("broken", True)


def test_permissions_that_the_bot_lacks_in_a_server_are_named(discord: Discord, fake: FakeDiscord) -> None:  # noqa: F811
    assert only(looking.membership(discord, WANTED, fake.guild_id)).state == "ok"
    fake.set_role_permissions("Channelwright", int(Permission.VIEW_CHANNEL))
    found = only(looking.membership(discord, WANTED, fake.guild_id))
    assert (found.state, found.what) == ("broken", "in Tabletop Tavern the bot lacks: Manage Channels")
    assert f"client_id={fake.application.id}" in found.cure
    fake.set_role_permissions("Channelwright", int(Permission.ADMINISTRATOR))
    assert only(looking.membership(discord, WANTED, fake.guild_id)).state == "ok"


def test_a_server_that_the_bot_is_not_in_is_told_with_the_invitation(discord: Discord) -> None:
    found = only(looking.membership(discord, WANTED, "123"))
    assert (found.state, found.what) == ("broken", "the bot is not in server 123")
    assert "https://discord.com/oauth2/authorize?" in found.cure


def test_every_permission_has_discord_s_name() -> None:
    assert [name for name in missing(ALL, 0) if name.startswith("permission")] == []
    assert missing(int(Permission.MANAGE_ROLES | Permission.USE_APPLICATION_COMMANDS), 0) == (
        "Manage Roles",
        "Use Application Commands",
    )
    assert missing(1 << 60 | 1 << 47 | int(Permission.PIN_MESSAGES), 0) == (
        "permission 47",
        "Pin Messages",
        "permission 60",
    )


def test_a_discord_that_does_not_answer_is_broken(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr("tools.discord.api.time.sleep", lambda _: None)
    fake.faults.on("get_my_application", faults.server_error(), times=3)
    found = only(looking.token(lambda: Discord(fake.api, fake.application.token), {}))
    assert found.state == "broken"
