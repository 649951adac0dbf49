"""The command as users run it, against a Discord over HTTP."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.tools.discord.conftest import HELLO
from tools.discord.application import invitation

if TYPE_CHECKING:
    from tests.tools.discord.conftest import Project, Registered
    from tools.fake_discord import FakeDiscord

from tests.tools.discord.registering import BYE, names, writes

pytestmark = pytest.mark.programs


NAMED = {**HELLO, "options": [{"type": 3, "name": "whom", "description": "Whom to greet"}]}


def test_the_whole_table_is_registered_in_one_call_after_it_was_shown_and_a_rerun_changes_nothing(
    fake: FakeDiscord, project: Project, registered: Registered
) -> None:
    project.wants(HELLO, BYE, permissions="311656827984")
    done = project.command("--stage", "dev")
    assert (done.code, done.err) == (0, "")
    assert done.lines == [
        f"stage dev: application Channelwright ({fake.application.id})",
        "all servers:",
        "  + /hello: Say hello",
        "  + /bye: Say goodbye",
        "2 commands are registered",
        invitation(fake.application.id, 311656827984).replace("https", "invite: https"),
    ]
    assert names(registered()) == ["hello", "bye"]
    assert writes(fake) == ["bulk_set_application_commands"]
    again = project.register("--stage", "dev")
    assert again.lines[1] == "all servers: no changes"
    assert writes(fake) == ["bulk_set_application_commands"]


def test_what_changes_in_a_command_is_shown_part_by_part(project: Project, registered: Registered) -> None:
    project.register("--stage", "dev")
    project.wants({**NAMED, "description": "Greet"}, BYE)
    done = project.register("--stage", "dev")
    assert done.lines[1:5] == [
        "all servers:",
        '  ~ /hello description: "Say hello" → "Greet"',
        '  ~ /hello options.whom: nothing → "Whom to greet"',
        "  + /bye: Say goodbye",
    ]
    project.wants({**HELLO, "default_member_permissions": "16"})
    assert project.register("--stage", "dev", "--yes").lines[2:6] == [
        '  ~ /hello description: "Greet" → "Say hello"',
        '  ~ /hello default_member_permissions: nothing → "16"',
        '  ~ /hello options.whom: "Whom to greet" → nothing',
        "  - /bye",
    ]
    assert names(registered()) == ["hello"]


def test_a_plan_shows_everything_and_changes_nothing(
    fake: FakeDiscord, project: Project, registered: Registered
) -> None:
    done = project.register("--stage", "dev", "--plan", "--endpoint", "https://bot.example/")
    assert "  + /hello: Say hello" in done.lines
    assert "interactions endpoint: none → https://bot.example/" in done.lines
    assert "nothing was changed; without --plan it is done" in done.lines
    assert (done.code, registered(), writes(fake)) == (0, [], [])


def test_a_guild_gets_the_commands_for_itself_and_they_are_not_there_twice(
    fake: FakeDiscord, project: Project, registered: Registered
) -> None:
    fake.world.commands[""] = []
    project.wants(BYE, HELLO)
    project.register("--stage", "dev")
    project.wants(HELLO)
    done = project.register("--stage", "dev", "--guild", fake.guild_id, "--yes")
    assert done.lines[1:5] == [f"server {fake.guild_id}:", "  + /hello: Say hello", "all servers:", "  - /hello"]
    assert (names(registered()), names(registered(fake.guild_id))) == (["bye"], ["hello"])


def test_registering_for_all_servers_takes_the_same_commands_out_of_each_server(
    fake: FakeDiscord, project: Project, registered: Registered
) -> None:
    project.wants(HELLO, BYE)
    project.register("--stage", "dev", "--guild", fake.guild_id)
    project.wants(HELLO)
    done = project.register("--stage", "dev", "--yes")
    assert done.lines[1:5] == ["all servers:", "  + /hello: Say hello", f"server {fake.guild_id}:", "  - /hello"]
    assert (names(registered()), names(registered(fake.guild_id))) == (["hello"], ["bye"])
    assert fake.player.command("hello").payload["data"]["name"] == "hello"


def test_no_command_is_removed_that_nobody_agreed_to(
    fake: FakeDiscord, project: Project, registered: Registered
) -> None:
    project.wants(HELLO, BYE)
    project.register("--stage", "dev")
    project.wants(HELLO)
    done = project.register("--stage", "dev", "--guild", fake.guild_id)
    assert "  - /hello" in done.lines
    assert (done.code, done.err) == (
        1,
        "/hello of all servers: would be removed\n    do:    confirm it, or add --yes\n",
    )
    assert (names(registered()), names(registered(fake.guild_id))) == (["hello", "bye"], [])


def test_the_endpoint_is_saved_once_discord_has_tried_it(fake: FakeDiscord, project: Project) -> None:
    with endpoint({"sound": 200, "forged": 401}, fake) as url:
        done = project.register("--stage", "dev", "--endpoint", url)
    assert f"interactions endpoint: none → {url}" in done.lines
    assert (done.code, fake.application.interactions_endpoint_url) == (0, url)


def test_an_endpoint_that_does_not_answer_as_it_must_is_told_in_discord_s_words(
    fake: FakeDiscord, project: Project
) -> None:
    with endpoint({"sound": 200, "forged": 200}, fake) as url:
        done = project.register("--stage", "dev", "--endpoint", url)
    assert done.code == 1
    assert "PATCH /applications/@me: interactions_endpoint_url: " in done.err
    assert "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID" in done.err
    assert fake.application.interactions_endpoint_url is None


class endpoint:  # noqa: N801 - a context manager that is used like a function
    """An endpoint that tells sound signatures from forged ones, and answers each with a status."""

    def __init__(self, statuses: dict[str, int], fake: FakeDiscord) -> None:
        from nacl.exceptions import BadSignatureError

        key = fake.signer.key.verify_key

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                signature = bytes.fromhex(self.headers["X-Signature-Ed25519"])
                try:
                    key.verify(self.headers["X-Signature-Timestamp"].encode() + body, signature)
                    status = statuses["sound"]
                except BadSignatureError:
                    status = statuses["forged"]
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(b'{"type": 1}')

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)

    def __enter__(self) -> str:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def test_secrets_come_from_the_environment_then_the_stage_s_file_then_env(fake: FakeDiscord, project: Project) -> None:
    token = fake.application.token
    (project.folder / ".env").write_text("DISCORD_BOT_TOKEN=wrong\n")
    (project.folder / ".env.dev").write_text(f"DISCORD_BOT_TOKEN={token}\n")
    assert project.register("--stage", "dev", "--plan").code == 0
    assert project.register("--stage", "prod", "--plan").code == 1
    assert project.register("--stage", "prod", "--plan", DISCORD_BOT_TOKEN=token).code == 0


def test_the_former_key_is_taken_and_names_its_successor_once(project: Project, registered: Registered) -> None:
    (project.folder / "deploy").unlink()
    (project.folder / "tools").unlink()
    (project.folder / "tools").mkdir()
    (project.folder / "tools/own.py").write_text((project.folder / "src/greeting/application.py").read_text())
    (project.folder / "config/pipeline.yaml").write_text(
        "layers: {dependencies: {}}\n"
        "discord: {application: tools.own hello.json}\n"
        "stages: {dev: {region: eu-central-1, stack: dev}}\n"
    )
    done = project.command("--stage", "dev")
    assert (done.code, done.lines[-2], names(registered())) == (0, "1 commands are registered", ["hello"])
    assert done.err == (
        "discord: is taken, and has another name now: extensions.discord, "
        "with `module: tools.discord --application 'tools.own hello.json'`\n"
    )


def test_a_project_without_the_extension_has_no_such_command(project: Project) -> None:
    (project.folder / "config/pipeline.yaml").write_text("layers: {dependencies: {}}\n")
    done = project.command("--stage", "dev")
    assert (done.code, "register: there is no such command" in done.err) == (2, True)


def test_a_command_that_changes_keeps_the_id_by_which_servers_say_who_may_use_it(
    project: Project, registered: Registered
) -> None:
    """https://github.com/discord-tickets/bot/issues/537: an edit took away what servers had allowed and forbidden."""
    project.wants(HELLO, BYE)
    assert project.register("--stage", "dev").code == 0
    before = {each["name"]: each["id"] for each in registered()}
    project.wants({"name": "first", "description": "Come first"}, BYE, {**NAMED, "default_member_permissions": "16"})
    assert project.register("--stage", "dev").code == 0
    after = {each["name"]: each["id"] for each in registered()}
    assert before.items() <= after.items()
