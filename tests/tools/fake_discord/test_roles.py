"""Roles: where new ones go, what they may hold, and who may touch them."""

from __future__ import annotations

from typing import Any

from tests.tools.fake_discord.conftest import Bot, problem
from tools.fake_discord import FakeDiscord, Permission, Role


def test_a_new_role_goes_to_the_bottom_and_copies_everyones_permissions(fake: FakeDiscord, bot: Bot) -> None:
    before = {role.name: role.position for role in fake.roles}
    made = bot.create_role(name="Players").json()
    assert made["position"] == 1
    assert made["permissions"] == str(fake.role("@everyone").permissions)
    after = {role.name: role.position for role in fake.roles if role.name != "Players"}
    assert after == {name: place + (name != "@everyone") for name, place in before.items()}


def test_a_role_can_be_made_without_any_permission(bot: Bot) -> None:
    made = bot.create_role(name="Members", permissions="0", mentionable=True, colors={"primary_color": 7}).json()
    assert (made["permissions"], made["mentionable"], made["color"]) == ("0", True, 7)


def test_a_role_cannot_hold_what_the_bot_does_not(bot: Bot) -> None:
    assert problem(bot.create_role(permissions=str(int(Permission.BAN_MEMBERS)))) == (403, 50013)


def test_a_guild_is_full_with_two_hundred_and_fifty_roles(fake: FakeDiscord, bot: Bot) -> None:
    def fill(guild: Any) -> Any:
        for number in range(250 - len(guild.roles)):
            guild = guild.with_role(Role(str(number + 1), "r"))
        return guild

    fake.change(fill)
    assert problem(bot.create_role()) == (400, 30005)


def test_roles_are_given_and_taken_below_the_bots_own(fake: FakeDiscord, bot: Bot) -> None:
    role = bot.create_role(name="Players", permissions="0").json()["id"]
    path = f"/guilds/{fake.guild_id}/members/{fake.player.id}/roles/"
    assert bot.ask("PUT", path + role).status_code == 204
    assert role in fake.player.member.roles
    assert bot.ask("DELETE", path + role).status_code == 204
    assert role not in fake.player.member.roles
    assert problem(bot.ask("PUT", path + fake.role("Admins").id)) == (403, 50013)
    assert problem(bot.ask("PUT", path + fake.role("Channelwright").id)) == (400, 50028)
    assert problem(bot.ask("PUT", path + "4711")) == (404, 10011)
    assert problem(bot.ask("PUT", f"/guilds/{fake.guild_id}/members/4711/roles/{role}")) == (404, 10013)


def test_a_deleted_role_leaves_no_overwrite_and_no_holder(fake: FakeDiscord, bot: Bot) -> None:
    role = bot.create_role(name="Players", permissions="0").json()["id"]
    bot.made_channel("c", permission_overwrites=[{"id": role, "type": 0, "allow": "1024"}])
    fake.give_role(fake.player, role)
    assert bot.ask("DELETE", f"/guilds/{fake.guild_id}/roles/{role}").status_code == 204
    assert fake.channel("c").overwrites == ()
    assert role not in fake.player.member.roles
    assert problem(bot.ask("DELETE", f"/guilds/{fake.guild_id}/roles/{role}")) == (404, 10011)


def test_a_role_above_the_bots_cannot_be_changed(fake: FakeDiscord, bot: Bot) -> None:
    path = f"/guilds/{fake.guild_id}/roles/"
    assert problem(bot.ask("PATCH", path + fake.role("Admins").id, {"name": "x"})) == (403, 50013)
    assert bot.ask("PATCH", path + fake.role("Game Masters").id, {"name": "GMs"}).json()["name"] == "GMs"


def test_without_manage_roles_there_is_no_role_to_be_made(fake: FakeDiscord, bot: Bot) -> None:
    fake.set_role_permissions("Channelwright", Permission.MANAGE_CHANNELS)
    assert problem(bot.create_role()) == (403, 50013)
    assert bot.create_channel().status_code == 201


def test_a_bot_that_was_removed_has_no_guild(fake: FakeDiscord, bot: Bot) -> None:
    fake.change(lambda guild: guild.without_member(fake.bot.id))
    assert problem(bot.ask("GET", f"/guilds/{fake.guild_id}/channels")) == (403, 50001)
    assert problem(bot.ask("GET", "/guilds/4711/roles")) == (404, 10004)
    assert "Channelwright" not in [role.name for role in fake.roles]
    assert bot.ask("GET", "/users/@me").status_code == 200


def test_guild_and_members_are_as_described(fake: FakeDiscord, bot: Bot) -> None:
    guild = bot.ask("GET", f"/guilds/{fake.guild_id}").json()
    assert (guild["owner_id"], guild["features"], guild["mfa_level"]) == (fake.owner.id, [], 0)
    member = bot.ask("GET", f"/guilds/{fake.guild_id}/members/{fake.gm.id}").json()
    assert (member["user"]["username"], member["roles"]) == ("gm", [fake.role("Game Masters").id])
    assert bot.ask("GET", "/users/@me").json()["id"] == fake.bot.id != fake.application.id
