"""What stands before every operation: Cloudflare, the version, the token, the form of a body, the record."""

from __future__ import annotations

import json

import pytest
import requests

from tests.tools.fake_discord.conftest import USER_AGENT, Bot, problem
from tools.fake_discord import FakeDiscord, Limit
from tools.fake_discord.server import faults

pytestmark = pytest.mark.violates


@pytest.mark.parametrize("agent", [None, "python-requests/2.32", "DiscordBot"])
def test_without_a_proper_user_agent_cloudflare_answers(fake: FakeDiscord, bot: Bot, agent: str | None) -> None:
    bot.headers["User-Agent"] = agent or ""
    answer = bot.ask("GET", "/users/@me")
    assert (answer.status_code, "Via" in answer.headers) == (403, False)
    assert "Error 1010" in answer.text
    assert "User-Agent" in str(fake.violations[0])


def test_only_version_ten_is_there(fake: FakeDiscord, bot: Bot) -> None:
    for base in ("/api", "/api/v9", ""):
        answer = requests.get(f"{fake.url}{base}/users/@me", headers=bot.headers, timeout=5)
        assert answer.status_code == 404
    assert len(fake.violations) == 3


def test_a_wrong_token_is_unauthorized(fake: FakeDiscord, bot: Bot) -> None:
    for token in ("Bot nonsense", fake.application.token, ""):
        bot.headers["Authorization"] = token
        answer = bot.ask("GET", f"/guilds/{fake.guild_id}/roles")
        assert answer.json() == {"message": "401: Unauthorized", "code": 0}
        assert answer.status_code == 401


def test_the_bot_token_is_not_for_interaction_routes(fake: FakeDiscord, bot: Bot) -> None:
    path = f"{fake.api}/webhooks/{fake.application.id}/tok/messages/@original"
    requests.get(path, headers=bot.headers, timeout=5)
    assert [each.where for each in fake.violations] == ["Authorization"]


def test_a_body_is_json_and_says_so(fake: FakeDiscord, bot: Bot) -> None:
    path = f"{fake.api}/guilds/{fake.guild_id}/roles"
    form = requests.post(path, headers=bot.headers, data={"name": "x"}, timeout=5)
    assert problem(form) == (400, 50035)
    headers = bot.headers | {"Content-Type": "application/json"}
    assert problem(requests.post(path, headers=headers, data="{", timeout=5)) == (400, 50109)


def test_a_body_of_the_wrong_shape_is_refused_as_a_whole(bot: Bot) -> None:
    answer = bot.ask("POST", f"/guilds/{bot.fake.guild_id}/channels", ["name"])
    assert [each["code"] for each in answer.json()["errors"]["_errors"]] == ["MODEL_TYPE_CONVERT"]


def test_an_unknown_path_or_method_is_a_violation(fake: FakeDiscord, bot: Bot) -> None:
    assert bot.ask("GET", "/guilds/1/nonsense").status_code == 404
    assert bot.ask("PATCH", "/users/@me", {}).status_code == 405
    assert len(fake.violations) == 2


def test_what_the_official_description_does_not_know_is_a_violation(fake: FakeDiscord, bot: Bot) -> None:
    if not fake.checks_openapi:
        pytest.skip("the official description is not at hand")
    assert bot.create_channel(tpoic="typo", parent_id=12, user_limit=-1).status_code == 400
    found = {(each.operation, each.where) for each in fake.violations}
    assert {operation for operation, _ in found} == {"create_guild_channel"}
    assert {where for _, where in found} == {"body", "parent_id", "user_limit"}
    assert bot.ask("GET", f"/guilds/{fake.guild_id}/channels?limit=5").status_code == 200
    assert "?limit" in [each.where for each in fake.violations]


def test_permissions_may_be_strings_as_documented(fake: FakeDiscord, bot: Bot) -> None:
    bot.made_channel(permission_overwrites=[{"id": fake.gm.id, "type": 1, "allow": "1024", "deny": "0"}])
    assert fake.violations == []


def test_ten_thousand_invalid_calls_bring_the_ban(fake: FakeDiscord, bot: Bot) -> None:
    fake.limits.invalid = Limit(5, 600)
    bot.headers["Authorization"] = "Bot revoked"
    assert [bot.ask("GET", "/users/@me").status_code for _ in range(3)] == [401] * 3
    fake.faults.on("*", faults.refused(50001), times=2)
    assert [bot.ask("GET", "/users/@me").status_code for _ in range(4)] == [403, 403, 429, 429]
    answer = bot.ask("GET", "/users/@me")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Via" not in answer.headers
    fake.clock.advance(3601)
    assert bot.ask("GET", "/users/@me").status_code == 401


def test_every_exchange_is_recorded_without_secrets(fake: FakeDiscord, bot: Bot) -> None:
    bot.create_role(name="Players", permissions="0")
    secret = "aW50ZXJhY3Rpb24secret"
    bot.ask("PATCH", f"/webhooks/{fake.application.id}/{secret}/messages/@original", {"content": "x"})
    first, second = fake.calls()
    assert (first.method, first.operation, first.status, first.code) == ("POST", "create_guild_role", 200, None)
    assert first.asked == {"name": "Players", "permissions": "0"}
    assert first.ms > 0
    assert second.code == 50027
    kept = json.dumps([vars(each) for each in fake.exchanges])
    assert secret not in kept
    assert fake.application.token not in kept


def test_it_listens_on_loopback_only(fake: FakeDiscord) -> None:
    assert fake.url.startswith("http://127.0.0.1:")


def test_the_user_agent_of_the_tests_is_one_that_discord_takes(bot: Bot) -> None:
    assert bot.headers["User-Agent"] == USER_AGENT
    assert bot.ask("GET", "/users/@me").headers["Via"] == "1.1 google"
