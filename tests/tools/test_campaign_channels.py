from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelwright.campaign.template_rules import TYPES
from tests.tools.channel_files import PROJECT, SHIPPED
from tools.campaign_channels import check, kept_name
from tools.fake_discord.world.names import stored_name

if TYPE_CHECKING:
    from pathlib import Path


def run(file: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'src'}"}
    return subprocess.run(
        [sys.executable, "-m", "tools.campaign_channels", str(file)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def lines(file: Path, text: str) -> tuple[list[str], list[str]]:
    file.write_text(text)
    faults, warnings = check(file)
    return [f"{each.line}: {each.text}" for each in faults], [f"{each.line}: {each.text}" for each in warnings]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "channels.yaml"


def test_the_file_that_ships_is_good_and_discord_keeps_every_name_as_it_is() -> None:
    assert check(SHIPPED) == ([], [])


def test_every_fault_is_told_at_once_with_its_line(file: Path) -> None:
    faults, warnings = lines(
        file,
        """channels:
  - name: GM Notes
    type: text
    gm_only: "yes"
  - name: gm-notes
    type: text
    type: forum
  - {name: "!!!", type: forum}
  - {nme: lore, type: forrum}
  - lore
  - {name: "Joey's", type: text}
  - {name: "joeys", type: announcement}

templates:
  Big One:
    chanels: []
""",
    )
    assert faults == [
        "4: channels.0.gm_only: needs true or false",
        "5: channels.1.name: is the name of channels.0 already",
        "7: channels.1.type: is in line 6 already",
        '8: channels.2.name: Discord would keep nothing of "!!!"',
        "9: channels.3.name: needs 1 to 100 characters",
        (
            "9: channels.3.nme: is unknown; use name, type, players, description, slowmode, age_restricted, tags, "
            "user_limit, message"
        ),
        "9: channels.3.type: needs one of text, voice, announcement, stage, forum",
        "10: channels.4: is not keys and values",
        '12: channels.6.name: will be "joeys", and so will channels.5',
        "15: templates.Big One.channels: needs a list of 1 to 50 channels",
        "15: templates.Big One: a template's name has at most 20 of a-z, 0-9 and -, and is not default",
        "16: templates.Big One.chanels: is unknown; use channels",
    ]
    assert warnings == [
        '2: channels.0.name: Discord will make it "gm-notes"',
        '11: channels.5.name: Discord will make it "joeys"',
    ]


def test_a_name_that_discord_rewrites_is_a_warning_with_the_new_form_and_no_fault(file: Path) -> None:
    file.write_text("channels:\n- {name: Campaign Lore, type: forum}\n- {name: Main Table, type: voice}\n")
    done = run(file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f'{file}:2: warning: channels.0.name: Discord will make it "campaign-lore"\n'


@pytest.mark.parametrize(
    ("channels", "warning"),
    [
        ("- {name: a, type: text, players: none}", "players would see nothing of it: every channel is the GM's alone"),
        ("- {name: a, type: text, gm_only: true}", "players would see nothing of it: every channel is the GM's alone"),
        (
            "- {name: a, type: text, players: read}\n  - {name: b, type: text, players: none}",
            "players could write nowhere: they only read",
        ),
        (
            "- {name: Table, type: voice}\n  - {name: Stage, type: stage}",
            "has no channel for text: the bot's note, and what people write, is in the chat of a voice channel",
        ),
        ("- {name: Table, type: voice}\n  - {name: a, type: text, players: read}", ""),
    ],
)
def test_a_template_in_which_something_is_nowhere_is_warned_of_with_its_line(
    file: Path, channels: str, warning: str
) -> None:
    file.write_text(f"channels:\n- {{name: a, type: text}}\ntemplates:\n duel:\n  channels:\n  {channels}\n")
    faults, warnings = check(file)
    assert faults == []
    assert [(each.line, each.text) for each in warnings] == (
        [(5, f"templates.duel.channels: {warning}")] if warning else []
    )


def test_a_template_of_forums_alone_is_a_fault_with_its_line(file: Path) -> None:
    file.write_text("channels:\n- {name: a, type: text}\ntemplates:\n lore:\n  channels: [{name: b, type: forum}]\n")
    [fault], _ = check(file)
    assert fault.line == 5
    assert "needs a channel that is no forum" in fault.text


def test_faults_go_to_stderr_and_the_exit_code_says_so(file: Path) -> None:
    file.write_text("channels:\n- {name: lore, type: forrum}\n")
    done = run(file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{file}:2: channels.0.type: needs one of text, ")


@pytest.mark.parametrize(
    ("text", "line"),
    [("channels:\n- name: a\n  type: [\n", 4), ("a: b: c", 1), ("channels: []\n\tx", 2), ("\x07", 1), ("", 1)],
)
def test_what_is_not_yaml_is_told_with_its_line(file: Path, text: str, line: int) -> None:
    faults, _ = lines(file, text)
    assert faults[0].startswith(f"{line}: ")


def test_bytes_that_are_no_text_and_a_file_that_is_not_there_are_faults(file: Path) -> None:
    assert "No such file" in check(file)[0][0].text
    file.write_bytes(b"channels: \xff")
    assert "utf-8" in check(file)[0][0].text


@given(st.text(max_size=40), st.sampled_from(sorted(TYPES)))
def test_a_name_is_foreseen_as_the_fake_discord_keeps_it(name: str, kind: str) -> None:
    assert kept_name(name, kind) == stored_name(name, TYPES[kind])
