from __future__ import annotations

import itertools
from typing import Any

import pytest

from channelwright.endpoint import commands
from channelwright.endpoint.commands import TABLE, UnknownCommandError, read
from channelwright.jobs import MalformedError
from tools.fake_discord.validator.command_form import check_commands

ID = "1440000000000000007"


def option(name: str, kind: int, value: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "value": value}


def sub(name: str, *options: dict[str, Any]) -> dict[str, Any]:
    return {"name": "campaign", "options": [{"name": name, "type": 1, "options": list(options)}]}


NAME, CAMPAIGN, PLAYER = option("name", 3, "Strahd"), option("campaign", 7, ID), option("player", 6, ID)


@pytest.mark.parametrize(
    ("data", "kind", "options"),
    [
        ({"name": "add-campaign", "options": [NAME]}, "add-campaign", {"name": "Strahd"}),
        (
            {
                "name": "add-campaign",
                "options": [NAME, option("gm", 6, ID), option("template", 3, "one-shot"), option("preview", 5, True)],
            },
            "add-campaign",
            {"name": "Strahd", "gm": ID, "template": "one-shot", "preview": True},
        ),
        ({"name": "delete-campaign", "options": [CAMPAIGN]}, "delete-campaign", {"campaign": ID}),
        (sub("list"), "campaign.list", {}),
        ({"name": "campaign", "options": [{"name": "list", "type": 1}]}, "campaign.list", {}),
        (sub("add-player", CAMPAIGN, PLAYER), "campaign.add-player", {"campaign": ID, "player": ID}),
        (sub("remove-player", CAMPAIGN, PLAYER), "campaign.remove-player", {"campaign": ID, "player": ID}),
        (sub("archive", CAMPAIGN), "campaign.archive", {"campaign": ID}),
        (sub("unarchive", CAMPAIGN), "campaign.unarchive", {"campaign": ID}),
        (sub("doctor", CAMPAIGN), "campaign.doctor", {"campaign": ID}),
        (sub("doctor", CAMPAIGN, option("repair", 5, True)), "campaign.doctor", {"campaign": ID, "repair": True}),
    ],
)
def test_a_command_is_read_by_the_table_that_discord_was_given(
    data: dict[str, Any], kind: str, options: dict[str, Any]
) -> None:
    assert read(data) == (kind, options)


@pytest.mark.parametrize(
    "data",
    [
        {"name": "make-coffee"},
        {"name": "add-campaign"},
        {"name": "add-campaign", "options": [option("name", 3, 7)]},
        {"name": "add-campaign", "options": [option("name", 4, 7)]},
        {"name": "add-campaign", "options": [NAME, option("colour", 3, "red")]},
        {"name": "add-campaign", "options": [NAME, option("preview", 5, "yes")]},
        {"name": "delete-campaign", "options": [option("campaign", 7, "everything")]},
        {"name": "campaign"},
        {"name": "campaign", "options": [{"name": "burn", "type": 1}]},
        {"name": "campaign", "options": [{"name": "list"}, {"name": "list"}]},
        sub("list", NAME),
        sub("add-player", CAMPAIGN),
    ],
)
def test_what_is_not_in_the_table_is_unknown(data: dict[str, Any]) -> None:
    with pytest.raises(UnknownCommandError):
        read(data)


@pytest.mark.parametrize("options", [None, {}, "name", ["name"], [None], 7])
@pytest.mark.parametrize("name", ["add-campaign", "campaign"])
def test_options_that_are_no_list_of_objects_are_malformed(name: str, options: object) -> None:
    with pytest.raises(MalformedError):
        read({"name": name, "options": options})


@pytest.mark.parametrize("data", [{}, {"name": ["add-campaign"]}, {"name": "campaign", "options": [{"type": 1}]}])
def test_what_has_no_name_is_malformed(data: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        read(data)


def test_discord_takes_the_table() -> None:
    check_commands(list(TABLE))


def test_every_command_is_for_servers_alone_and_making_and_deleting_for_moderators() -> None:
    """Who may run which campaign, the worker decides."""
    for command in TABLE:
        assert (command["contexts"], command["integration_types"]) == ([0], [0])
        wanted = None if command["name"] == "campaign" else str(0x10 | 0x10000000)
        assert command["default_member_permissions"] == wanted


def test_campaigns_are_chosen_among_categories() -> None:
    lists = [command["options"] for command in TABLE]
    lists += [each.get("options", []) for each in itertools.chain(*lists)]
    chosen = [each for each in itertools.chain(*lists) if each["name"] == "campaign"]
    assert len(chosen) == 13
    assert all(each["channel_types"] == [commands.CATEGORY] and each["required"] for each in chosen)
