"""A project that is a Discord application, and the fake Discord that it is registered with, over HTTP."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tools.discord import __main__ as extension
from tools.fake_discord import FakeDiscord

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
APPLICATION = ("--application", "greeting.application hello.json")
HELLO: dict[str, Any] = {"name": "hello", "description": "Say hello", "contexts": [0], "integration_types": [0]}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDiscord]:
    for name in [name for name in os.environ if name.startswith("DISCORD_")]:
        monkeypatch.delenv(name)
    with FakeDiscord().serving() as fake:
        yield fake
    assert fake.violations == []


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass(frozen=True)
class Project:
    """A project with two stages whose module prints `hello.json`."""

    folder: Path
    environment: dict[str, str]

    def prints(self, text: str) -> None:
        (self.folder / "hello.json").write_text(text)

    def wants(self, *commands: dict[str, Any], permissions: str = "2048") -> None:
        self.prints(json.dumps({"commands": commands, "permissions": permissions}))

    def register(self, *arguments: str, **environment: str) -> Done:
        """Run what the pipeline runs for the command, in this process."""
        out, err = StringIO(), StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            Path(os.devnull).open() as nobody,
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            patch.chdir(self.folder)
            patch.setattr("os.environ", {**self.environment, **environment})
            patch.setattr("sys.stdin", nobody)
            try:
                code = extension.main([*APPLICATION, "command", "register", *arguments])
            except SystemExit as ended:
                code = int(str(ended.code))
        return Done(code, out.getvalue(), err.getvalue())

    def command(self, *arguments: str, **environment: str) -> Done:
        """Run the command as a user does."""
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "deploy", "--project", str(self.folder), "register", *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def project(tmp_path: Path, fake: FakeDiscord) -> Project:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/pipeline.yaml").write_text(
        "layers: {dependencies: {}}\n"
        "extensions:\n"
        "  discord:\n"
        f"    module: tools.discord {shlex.join(APPLICATION)}\n"
        "    commands: {register: tell Discord the commands}\n"
        "    doctor: {guild: {help: the server}}\n"
        "stages: {dev: {region: eu-central-1, stack: dev}, prod: {region: eu-central-1, stack: prod}}\n"
    )
    for name in ("deploy", "tools"):  # which lie in the project of the bot
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "src/greeting").mkdir(parents=True)
    (tmp_path / "src/greeting/application.py").write_text("import sys\nprint(open(sys.argv[1]).read())\n")
    (tmp_path / ".env").write_text(f"DISCORD_BOT_TOKEN={fake.application.token}\n")
    made = Project(tmp_path, {"PATH": os.environ["PATH"], "DISCORD_API": fake.api})
    made.wants(HELLO)
    return made


Registered = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def registered(fake: FakeDiscord) -> Registered:
    """Return what Discord has, for all servers or for one."""
    return lambda server="": fake.world.commands.get(server, [])
