"""Every command prints its document with --json, as its schema says, and nothing else on stdout."""

from __future__ import annotations

import argparse
import importlib
import json
from typing import TYPE_CHECKING

import pytest
import yaml

from deploy.command_line.parser import Parser
from deploy.keys.command_names import COMMANDS
from deploy.template.short_forms import parsed
from tests import schemas
from tests.deploy.command_line.stranger import FUNCTIONS, mistake
from tests.deploy.command_line.test_mistakes import run
from tests.deploy.init.projects import SAM, write
from tests.manifests import build_manifest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_json_and_has_a_schema_for_it(name: str) -> None:
    parser = argparse.ArgumentParser()
    adding = parser.add_subparsers(parser_class=Parser)
    command = importlib.import_module(f"deploy.commands.{name.replace('-', '_')}")
    command.add(adding, ()) if name == "doctor" else command.add(adding)
    options = {each for action in adding.choices[name]._actions for each in action.option_strings}
    assert "--json" in options
    assert schemas.schema_of(f"deploy/commands/output/{name}.schema.json")["type"] == "object"


def printed(
    *argv: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], told: str = ""
) -> tuple[str, str]:
    assert run(mistake(*argv, "--json", told="", config=FUNCTIONS), project, monkeypatch) == 0
    said = capsys.readouterr()
    assert told in said.err
    return said.out, said.err


def test_the_template_as_json_has_its_text_and_the_types_of_its_resources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = printed("template", project=tmp_path, monkeypatch=monkeypatch, capsys=capsys)
    found = schemas.output("template", out)
    assert found["resources"]["ApiFunction"] == "AWS::Lambda::Function"
    assert found["resources"].keys() == parsed(found["text"])["Resources"].keys()
    assert err == ""


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_what_a_shell_reads_is_a_text_in_json(
    shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = printed("completion", shell, project=tmp_path, monkeypatch=monkeypatch, capsys=capsys)
    found = schemas.output("completion", out)
    assert found["shell"] == shell
    assert "channelwright" in found["code"]


def test_the_text_of_an_update_is_in_json_and_in_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for side in ("before", "after"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "tiny.json").write_text(json.dumps(build_manifest()))
    argv = ("update-text", "--before", "project/before", "--after", "project/after", "--output", "project/text.md")
    out, _ = printed(*argv, project=tmp_path, monkeypatch=monkeypatch, capsys=capsys)
    found = schemas.output("update-text", out)
    assert found["file"] == str(tmp_path / "text.md")
    assert found["text"] == (tmp_path / "text.md").read_text()


def test_init_says_as_json_what_it_found_what_it_left_and_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = mistake(
        "--project", "project/shop", "init", "--json", "--plan", "--region", "eu-north-1", told="", config=None
    )
    shop = write(tmp_path / "shop", SAM)
    assert run(made, tmp_path, monkeypatch) == 0
    said = capsys.readouterr()
    found = schemas.output("init", said.out)
    assert found["written"] is False
    assert not (shop / "config/pipeline.yaml").exists()
    assert "config/pipeline.yaml" in said.err
    configuration = yaml.safe_load(found["files"]["config/pipeline.yaml"])
    assert {each["region"] for each in configuration["stages"].values()} == {"eu-north-1"}, "as it was asked for"
    assert [line.split()[-1] for line in found["following"]] == ["lock", "layer", "dev"]
    yes = [each if each != "--plan" else "--yes" for each in made.argv]
    assert run(mistake(*yes, told="", config=None), tmp_path, monkeypatch) == 0
    again = schemas.output("init", capsys.readouterr().out)
    assert again == found | {"written": True}
    assert (shop / "config/pipeline.yaml").read_text() == found["files"]["config/pipeline.yaml"]
