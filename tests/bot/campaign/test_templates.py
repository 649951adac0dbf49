from __future__ import annotations

from pathlib import Path

import pytest

from channelwright.campaign.template_rules import DEFAULT
from channelwright.campaign.templates import PlannedChannel, TemplateError, load

SHIPPED = Path(__file__).parents[3] / "config/campaign_channels.yaml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "campaign_channels.yaml"


KEYS = "name, type, players, description, slowmode, age_restricted, tags, user_limit, message"


def refusal(file: Path, text: str) -> list[str]:
    file.write_text(text)
    with pytest.raises(TemplateError) as refused:
        load(file)
    return [line.removeprefix(f"{file}: ") for line in str(refused.value).splitlines()]


def test_the_channels_that_ship_are_the_eleven_in_their_order() -> None:
    assert [(each.name, each.type, each.gm_only) for each in load(SHIPPED)[DEFAULT]] == [
        ("general-discussion", "text", False),
        ("session-recaps", "text", False),
        ("gm-notes", "text", True),
        ("campaign-main", "voice", False),
        ("characters-and-npcs", "forum", False),
        ("campaign-lore", "forum", False),
        ("gm-planning", "forum", True),
        ("maps-and-visuals", "text", False),
        ("session-zero", "text", False),
        ("safety", "text", False),
        ("dice-rolls", "text", False),
    ]


def test_every_template_that_ships_has_a_voice_channel_a_gm_only_one_and_says_what_each_is_for() -> None:
    shipped = load(SHIPPED)
    assert list(shipped) == [DEFAULT, "one-shot", "west-marches"]
    for channels in shipped.values():
        assert all(each.description for each in channels)
        assert {"voice", "text"} <= {each.type for each in channels}
        assert any(each.gm_only for each in channels)


def test_what_is_left_out_has_its_default(file: Path) -> None:
    file.write_text("channels: [{name: lore, type: text}]")
    assert load(file) == {DEFAULT: (PlannedChannel(name="lore", type="text", players="write", description=""),)}


@pytest.mark.parametrize("count", [1, 2, 50])
def test_a_template_of_forums_alone_has_no_place_for_the_bot_s_note(file: Path, count: int) -> None:
    forums = [f"{{name: lore-{at}, type: forum}}" for at in range(count)]
    faults = refusal(
        file, f"channels: [{{name: a, type: text}}]\ntemplates: {{lore: {{channels: [{', '.join(forums)}]}}}}"
    )
    assert faults == [
        "templates.lore.channels: needs a channel that is no forum: a campaign keeps the bot's note in a message"
    ]


def test_a_template_stands_beside_the_default_under_its_name(file: Path) -> None:
    file.write_text("""
channels: [{name: lore, type: text}]
templates: {duel: {channels: [{name: Table, type: voice, gm_only: true}]}}
""")
    assert load(file)["duel"] == (PlannedChannel(name="Table", type="voice", players="none"),)


def test_every_fault_is_told_at_once_with_its_place(file: Path) -> None:
    faults = refusal(
        file,
        f"""
        channels:
          - {{name: lore, type: forum}}
          - {{name: "", type: text, colour: blue}}
          - lore
          - {{type: [text], gm_only: "yes"}}
          - {{name: {"x" * 101}, type: category, description: {"x" * 1025}}}
          - {{name: LORE, type: text}}
          - {{name: lore, type: voice}}
          - {{name: rules, type: forum, description: {"x" * 4097}}}
        chanels: []
        templates:
          default: {{channels: [{{name: a, type: text}}]}}
          "One Shot": {{channel: []}}
          duel: []
        """,
    )
    assert faults == [
        "chanels: is unknown; use channels, templates",
        f"channels.1.colour: is unknown; use {KEYS}",
        "channels.1.name: needs 1 to 100 characters",
        "channels.2: is not keys and values",
        "channels.3.type: needs text",
        "channels.3.gm_only: needs true or false",
        "channels.3.name: needs 1 to 100 characters",
        "channels.3.type: needs one of text, voice, announcement, stage, forum",
        "channels.4.name: needs 1 to 100 characters",
        "channels.4.type: needs one of text, voice, announcement, stage, forum",
        "channels.4.description: takes at most 1024 characters",
        "channels.5.name: is the name of channels.0 already",
        "channels.7.description: takes at most 4096 characters",
        "templates.default: a template's name has at most 20 of a-z, 0-9 and -, and is not default",
        "templates.One Shot: a template's name has at most 20 of a-z, 0-9 and -, and is not default",
        "templates.One Shot.channel: is unknown; use channels",
        "templates.One Shot.channels: needs a list of 1 to 50 channels",
        "templates.duel: is not keys and values",
    ]


@pytest.mark.parametrize("text", ["", "[]", "channels:", "channels: []", "channels: {a: b}", "channels: 7"])
def test_a_file_without_channels_is_refused_and_nothing_takes_their_place(file: Path, text: str) -> None:
    wanted = "is not keys and values" if not text.strip("[]") else "needs a list of 1 to 50 channels"
    assert [each.split(": ")[-1] for each in refusal(file, text)] == [wanted]


def test_more_channels_than_a_category_holds_are_refused(file: Path) -> None:
    channels = "".join(f"- {{name: c{at}, type: text}}\n" for at in range(51))
    assert refusal(file, f"channels:\n{channels}") == ["channels: needs a list of 1 to 50 channels"]


@pytest.mark.parametrize("templates", ["", "[]", "7"])
def test_templates_that_have_no_names_are_refused(file: Path, templates: str) -> None:
    text = f"channels: [{{name: a, type: text}}]\ntemplates: {templates}"
    assert refusal(file, text) == ["templates: needs at most 24 templates by name"]


def test_more_templates_than_a_command_can_offer_are_refused(file: Path) -> None:
    text = "channels: &a [{name: a, type: text}]\ntemplates:\n" + "".join(
        f"  t{at}: {{channels: *a}}\n" for at in range(25)
    )
    assert refusal(file, text) == ["templates: needs at most 24 templates by name"]


@pytest.mark.parametrize("text", ["channels: [", "a: b: c", "!!python/object:os.system {}", "\x07"])
def test_what_is_not_plain_yaml_is_refused(file: Path, text: str) -> None:
    assert refusal(file, text)


def test_an_absent_file_stays_an_error(file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(file)
