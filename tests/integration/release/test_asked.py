"""A plan and a yes: who is asked, by a real terminal, before AWS is changed; and what is said where nobody is there."""

from __future__ import annotations

import codecs
import errno
import os
import pty
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from deploy.prepare import Prepared
from tests.integration.release.sources import furnish
from tests.integration.release.test_deploy_command import CONFIG, TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.aws.connection import Aws
    from tests.integration.shipment import Shop

PROTECTED = CONFIG.replace("    stack: tiny-dev\n", "    stack: tiny-dev\n    protected: true\n")


@dataclass
class Person:
    """Somebody who reads a terminal and answers each question; `seen` is all that stood there."""

    answer: str
    seen: str = ""
    asked: list[str] = field(default_factory=list)

    def read(self, terminal: int) -> None:
        """Read all that is printed, until whoever prints has closed the terminal."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        while printed := _read(terminal):
            self.seen += decoder.decode(printed)
            if self.seen.endswith("[y/N] "):
                self.asked.append(self.seen.splitlines()[-1])
                os.write(terminal, f"{self.answer}\n".encode())


def _read(terminal: int) -> bytes:
    """Read what came in; nothing, which Linux tells as EIO, where the other end is closed."""
    try:
        return os.read(terminal, 65536)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return b""


@contextmanager
def at_a_terminal(answer: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    """Let this process be run by a person at a terminal."""
    theirs, ours = pty.openpty()
    person = Person(answer)
    reading = threading.Thread(target=person.read, args=(theirs,))
    reading.start()
    try:
        with _attached(ours, monkeypatch):
            yield person
    finally:
        os.close(ours)
        reading.join()
        os.close(theirs)


@contextmanager
def _attached(ours: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with (
        open(ours, closefd=False) as keyboard,
        open(ours, "w", closefd=False) as screen,
        monkeypatch.context() as patch,
    ):
        patch.setattr(sys, "stdin", keyboard)
        patch.setattr(sys, "stdout", screen)
        patch.setattr(sys, "stderr", screen)
        yield


@pytest.fixture
def project(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop: Shop) -> Path:
    assert aws.account == "123456789012"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "pipeline.yaml").write_text(PROTECTED)
    furnish(tmp_path)
    monkeypatch.setenv("GREETING", "hello")
    ship(shop, "one", monkeypatch)
    return tmp_path


def ship(shop: Shop, release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Prepared(layers=(shop.layer({"idna": "3.7"}),), code=shop.codes(release), fresh=frozenset())
    monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: made)


def deploy(project: Path, *arguments: str) -> int:
    return main(["--project", str(project), "deploy", "--stage", "dev", *arguments])


def stacks(aws: Aws) -> list[str]:
    return [each["StackName"] for each in aws.stacks.describe_stacks()["Stacks"]]


def test_a_person_sees_the_whole_plan_and_is_asked_before_anything_is_made(
    project: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at_a_terminal("n", monkeypatch) as person:
        assert deploy(project) == 1
    assert person.asked == ["Deploy this to dev? [y/N] "], person.seen
    before, _, after = person.seen.partition("Deploy this to dev?")
    assert "stack tiny-dev: will be made" in before
    assert "tiny-layer, a new version" in before
    assert "nothing was changed: not confirmed" in after
    assert stacks(aws) == []
    with at_a_terminal("y", monkeypatch) as person:
        assert deploy(project) == 0
    assert "stack tiny-dev: made" in person.seen.partition("Deploy this to dev?")[2]
    with at_a_terminal("n", monkeypatch) as person:
        assert deploy(project) == 0
    assert person.asked == [], "there is nothing to ask about"


def test_without_a_terminal_a_protected_stage_needs_a_yes(
    project: Path, aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy(project) == 1
    said = capsys.readouterr()
    assert "stack tiny-dev: will be made" in said.out
    assert "nothing was changed: not confirmed" in said.err
    assert "stages.dev is protected; there is no terminal" in said.err
    assert "give --yes" in said.err
    assert stacks(aws) == []
    assert deploy(project, "--yes") == 0
    assert stacks(aws) == ["tiny-dev"]


def test_without_a_terminal_another_stage_is_changed_unasked(project: Path, aws: Aws) -> None:
    (project / "config" / "pipeline.yaml").write_text(CONFIG)
    assert deploy(project) == 0
    assert stacks(aws) == ["tiny-dev"]


def test_what_is_lost_needs_a_yes_in_every_stage_and_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = project / "other.yaml"
    other.write_text(TEMPLATE.read_text().replace('"tiny${NameSuffix}.fifo"', '"other${NameSuffix}.fifo"'))
    (project / "config" / "pipeline.yaml").write_text(CONFIG)
    assert deploy(project) == 0
    (project / "config" / "pipeline.yaml").write_text(CONFIG.replace(str(TEMPLATE), str(other)))
    assert deploy(project) == 1
    assert "Queue would be removed or replaced, with all they hold" in capsys.readouterr().err
    with at_a_terminal("no", monkeypatch) as person:
        assert deploy(project) == 1
    assert person.asked == ["Queue: removed or replaced, with all they hold. Deploy this to dev? [y/N] "]
    assert deploy(project, "--yes") == 0


def test_going_back_and_deleting_are_asked_about_too(
    project: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy(project, "--yes") == 0
    ship(shop, "two", monkeypatch)
    assert deploy(project, "--yes") == 0
    back = ["--project", str(project), "rollback", "--stage", "dev"]
    assert main(back) == 1
    assert "stages.dev is protected" in capsys.readouterr().err
    with at_a_terminal("n", monkeypatch) as person:
        assert main(back) == 1
    assert "-> " in person.seen.partition("[y/N]")[0]
    with at_a_terminal("y", monkeypatch) as person:
        assert main(back) == 0
    prune = ["--project", str(project), "prune", "--stage", "dev", "--keep", "0", "--days", "0"]
    assert main(prune) == 0
    said = capsys.readouterr().out
    assert "--yes deletes" in said, said
    with at_a_terminal("n", monkeypatch) as person:
        main(prune)
    assert len(person.asked) == person.seen.count("for good? [y/N]")
