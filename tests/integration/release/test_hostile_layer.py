"""Somebody's layer whose names and texts steer a terminal, and are wide: what is shown of it is plain, and fits."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from deploy.aws import layers
from tests.integration.release.looking import Looker
from tests.integration.shipment import zipped

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.aws.connection import Aws

STEERS = "\x1b]0;owned\x07\x1b[31m\x9b2J\r\u202e"
# What a terminal obeys, or is turned around by: all but the end of a line.
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
LONG = "a-package-whose-name-goes-on-and-on-for-no-reason-that-anybody-remembers"
METADATA = f"Metadata-Version: 2.1\nName: evil{STEERS[:-2]}\nVersion: 1{STEERS[:-2]}\nLicense: MIT{STEERS[:-2]}\n"
FILES = {
    "python/evil-1.dist-info/METADATA": METADATA,
    f"python/evil/{STEERS}.py": "x = 1\n",
    "python/evil/__init__.py": "",
    f"python/{LONG}-1.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {LONG}\nVersion: 1.0.0\n",
}


@pytest.fixture
def look(aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Looker:
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    for text in ("", "y = 2\n"):
        content = zipped({**FILES, "python/other.py": text})
        aws.functions.publish_layer_version(
            LayerName="evil", Description=f"made{STEERS}", Content={"ZipFile": content}, LicenseInfo=f"MIT{STEERS}"
        )
    return Looker(tmp_path, capsys)


def of_tables(text: str) -> list[str]:
    """Return the lines of the tables: what stands around a ruler, to the next empty line."""
    blocks = [block.splitlines() for block in text.split("\n\n")]
    starts = [(lines, next((at for at, line in enumerate(lines) if set(line) <= set("─ ")), 0)) for lines in blocks]
    return [line for lines, at in starts if at for line in lines[at - 1 :]]


COMMANDS = [
    ("show", "ARN"),
    ("show", "evil:1"),
    ("diff", "evil:1", "evil:2"),
    ("diff", "evil:1", "evil:2", "--files"),
    ("where", LONG, "--layer", "evil"),
    ("report", "--arn", "ARN", "--out", "page.html"),
]


@pytest.mark.parametrize("width", [60, 80])
def test_nothing_that_steers_a_terminal_reaches_it_and_every_line_fits(
    look: Looker, aws: Aws, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.chdir(look.project)
    newest, *_ = layers.versions(aws, "evil")
    seen, tables = "", 0
    for command in COMMANDS:
        code = look.run(*(newest.arn if each == "ARN" else each for each in command))
        out, err = capsys.readouterr()
        assert (code, CONTROL.findall(out + err)) == (0, []), f"{command}\n{out}{err}"
        assert [line for line in of_tables(out) if len(line) > width] == [], command
        tables += len(of_tables(out))
        seen += out
    assert "evil" in seen
    assert tables > len(COMMANDS)
    page = (look.project / "page.html").read_text(encoding="utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)


def test_json_has_the_names_as_they_are_and_no_byte_that_steers(look: Looker) -> None:
    _, out = look.ran("show", "evil:1", "--json")
    assert not CONTROL.search(out)
    assert any("\x1b" in each["name"] for each in json.loads(out)["packages"])
