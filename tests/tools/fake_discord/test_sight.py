"""The matrix of who sees what, over the overwrites that a campaign gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.fake_discord import CATEGORY, FORUM, VOICE, FakeDiscord, Sight

if TYPE_CHECKING:
    from tests.tools.fake_discord.conftest import Bot

VIEW, KEY = "1024", str(1 << 10 | 1 << 4 | 1 << 20)
WRITES, READS, HIDDEN = Sight.WRITES, Sight.READS, Sight.HIDDEN


def rights(fake: FakeDiscord, role: str, *, players: bool) -> list[dict[str, Any]]:
    return [
        {"id": fake.guild_id, "type": 0, "allow": "0", "deny": VIEW},
        {"id": role, "type": 0, "allow": VIEW if players else "0", "deny": "0" if players else VIEW},
        {"id": fake.gm.id, "type": 1, "allow": VIEW, "deny": "0"},
        {"id": fake.bot.id, "type": 1, "allow": KEY, "deny": "0"},
    ]


def campaign(fake: FakeDiscord, bot: Bot) -> None:
    role = bot.create_role(name="Curse of Strahd Members", permissions="0").json()["id"]
    fake.give_role(fake.player, role)
    fake.give_role(fake.gm, role)
    parent = bot.made_channel("Strahd", type=CATEGORY, permission_overwrites=rights(fake, role, players=True))["id"]
    bot.made_channel("general-discussion", parent_id=parent)
    bot.made_channel("campaign-main", type=VOICE, parent_id=parent)
    secret = rights(fake, role, players=False)
    bot.made_channel("gm-notes", parent_id=parent, permission_overwrites=secret)
    bot.made_channel("gm-planning", type=FORUM, parent_id=parent, permission_overwrites=secret)


def test_the_matrix_of_a_campaign(fake: FakeDiscord, bot: Bot) -> None:
    campaign(fake, bot)
    seen = {name: by for name, by in fake.matrix().items() if name.startswith("Strahd")}
    assert list(seen) == [
        "Strahd",
        "Strahd/general-discussion",
        "Strahd/gm-notes",
        "Strahd/gm-planning",
        "Strahd/campaign-main",
    ]
    shared = {"owner": WRITES, "admin": WRITES, "gm": WRITES, "player": WRITES, "stranger": HIDDEN}
    for name in ("general-discussion", "campaign-main"):
        assert seen[f"Strahd/{name}"] == {**shared, "Channelwright": WRITES}
    for name in ("gm-notes", "gm-planning"):
        assert seen[f"Strahd/{name}"] == {**shared, "player": HIDDEN, "Channelwright": WRITES}
    assert seen["Strahd"]["player"] is READS
    assert fake.who_sees("gm-notes")["player"] is False


def test_the_tree_is_what_one_member_sees(fake: FakeDiscord, bot: Bot) -> None:
    campaign(fake, bot)
    assert fake.tree(fake.player)[-3:] == [
        "Strahd (category, private)",
        "  general-discussion (text, private)",
        "  campaign-main (voice, private)",
    ]
    assert not any("Strahd" in line for line in fake.tree(fake.stranger))


def test_the_snapshot_is_plain_json(fake: FakeDiscord, bot: Bot) -> None:
    import json

    campaign(fake, bot)
    shot = json.loads(json.dumps(fake.snapshot()))
    notes = next(each for each in shot["channels"] if each["name"] == "gm-notes")
    assert (notes["sight"]["player"], notes["sight"]["gm"], notes["private"]) == ("hidden", "writes", True)
    assert shot["roles"][0]["name"] == "Admins"
