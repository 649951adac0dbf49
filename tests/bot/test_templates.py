from __future__ import annotations

from pathlib import Path

import pytest

from channelwright.templates import Channel, TemplateError, load

SHIPPED = Path(__file__).parents[2] / "config/campaign_channels.yaml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "campaign_channels.yaml"


def refusal(file: Path, text: str) -> list[str]:
    file.write_text(text)
    with pytest.raises(TemplateError) as refused:
        load(file)
    return [line.removeprefix(f"{file}: ") for line in str(refused.value).splitlines()]


def test_the_channels_that_ship_are_the_eleven_in_their_order() -> None:
    assert [(each.name, each.type, each.gm_only) for each in load(SHIPPED)] == [
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
    assert all(each.description for each in load(SHIPPED))


def test_what_is_left_out_has_its_default(file: Path) -> None:
    file.write_text("channels: [{name: lore, type: forum}]")
    assert load(file) == (Channel(name="lore", type="forum", gm_only=False, description=""),)


def test_every_fault_is_told_at_once_with_its_channel(file: Path) -> None:
    faults = refusal(
        file,
        f"""
        channels:
          - {{name: lore, type: forum}}
          - {{name: "", type: text, colour: blue}}
          - lore
          - {{type: [text], gm_only: "yes"}}
          - {{name: {"x" * 101}, type: category, description: {"x" * 1025}}}
        """,
    )
    assert faults == [
        "channel 2: unknown key colour; use name, type, gm_only, description",
        "channel 2: name needs 1 to 100 characters",
        "channel 3: is not keys and values",
        "channel 4: type is not str",
        "channel 4: gm_only is not bool",
        "channel 4: name needs 1 to 100 characters",
        "channel 4: type needs one of text, voice, announcement, stage, forum",
        "channel 5: name needs 1 to 100 characters",
        "channel 5: type needs one of text, voice, announcement, stage, forum",
        "channel 5: description takes at most 1024 characters",
    ]


@pytest.mark.parametrize("text", ["", "[]", "channels:", "channels: []", "channels: {a: b}", "channel: [{name: a}]"])
def test_a_file_without_channels_is_refused_and_nothing_takes_their_place(file: Path, text: str) -> None:
    assert refusal(file, text) == ["needs `channels`, a list of 1 to 50"]


def test_more_channels_than_a_category_holds_are_refused(file: Path) -> None:
    assert refusal(file, "channels:\n" + "- {name: a, type: text}\n" * 51) == ["needs `channels`, a list of 1 to 50"]


@pytest.mark.parametrize("text", ["channels: [", "a: b: c", "!!python/object:os.system {}", "\x07"])
def test_what_is_not_plain_yaml_is_refused(file: Path, text: str) -> None:
    assert refusal(file, text)


def test_an_absent_file_stays_an_error(file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(file)
