"""What `register` says when it cannot: secrets, refusals, failures of Discord, wrong usage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tools.discord.conftest import HELLO
from tests.tools.discord.registering import BYE, names, writes
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.tools.discord.conftest import Project, Registered
    from tools.fake_discord import FakeDiscord

pytestmark = pytest.mark.programs


@pytest.mark.parametrize("token", ["", "DISCORD_BOT_TOKEN=\n", "# nothing"])
def test_a_missing_token_is_told_with_where_it_goes(project: Project, token: str) -> None:
    (project.folder / ".env").write_text(token)
    done = project.register("--stage", "dev")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "DISCORD_BOT_TOKEN: is not set\n    do:    put DISCORD_BOT_TOKEN=… into .env (see .env.example), or export it\n"
    )


def test_a_wrong_token_is_told_and_not_shown(project: Project) -> None:
    done = project.register("--stage", "dev", DISCORD_BOT_TOKEN="MTA.very.secret")
    assert done.code == 1
    assert "GET /applications/@me: Discord answered 401 401: Unauthorized" in done.err
    assert "the token in DISCORD_BOT_TOKEN is wrong, or was reset" in done.err
    assert "secret" not in done.out + done.err


def test_a_token_that_could_break_a_header_never_leaves(fake: FakeDiscord, project: Project) -> None:
    done = project.register("--stage", "dev", DISCORD_BOT_TOKEN="se cret")
    assert (done.code, "se cret" in done.err) == (1, False)
    assert fake.calls() == []


@pytest.mark.parametrize(
    "arguments",
    [("--stage", "dev"), ("--stage", "dev", "--guild", "1"), ("--stage", "dev", "--endpoint", "https://a.example/")],
)
def test_no_token_is_ever_shown(fake: FakeDiscord, project: Project, arguments: tuple[str, ...]) -> None:
    done = project.register(*arguments)
    assert fake.application.token not in done.out + done.err


def test_a_server_without_the_bot_is_told_with_what_to_do(fake: FakeDiscord, project: Project) -> None:
    done = project.register("--stage", "dev", "--guild", "123456789012345678")
    assert done.code == 1
    assert "/guilds/123456789012345678/commands: Discord answered 403 Missing Access (code 50001)" in done.err
    assert "the bot is not in that server" in done.err
    assert writes(fake) == []


def test_the_public_key_of_another_application_is_told_before_anything_is_changed(
    fake: FakeDiscord, project: Project
) -> None:
    done = project.register("--stage", "dev", DISCORD_PUBLIC_KEY="ab" * 32)
    assert done.code == 1
    assert "DISCORD_PUBLIC_KEY: is not the key of Channelwright" in done.err
    assert writes(fake) == []
    assert project.register("--stage", "dev", DISCORD_PUBLIC_KEY=fake.public_key.upper()).code == 0


def test_every_fault_that_discord_finds_in_the_table_is_told_with_its_place(
    fake: FakeDiscord, project: Project
) -> None:
    project.wants({"name": "Hello", "description": ""}, {**BYE, "options": [{"type": 3, "name": "x"}]})
    done = project.register("--stage", "dev")
    assert done.code == 1
    for place in ("0.name: ", "0.description: ", "1.options.0.description: "):
        assert f"/commands: {place}" in done.err
    fake.violations.clear()  # the description forbids some of it too


def test_a_short_rate_limit_is_waited_for_and_a_long_one_is_told(fake: FakeDiscord, project: Project) -> None:
    fake.faults.on("bulk_set_application_commands", faults.rate_limited(0.3))
    assert project.register("--stage", "dev").code == 0
    project.wants(HELLO, BYE)
    fake.faults.on("bulk_set_application_commands", faults.rate_limited(3600.0))
    done = project.register("--stage", "dev")
    assert done.code == 1
    assert "Discord asks to wait for 3600" in done.err


@pytest.mark.parametrize("fault", [faults.server_error(502), faults.server_error(500, works=True)])
def test_a_server_error_is_survived(
    fake: FakeDiscord, project: Project, registered: Registered, fault: faults.Fault
) -> None:
    fake.faults.on("bulk_set_application_commands", fault)
    assert project.register("--stage", "dev").code == 0
    assert names(registered()) == ["hello"]


@pytest.mark.parametrize("fault", [faults.lost_answer(), faults.dropped()])
def test_no_answer_is_told_and_a_rerun_ends_well(
    fake: FakeDiscord, project: Project, registered: Registered, fault: faults.Fault
) -> None:
    fake.faults.on("bulk_set_application_commands", fault)
    done = project.register("--stage", "dev")
    assert (done.code, "no answer" in done.err, "a rerun repeats nothing" in done.err) == (1, True, True)
    assert project.register("--stage", "dev").code == 0
    assert names(registered()) == ["hello"]


def test_cloudflare_s_page_is_told_in_a_line(fake: FakeDiscord, project: Project) -> None:
    fake.faults.on("get_my_application", faults.cloudflare(429))
    done = project.register("--stage", "dev")
    assert (done.code, "too many calls" in done.err, "<html" in done.err.lower()) == (1, True, False)


def test_a_discord_that_is_not_there_is_told(project: Project) -> None:
    done = project.register("--stage", "dev", DISCORD_API="http://127.0.0.1:9/api/v10")
    assert (done.code, "no answer" in done.err, "ConnectionError" in done.err) == (1, True, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--stage", "prood"), "--stage prood: no such stage\n    do:    did you mean prod?"),
        (("--stage", "dev", "--guild", "my-server"), "--guild my-server: is no id"),
        (("--stage", "dev", "--endpoint", "bot.example"), "--endpoint bot.example: is no URL"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_discord_is_asked(
    fake: FakeDiscord, project: Project, arguments: tuple[str, ...], told: str
) -> None:
    done = project.register(*arguments)
    assert done.code == 1
    assert told in done.err
    assert fake.calls() == []


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("hello", "printed something else"),
        ("[]", "printed something else"),
        ('{"commands": []}', "printed something else"),
        ('{"commands": [], "permissions": "many"}', "printed something else"),
        ('{"commands": {"name": "a"}, "permissions": "0"}', "commands are no list of objects with names"),
        ('{"commands": [{"title": "a"}], "permissions": "0"}', "commands are no list of objects with names"),
    ],
)
def test_a_module_that_prints_something_else_is_refused(
    fake: FakeDiscord, project: Project, printed: str, told: str
) -> None:
    project.prints(printed)
    done = project.register("--stage", "dev")
    assert (done.code, told in done.err, printed in done.err or told.startswith("commands")) == (1, True, True)
    assert fake.calls() == []


def test_a_module_that_fails_is_told_with_its_traceback(project: Project) -> None:
    (project.folder / "hello.json").unlink()
    done = project.register("--stage", "dev")
    assert done.code == 1
    assert "FileNotFoundError" in done.err
    assert "--application: greeting.application hello.json: ended with exit code 1" in done.err


def test_wrong_usage_of_the_command_is_told_under_its_name(project: Project) -> None:
    done = project.register("--stag", "dev", "--nonsense")
    assert done.code == 2
    assert done.err.startswith("usage: python -m deploy register [-h] --stage STAGE")
