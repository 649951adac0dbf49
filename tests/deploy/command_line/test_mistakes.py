"""Whatever people get wrong, they are told what it is and what helps, once, and with the right exit code."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from deploy.commands.output.layer import output
from deploy.documents.writing import as_json
from deploy.errors import ConfigError
from deploy.prepare import Prepared
from deploy.published import contents
from deploy.template import source
from deploy.template_values import TemplateValues
from tests import schemas
from tests.deploy.command_line.mistakes import MISTAKES as FIRST
from tests.deploy.command_line.mistakes_in_locks import MISTAKES_IN_LOCKS
from tests.deploy.command_line.more_mistakes import MORE_MISTAKES
from tests.deploy.command_line.odd_files import ODD_FILES
from tests.deploy.command_line.stranger import METADATA, ROOT, Mistake, mistake, zipped
from tests.integration.shipment import Shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MISTAKES = {**FIRST, **MORE_MISTAKES, **ODD_FILES, **MISTAKES_IN_LOCKS}


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(made: Mistake, project: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run what somebody typed, in their project; an exception that is no refusal fails the test."""
    made.write(project)
    monkeypatch.chdir(project)
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(project / "cache"))
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value.replace("project", str(project)))
    try:
        return main([each.replace("project/", f"{project}/") for each in made.argv])
    except SystemExit as ended:  # as argparse itself ends what is wrong usage
        return int(str(ended.code))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_words_and_not_as_a_traceback(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = MISTAKES[name]
    assert run(made, tmp_path, monkeypatch) == made.code
    said = capsys.readouterr().err
    assert [part for part in made.told if part not in said] == [], said
    assert "Traceback" not in said


@pytest.mark.sliced(20)
@pytest.mark.parametrize("name", [name for name, made in MISTAKES.items() if "local" not in made.argv])
def test_with_json_a_mistake_is_an_error_of_values(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = replace(MISTAKES[name], argv=(*MISTAKES[name].argv, "--json"))
    assert run(made, tmp_path, monkeypatch) == made.code
    said = capsys.readouterr()
    error = schemas.output("error", said.out)["error"]
    assert error["exit_code"] == made.code
    words = " ".join(text for each in error["faults"] for text in each.values())
    assert error["faults"][0]["what"] in said.err
    assert [part for part in made.told if part.partition(": ")[2] and part.partition(": ")[2] not in words] == []


def test_check_says_what_is_good_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(mistake("check", "--json", told=""), tmp_path, monkeypatch) == 0
    said = capsys.readouterr()
    found = schemas.output("check", said.out)
    assert found["good"][0] == "deps: 1 distribution, python3.11 on x86_64"
    assert "deps: 1 distribution" in said.err


def test_a_built_layer_is_told_as_json(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    made = Prepared(layers=(shop.layer({"idna": "3.7"}),), code=shop.codes("one"), fresh=frozenset({"tiny-layer"}))
    found = schemas.output("layer", as_json(output(made)))
    (layer,), (code,) = found["layers"], found["code"]
    assert (layer["layer"], layer["packages"], layer["fresh"], layer["imported"]) == ("tiny-layer", 1, True, True)
    assert layer["sha256"] == made.layers[0].built.sha256
    assert code["functions"] == ["bot", "worker"]


def test_a_configuration_is_found_from_a_folder_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mistake("check", told="").write(tmp_path)
    monkeypatch.chdir(tmp_path / "src")
    assert main(["check"]) == 1
    assert f"--project {tmp_path}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "argv", "told"),
    [
        ("config/pipeline.yaml", ["check"], "let this user read it"),
        ("requirements.txt", ["layer", "--runtime", "host"], "Permission denied"),
        (".", ["lock", "--upgrade"], "requirements.txt: cannot be written: Permission denied"),
    ],
)
def test_what_this_user_may_not_have_is_told(path: str, argv: list[str], told: str, tmp_path: Path) -> None:
    mistake(*argv, told="", files={"requirements.in": ""}).write(tmp_path)
    (tmp_path / path).chmod(0o555 if path == "." else 0)
    command = [sys.executable, "-m", "deploy", "--project", str(tmp_path), *argv]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root may everything, and util-linux's setpriv is not here")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", *command]
    environment = {**os.environ, "CHANNELWRIGHT_CACHE": str(tmp_path.parent / f"{tmp_path.name}-cache")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    (tmp_path / path).chmod(0o755)
    assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_whatever_a_terminal_cannot_show_is_shown_otherwise(encoding: str, tmp_path: Path) -> None:
    metadata = "Metadata-Version: 2.1\nName: a\nVersion: 1\nLicense: Gr\xfc\xdfe \N{SNOWMAN}\n"
    mistake("show", told="", files={"x.zip": zipped({METADATA: metadata, "python/a.py": ""})}).write(tmp_path)
    command = [sys.executable, "-m", "deploy", "--project", str(tmp_path), "show", str(tmp_path / "x.zip")]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert {"ascii": rb"Gr\xfc\xdfe \u2603", "cp1252": b"Gr\xfc\xdfe \\u2603"}.get(
        encoding, "Gr\xfc\xdfe \N{SNOWMAN}".encode()
    ) in done.stdout


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, ("there is no such file", "write it, or correct `template`")),
        ("Resources: {\n", ("template.yaml:2:1: is not YAML", "")),
        ("- a\n", ("is no CloudFormation template", "write one")),
    ],
)
def test_a_template_that_is_none_is_told(text: str | None, told: tuple[str, str], tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "template.yaml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        TemplateValues.of(source.file(tmp_path / "template.yaml"), {}, "eu-central-1")
    assert [part for part in told if part not in str(refused.value)] == []


def test_a_name_and_a_licence_that_are_not_ascii_are_what_they_say() -> None:
    metadata = "Metadata-Version: 2.1\nName: Gr\xfc\xdfe\nVersion: 1\nLicense: f\xfcr alle\n"
    (found,) = contents.read(zipped({METADATA: metadata}), "x.zip").packages
    assert (found.name, found.license) == ("gr\xfc\xdfe", "f\xfcr alle")


def test_metadata_in_another_encoding_is_no_reason_to_end() -> None:
    metadata = "Metadata-Version: 2.1\nName: Gr\xfc\xdfe\nVersion: 1\n".encode("latin-1")
    (found,) = contents.read(zipped({METADATA: metadata}), "x.zip").packages
    assert found.name == "gr\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}e"
