"""The table of commands: replaced as a whole, checked as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tools.fake_discord.conftest import Bot, problem
from tests.tools.fake_discord.interacting import ADD, CAMPAIGN, DELETE

if TYPE_CHECKING:
    from tools.fake_discord import FakeDiscord


def everywhere(fake: FakeDiscord) -> str:
    return f"/applications/{fake.application.id}/commands"


def here(fake: FakeDiscord) -> str:
    return f"/applications/{fake.application.id}/guilds/{fake.guild_id}/commands"


def test_a_put_replaces_the_table_and_a_name_keeps_its_id(fake: FakeDiscord, bot: Bot) -> None:
    first = bot.ask("PUT", here(fake), [ADD, DELETE]).json()
    second = bot.ask("PUT", here(fake), [{**ADD, "description": "Other"}, CAMPAIGN]).json()
    assert [each["name"] for each in second] == ["add-campaign", "campaign"]
    assert first[0]["id"] == second[0]["id"]
    assert bot.ask("GET", f"{here(fake)}?with_localizations=true").json() == second
    assert bot.ask("GET", everywhere(fake)).json() == []
    assert bot.ask("GET", f"{here(fake)}/{second[0]['id']}").json()["description"] == "Other"
    assert bot.ask("DELETE", f"{here(fake)}/{second[0]['id']}").status_code == 204
    assert [each["name"] for each in fake.world.commands[fake.guild_id]] == ["campaign"]


def option(**fields: Any) -> dict[str, Any]:
    return {"name": "o", "description": "d", "type": 3, **fields}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"name": "Add-Campaign"}, "APPLICATION_COMMAND_INVALID_NAME"),
        ({"name": "add campaign"}, "APPLICATION_COMMAND_INVALID_NAME"),
        ({"description": ""}, "BASE_TYPE_BAD_LENGTH"),
        ({"description": "x" * 101}, "BASE_TYPE_BAD_LENGTH"),
        ({"options": [option(), option(name="p", required=True)]}, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"),
        ({"options": [option(), option()]}, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"),
        ({"options": [option(), option(name="s", type=1)]}, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
        ({"options": [option(name=f"o{n}") for n in range(26)]}, "BASE_TYPE_MAX_LENGTH"),
        ({"name_localizations": {"tlh": "qawHaq"}}, "DICT_TYPE_CONVERT"),
        ({"name_localizations": {"de": "Kampagne"}}, "APPLICATION_COMMAND_INVALID_NAME"),
        ({"name_localizations": {"de": "x" * 33}}, "BASE_TYPE_BAD_LENGTH"),
        ({"description_localizations": {"de": "x" * 101}}, "BASE_TYPE_BAD_LENGTH"),
        (
            {"options": [option(name_localizations={"de": "p"}), option(name="p")]},
            "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
        ),
        (
            {"options": [option(autocomplete=True, choices=[{"name": "a", "value": "b"}])]},
            "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID",
        ),
    ],
)
@pytest.mark.violates
def test_a_command_that_discord_would_not_take_is_refused(
    fake: FakeDiscord, bot: Bot, command: dict[str, Any], code: str
) -> None:
    answer = bot.ask("PUT", here(fake), [DELETE, {"name": "c", "description": "d", **command}])
    assert problem(answer) == (400, 50035)
    assert list(answer.json()["errors"]) == ["1"]
    assert code in answer.text
    assert fake.world.commands == {}


def test_two_commands_of_one_name_are_refused(fake: FakeDiscord, bot: Bot) -> None:
    answer = bot.ask("PUT", everywhere(fake), [ADD, ADD])
    assert "APPLICATION_COMMANDS_DUPLICATE_NAME" in answer.text


def test_a_command_has_eight_thousand_characters_in_all(fake: FakeDiscord, bot: Bot) -> None:
    choices = [{"name": "n" * 100, "value": f"{number:0100}"} for number in range(20)]
    big = {**ADD, "options": [option(name=f"o{number}", choices=choices) for number in range(2)]}
    assert bot.ask("PUT", here(fake), [big]).status_code == 400
    assert bot.ask("PUT", here(fake), [{**big, "options": big["options"][:1]}]).status_code == 200


def test_only_the_own_application_has_commands(bot: Bot) -> None:
    assert problem(bot.ask("GET", "/applications/4711/commands")) == (403, 50001)
