from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.__main__ import main
from deploy.keys.command_names import COMMANDS

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _signals() -> object:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert len(capsys.readouterr().out) > 100


def test_a_refusal_is_a_message_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--project", str(tmp_path), "check"]) == 1
    assert "run in a project that has one" in capsys.readouterr().err


def test_the_environment_names_the_project_where_no_option_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHANNELWRIGHT_PROJECT", str(tmp_path / "there"))
    for name in ("there", "here"):
        (tmp_path / name).mkdir()
    assert main(["check"]) == 1
    assert str(tmp_path / "there" / "config" / "pipeline.yaml") in capsys.readouterr().err
    assert main(["--project", str(tmp_path / "here"), "check"]) == 1
    assert str(tmp_path / "here" / "config" / "pipeline.yaml") in capsys.readouterr().err


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("deploy.commands.check.load", bug)
    with pytest.raises(ZeroDivisionError):
        main(["check"])


def test_a_full_disk_is_a_message_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        with Path("/dev/full").open("w", buffering=1) as device:
            device.write("more than it takes\n")

    monkeypatch.setattr("deploy.commands.check.load", full)
    assert main(["check"]) == 1
    assert "No space left on device" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_ends_the_run_without_a_traceback() -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", "deploy", "check"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert run.stdout
    assert run.stderr
    run.stdout.close()
    said = run.stderr.read()
    assert (run.wait(timeout=60), said) == (141, "")
    run.stderr.close()


def test_a_pipe_that_breaks_elsewhere_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("deploy.commands.check.load", bug)
    with pytest.raises(BrokenPipeError):
        main(["check"])


def test_a_terminated_run_ends_as_an_interrupted_one() -> None:
    script = "import deploy.commands.check as c, time; c.load = lambda *_: (print('up', flush=True), time.sleep(60)); "
    run = subprocess.Popen(
        [sys.executable, "-c", script + "from deploy.__main__ import main; raise SystemExit(main(['check']))"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout
    assert run.stdout.readline() == "up\n"
    run.send_signal(signal.SIGTERM)
    started = time.monotonic()
    _, said = run.communicate(timeout=30)
    assert (run.returncode, time.monotonic() - started < 10) == (130, True)
    assert said == "interrupted; a rerun continues where this one stopped\n"
