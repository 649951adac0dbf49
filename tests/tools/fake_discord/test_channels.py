"""Channels: who may make, change, see and delete them, and what Discord makes of what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tools.fake_discord.conftest import Bot, problem
from tools.fake_discord import CATEGORY, FORUM, TEXT, VOICE, Channel, FakeDiscord, Opening, Permission
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from collections.abc import Callable

VIEW, MANAGE, CONNECT = Permission.VIEW_CHANNEL, Permission.MANAGE_CHANNELS, Permission.CONNECT
KEY = VIEW | MANAGE | CONNECT


def private(fake: FakeDiscord, *, bot: int = KEY) -> list[dict[str, Any]]:
    return [
        {"id": fake.guild_id, "type": 0, "allow": "0", "deny": str(int(VIEW))},
        {"id": fake.bot.id, "type": 1, "allow": str(int(bot)), "deny": "0"},
    ]


def test_a_channel_is_created_where_and_as_asked(fake: FakeDiscord, bot: Bot) -> None:
    category = bot.made_channel("Curse of Strahd", type=CATEGORY, permission_overwrites=private(fake))
    made = bot.made_channel("session-zero", topic="Expectations", parent_id=category["id"])
    assert made["permission_overwrites"] == category["permission_overwrites"]
    assert fake.channel("session-zero") == Channel(
        id=made["id"],
        type=TEXT,
        name="session-zero",
        position=3,
        parent_id=category["id"],
        topic="Expectations",
        overwrites=fake.channel("Curse of Strahd").overwrites,
    )


@pytest.mark.parametrize(
    ("sent", "kind", "stored"),
    [
        ("Joey's Cool Channel", TEXT, "joeys-cool-channel"),
        ("  Maps & Visuals!  ", TEXT, "maps-visuals"),
        ("Größe 漢字_1", FORUM, "größe-漢字_1"),
        (" Main Table! ", VOICE, "Main Table!"),
        ("Curse of Strahd", CATEGORY, "Curse of Strahd"),
    ],
)
def test_names_are_rewritten_where_discord_rewrites_them(bot: Bot, sent: str, kind: int, stored: str) -> None:
    assert bot.made_channel(sent, type=kind)["name"] == stored


@pytest.mark.violates
def test_every_fault_of_a_form_is_in_the_tree_at_once(bot: Bot) -> None:
    answer = bot.create_channel("x" * 101, topic="y" * 1025, parent_id="12", permission_overwrites=[{"id": "x"}])
    assert problem(answer) == (400, 50035)
    assert answer.json()["message"] == "Invalid Form Body"
    errors = answer.json()["errors"]
    assert errors["name"]["_errors"][0]["code"] == "BASE_TYPE_BAD_LENGTH"
    assert errors["topic"]["_errors"][0]["message"] == "Must be 1024 or fewer in length."
    assert errors["parent_id"]["_errors"][0]["code"] == "CHANNEL_PARENT_INVALID"
    assert errors["permission_overwrites"]["0"]["id"]["_errors"][0]["code"] == "NUMBER_TYPE_COERCE"


@pytest.mark.violates
def test_a_forum_takes_guidelines_of_4096_characters(bot: Bot) -> None:
    assert len(bot.made_channel("lore", type=FORUM, topic="x" * 4096)["topic"]) == 4096
    assert problem(bot.create_channel("lore", type=FORUM, topic="x" * 4097)) == (400, 50035)


@pytest.mark.parametrize(("forums", "code"), [("50024", 50024), ("50035", 50035)])
def test_a_server_without_forums_refuses_them(stage: Callable[..., FakeDiscord], forums: str, code: int) -> None:
    bot = Bot(stage(Opening(forums=forums)))
    assert problem(bot.create_channel("lore", type=FORUM)) == (400, code)
    assert bot.create_channel("lore").status_code == 201


def test_announcements_and_stages_are_for_communities(stage: Callable[..., FakeDiscord]) -> None:
    plain, community = Bot(stage()), Bot(stage(Opening(community=True)))
    news = plain.create_channel("news", type=5)
    assert news.json()["errors"]["type"]["_errors"][0]["code"] == "BASE_TYPE_CHOICES"
    assert problem(plain.create_channel("hall", type=13)) == (400, 50024)
    assert [community.create_channel(f"c{kind}", type=kind).status_code for kind in (5, 13)] == [201, 201]


def test_a_category_is_full_with_fifty_channels(bot: Bot) -> None:
    category = bot.made_channel("Full", type=CATEGORY)["id"]
    for number in range(50):
        bot.fake.clock.advance(1)
        bot.made_channel(f"c{number}", parent_id=category)
    answer = bot.create_channel("one-more", parent_id=category)
    assert answer.json()["errors"]["parent_id"]["_errors"][0]["code"] == "CHANNEL_PARENT_MAX_CHANNELS"


def test_a_guild_is_full_with_five_hundred_channels(fake: FakeDiscord, bot: Bot) -> None:
    def fill(guild: Any) -> Any:
        for number in range(500 - len(guild.channels)):
            guild = guild.with_channel(Channel(str(number + 1), TEXT, f"c{number}"))
        return guild

    fake.change(fill)
    assert problem(bot.create_channel()) == (400, 30013)


def test_bits_that_the_bot_lacks_cannot_be_given_at_creation(fake: FakeDiscord, bot: Bot) -> None:
    beyond = private(fake, bot=KEY | Permission.MANAGE_WEBHOOKS)
    assert problem(bot.create_channel(permission_overwrites=beyond)) == (403, 50013)
    assert problem(bot.create_channel(permission_overwrites=private(fake, bot=KEY | Permission.MANAGE_ROLES))) == (
        403,
        50013,
    )
    assert bot.create_channel(permission_overwrites=private(fake)).status_code == 201


def test_an_administrator_bot_may_give_anything(fake: FakeDiscord, bot: Bot) -> None:
    fake.set_role_permissions("Channelwright", Permission.ADMINISTRATOR)
    assert bot.create_channel(permission_overwrites=private(fake, bot=Permission.MANAGE_ROLES)).status_code == 201


def test_a_bot_that_shut_itself_out_can_neither_see_nor_use_its_category(fake: FakeDiscord, bot: Bot) -> None:
    shut = [{"id": fake.guild_id, "type": 0, "deny": "1024"}]
    category = bot.made_channel("Shut", type=CATEGORY, permission_overwrites=shut)["id"]
    assert "Shut" not in bot.list_channels()
    assert problem(bot.ask("GET", f"/channels/{category}")) == (403, 50001)
    assert problem(bot.ask("DELETE", f"/channels/{category}")) == (403, 50001)
    assert problem(bot.create_channel("inside", parent_id=category)) == (403, 50013)


def test_a_category_is_listed_when_one_of_its_channels_can_be_seen(fake: FakeDiscord, bot: Bot) -> None:
    category = bot.made_channel("Half", type=CATEGORY)["id"]
    bot.made_channel("open", parent_id=category, permission_overwrites=private(fake))
    shut = {"type": 0, "allow": "0", "deny": "1024"}
    bot.ask("PUT", f"/channels/{category}/permissions/{fake.guild_id}", shut)
    assert {"Half", "open"} <= set(bot.list_channels())
    assert problem(bot.ask("GET", f"/channels/{category}")) == (403, 50001)


def test_a_voice_channel_without_connect_is_out_of_reach(fake: FakeDiscord, bot: Bot) -> None:
    voice = bot.made_channel("table", type=VOICE)["id"]
    deny = {"type": 0, "allow": "0", "deny": str(int(CONNECT))}
    assert bot.ask("PUT", f"/channels/{voice}/permissions/{fake.guild_id}", deny).status_code == 204
    assert "table" in bot.list_channels()
    assert problem(bot.ask("DELETE", f"/channels/{voice}")) == (403, 50001)


def test_deleting_a_category_orphans_its_channels(fake: FakeDiscord, bot: Bot) -> None:
    category = bot.made_channel("Doomed", type=CATEGORY)["id"]
    bot.made_channel("survivor", parent_id=category)
    assert bot.ask("DELETE", f"/channels/{category}").json()["name"] == "Doomed"
    assert fake.channel("survivor").parent_id is None
    assert problem(bot.ask("DELETE", f"/channels/{category}")) == (404, 10003)


def test_a_community_keeps_its_rules_channel(stage: Callable[..., FakeDiscord]) -> None:
    fake = stage(Opening(community=True))
    assert problem(Bot(fake).ask("DELETE", f"/channels/{fake.channel('rules').id}")) == (400, 50074)


def test_channels_synced_with_a_category_follow_its_overwrites(fake: FakeDiscord, bot: Bot) -> None:
    category = bot.made_channel("C", type=CATEGORY, permission_overwrites=private(fake))["id"]
    bot.made_channel("follows", parent_id=category)
    bot.made_channel("apart", parent_id=category, permission_overwrites=private(fake)[1:])
    member = {"type": 1, "allow": "1024", "deny": "0"}
    bot.ask("PUT", f"/channels/{category}/permissions/{fake.player.id}", member)
    assert fake.player.sees("follows")
    assert fake.player.id not in [each.id for each in fake.channel("apart").overwrites]


def test_an_overwrite_goes_by_the_rights_in_the_parent(fake: FakeDiscord, bot: Bot) -> None:
    hush = [*private(fake), {"id": fake.role("Channelwright").id, "type": 0, "deny": str(1 << 11)}]
    category = bot.made_channel("Archive", type=CATEGORY, permission_overwrites=hush)["id"]
    child = bot.made_channel("old", parent_id=category)["id"]
    speak = {"type": 1, "allow": str(1 << 11), "deny": "0"}
    assert problem(bot.ask("PUT", f"/channels/{child}/permissions/{fake.gm.id}", speak)) == (403, 50013)
    assert bot.ask("PUT", f"/channels/{category}/permissions/{fake.gm.id}", speak).status_code == 204


def test_overwrites_name_roles_and_users_that_exist(bot: Bot) -> None:
    for kind, code in ((0, 10011), (1, 10013)):
        nobody = [{"id": "4711", "type": kind, "allow": "1024"}]
        assert problem(bot.create_channel(permission_overwrites=nobody)) == (404, code)


def test_two_factors_are_asked_of_the_bots_owner(fake: FakeDiscord, bot: Bot) -> None:
    from dataclasses import replace

    fake.change(lambda guild: replace(guild, mfa_level=1))
    fake.application.owner_has_2fa = False
    assert problem(bot.create_channel()) == (403, 60003)


def test_a_list_lags_behind_and_catches_up(fake: FakeDiscord, bot: Bot) -> None:
    fake.world.lag = 4
    fake.clock.advance(10)
    made = bot.made_channel("late")["id"]
    assert "late" not in bot.list_channels()
    assert bot.ask("GET", f"/channels/{made}").status_code == 200
    fake.clock.advance(4)
    assert "late" in bot.list_channels()
    bot.ask("DELETE", f"/channels/{made}")
    assert "late" in bot.list_channels()


def test_a_third_rename_within_ten_minutes_meets_a_hidden_limit(fake: FakeDiscord, bot: Bot) -> None:
    made = bot.made_channel()["id"]
    answers = [bot.ask("PATCH", f"/channels/{made}", {"name": f"name-{number}"}) for number in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert int(answers[2].headers["X-RateLimit-Remaining"]) > 0
    assert answers[2].json()["retry_after"] > 200
    assert bot.ask("PATCH", f"/channels/{made}", {"nsfw": True}).status_code == 200
    assert fake.channel(made).name == "name-1"


def test_an_overwrite_can_be_acknowledged_and_lost(fake: FakeDiscord, bot: Bot) -> None:
    made = bot.made_channel()["id"]
    fake.faults.on("set_channel_permission_overwrite", faults.pretended())
    body = {"type": 1, "allow": "1024", "deny": "0"}
    assert bot.ask("PUT", f"/channels/{made}/permissions/{fake.gm.id}", body).status_code == 204
    assert fake.channel(made).overwrites == ()


def test_at_most_one_channel_changes_its_parent_at_a_time(fake: FakeDiscord, bot: Bot) -> None:
    parent = bot.made_channel("C", type=CATEGORY, permission_overwrites=private(fake))["id"]
    one, two = bot.made_channel("one")["id"], bot.made_channel("two")["id"]
    path = f"/guilds/{fake.guild_id}/channels"
    both = [{"id": each, "parent_id": parent} for each in (one, two)]
    assert problem(bot.ask("PATCH", path, both)) == (400, 40009)
    move = [{"id": one, "parent_id": parent, "lock_permissions": True}]
    assert bot.ask("PATCH", path, move).status_code == 204
    assert fake.channel("one").overwrites == fake.channel("C").overwrites
    assert not fake.stranger.sees("one")


def test_the_reason_is_in_the_audit_log(fake: FakeDiscord, bot: Bot) -> None:
    bot.headers["X-Audit-Log-Reason"] = "Channelwright%3A /add-campaign by gr%C3%BCn"
    made = bot.made_channel()["id"]
    entry = fake.world.audit_log[-1]
    assert (entry.operation, entry.target_id) == ("create_guild_channel", made)
    assert entry.reason == "Channelwright: /add-campaign by grün"
    bot.headers["X-Audit-Log-Reason"] = "x" * 513
    assert problem(bot.create_channel()) == (400, 50035)
