"""docs/reference: made from the schema, the parser and the calls, and never behind them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from channelwright.endpoint.commands import TABLE
from tools.reference import bot, commands, configuration, markdown, permissions, schema_text
from tools.reference.calls import Sources
from tools.reference.pages import PROJECT, pages, stale

SCHEMA = json.loads((PROJECT / configuration.SCHEMA).read_text(encoding="utf-8"))


def test_the_pages_are_what_would_be_made_now() -> None:
    assert stale() == [], "run `python -m tools.reference`"


def test_a_page_that_was_changed_by_hand_or_that_nothing_makes_any_more_is_behind(tmp_path: Path) -> None:
    for name in ("config", "deploy", "docs", "src", "tools"):
        (tmp_path / name).symlink_to(PROJECT / name)
    assert stale(tmp_path) == []
    (tmp_path / "docs").unlink()
    for path, text in pages(tmp_path).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    changed, left = Path("docs/reference/commands.md"), Path("docs/reference/gone.md")
    (tmp_path / changed).write_text("by hand", encoding="utf-8")
    (tmp_path / left).write_text(markdown.made("what is no more"), encoding="utf-8")
    (tmp_path / "docs/reference/own.md").write_text("# Written by a person\n", encoding="utf-8")
    assert stale(tmp_path) == [changed, left]


def test_every_key_of_the_configuration_has_a_section_with_what_it_means() -> None:
    text = configuration.page(PROJECT)
    found = list(schema_text.keys(SCHEMA))
    assert {"layers.NAME.trim.exclude", "stages.NAME.parameters.NAME.env", "scan.ignore[].until"} <= {
        key.path for key in found
    }
    for key in found:
        assert f"# `{key.path}`\n" in text


def test_every_option_of_every_command_is_on_the_page() -> None:
    text = commands.page()
    parser = commands.parser()
    (subparsers,) = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    for name, command in subparsers.choices.items():
        section = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        for option, action in command._option_string_actions.items():
            if option not in {"-h", "--help"} and action.help != argparse.SUPPRESS:
                assert option in section, f"{name} {option}"


def test_every_command_that_discord_is_told_is_on_the_bot_s_page() -> None:
    text = bot.page(PROJECT)
    for command in TABLE:
        names = [
            command["name"],
            *(f"{command['name']} {each['name']}" for each in command["options"] if each["type"] == 1),
        ]
        assert all(f"/{name}" in text for name in names)
    assert "Manage Channels" in text
    assert "`/add-campaign name [gm]" in text


@pytest.fixture(scope="module")
def reachable() -> dict[str, frozenset[str]]:
    return permissions.reachable(PROJECT)


def test_what_was_recorded_of_a_command_is_what_its_code_can_lead_to(reachable: dict[str, frozenset[str]]) -> None:
    for command, actions in permissions.by_command().items():
        assert actions <= reachable[command.split()[0]], command


def test_no_call_is_in_the_code_that_no_command_was_recorded_with(reachable: dict[str, frozenset[str]]) -> None:
    commands = permissions.by_command()
    assert frozenset[str]().union(*(reachable[name.split()[0]] for name in commands)) == frozenset[str]().union(
        *commands.values()
    )


def test_what_a_command_can_reach_is_found_through_modules_methods_and_classes(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy/door.py").write_text(
        "class Door:\n    def __enter__(self):\n        with asking('a:Enter', ''): pass\n"
        "    def knock(self):\n        with asking('a:Knock', ''): pass\n"
        "def unused():\n    with asking('a:Unused', ''): pass\n"
    )
    (tmp_path / "deploy/other.py").write_text(
        "class Far:\n    def knock(self):\n        with asking('a:Far', ''): pass\n"
    )
    (tmp_path / "deploy/run.py").write_text(
        "def run():\n    from deploy import door\n    with door.Door() as opened:\n        _go(opened)\n"
        "def _go(opened):\n    opened.knock()\n"
    )
    assert Sources(tmp_path).actions(("deploy.run", "run")) == {"a:Enter", "a:Knock"}


def test_every_action_that_a_command_asks_for_has_its_resource_in_the_shipped_role() -> None:
    allowed = {action for action, _ in permissions.allowed((PROJECT / permissions.ROLE).read_text(encoding="utf-8"))}
    wanted = frozenset[str]().union(*permissions.by_command().values())
    assert wanted - allowed == set()


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": ["string", "null"]}, "text, or nothing"),
        (
            {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
            "a mapping from each NAME to a whole number from 1",
        ),
        ({"type": "object", "properties": {}, "additionalProperties": False}, "an empty mapping"),
        ({"$ref": "#/$defs/few"}, "one of `1`, `two`"),
        ({}, "anything"),
    ],
)
def test_a_schema_is_said_in_words(schema: dict[str, object], said: str) -> None:
    assert schema_text.kind({"$defs": {"few": {"enum": [1, "two"]}}}, schema) == said


def test_a_docstring_keeps_its_examples_as_they_stand() -> None:
    assert list(markdown.prose("Takes `x`, as in\n\n    a  *b*\nand more <of> it\n")) == [
        "Takes `x`, as in",
        "```text\na  *b*\n```",
        r"and more \<of\> it",
    ]
