"""Every command that asks AWS for a stage, run with the stage's roles alone where the emulated AWS enforces them.

`pytest -s` prints the table: stage, role, command, exit code. `scan` is run so in test_stages_apart, by its fetching.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from deploy.prepare import Prepared
from tests.integration.release.sources import furnish
from tests.integration.release.test_stages_apart import STAGES, Account, account, deployed, strict  # noqa: F401

if TYPE_CHECKING:
    from pathlib import Path

LOOKS = (("status", "--check"), ("releases",), ("versions",), ("where", "idna"), ("show", "1"), ("diff", "1", "1"))
"""What whoever deploys runs to look; all but `status` without a template ask more than the role that looks has."""
WATCHES = (("status", "--check", "--without-template"), ("doctor", "--only", "limits"))
CHANGES = (("deploy",), ("rollback",), ("deploy",), ("share",), ("prune", "--keep", "1", "--days", "0"))


@pytest.fixture
def run(account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:  # noqa: F811
    furnish(account.folder)
    made = Run(account, monkeypatch, capsys)
    made.offer("one")
    return made


class Run:
    """Runs commands of a stage with a role; says what each ended with, and that nothing was refused for its rights."""

    def __init__(
        self,
        account: Account,  # noqa: F811
        patch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.account, self.patch, self.capsys = account, patch, capsys

    def offer(self, release: str) -> None:
        shop = self.account.shop
        made = Prepared(layers=(shop.layer({"idna": "3.7"}),), code=shop.codes(release), fresh=frozenset())
        self.patch.setattr("deploy.commands.layer.prepared", lambda *_: made)
        self.patch.setattr("deploy.prepare.prove", lambda *_, **__: made)

    def __call__(self, stage: str, role: str, command: str, *arguments: str, code: int = 0) -> None:
        named = ("--to", stage) if command == "promote" else ("--stage", stage)
        with self.account.signed_in(stage, role):
            ended = main(["--project", str(self.account.folder), command, *arguments, *named])
        said = self.capsys.readouterr()
        assert "not authorized" not in said.out + said.err, said
        assert ended == code, said
        with self.capsys.disabled():
            print(f"  {stage:5} {role:11} {' '.join([command, *arguments]):55} {ended}")


@pytest.mark.parametrize("stage", STAGES)
def test_each_role_runs_its_commands(run: Run, stage: str) -> None:
    for number, (command, *arguments) in enumerate(CHANGES):
        run.offer(f"{stage} {number}")
        run(stage, "DeployRole", command, *arguments, "--yes")
    for command, *arguments in LOOKS:
        run(stage, "DeployRole", command, *arguments)
    for command, *arguments in WATCHES:
        run(stage, "WatchRole", command, *arguments)


def test_a_promotion_reads_with_the_one_stage_s_role_and_changes_with_the_other_s(run: Run, tmp_path: Path) -> None:
    run.offer("promoted")
    run("dev", "DeployRole", "deploy", "--yes")
    held = run.account.keys["dev", "PromoteRole"]
    lines = [f"{name.lower()} = {value}" for name, value in held.items()]
    (tmp_path / "credentials").write_text("\n".join(["[source]", *lines, ""]))
    run.patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    run.patch.setenv("CHANNELWRIGHT_SOURCE_PROFILE", "source")
    run("prod", "DeployRole", "promote", "--from", "dev", "--yes")


def test_a_role_clears_up_a_first_creation_that_failed_and_makes_the_stage_again(run: Run) -> None:
    run("dev", "DeployRole", "destroy", "--confirm", "dev", "--yes")
    template = run.account.folder / "template.yaml"
    right = template.read_text()
    try:
        template.write_text(right.replace("FifoQueue: true", "FifoQueue: true, DelaySeconds: 5000"))
        run("dev", "DeployRole", "deploy", "--yes", code=1)
    finally:
        template.write_text(right)
    run("dev", "DeployRole", "deploy", "--yes", code=1)  # which says that it has to be deleted first
    run("dev", "DeployRole", "destroy", "--confirm", "dev", "--yes")
    run("dev", "DeployRole", "deploy", "--yes")
    run("dev", "DeployRole", "status", "--check")
