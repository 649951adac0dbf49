"""Who may use a version: declared, added, removed, granted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from deploy.aws import grants
from tests.integration.release.share.conftest import FRIEND, ORGANIZATION, OTHER, SHARED, arn
from tests.integration.release.test_asked import at_a_terminal

if TYPE_CHECKING:
    from deploy.aws.connection import Aws
    from tests.integration.release.share.conftest import Project


def test_a_new_version_is_shared_as_declared_and_it_is_read_back(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure(SHARED)
    assert project.deploy({"idna": "3.7"}) == 0
    out = capsys.readouterr().out
    assert f"  share     tiny-layer, the new version  + account {FRIEND} in eu-central-1" in out
    assert f"eu-central-1  tiny-layer:1  + organization {ORGANIZATION}, read back" in out
    assert project.grants() == {
        f"channelwright-account-{FRIEND}": f"account {FRIEND}",
        f"channelwright-organization-{ORGANIZATION}": f"organization {ORGANIZATION}",
    }


def test_a_person_is_asked_before_anybody_is_let_in(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.deploy({"idna": "3.7"}) == 0
    project.configure(SHARED)
    with at_a_terminal("n", monkeypatch) as person:
        assert project.share() == 1
    assert person.asked == ["Bring dev to this? [y/N] "]
    assert f"account {FRIEND}" in person.seen.partition("Bring dev")[0], "the plan comes first"
    assert project.grants() == {}
    with at_a_terminal("y", monkeypatch) as person:
        assert project.share() == 0
    assert f"channelwright-account-{FRIEND}" in project.grants()
    with at_a_terminal("n", monkeypatch) as person:
        assert project.share() == 0
    assert person.asked == [], "there is nothing to ask about"


def test_the_account_that_was_let_in_can_read_the_version_and_no_other_can(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.configure(SHARED)
    project.deploy({"idna": "3.7"})
    assert _reads(monkeypatch, FRIEND, arn(1))
    assert not _reads(monkeypatch, OTHER, arn(1))


def test_a_deploy_without_changes_changes_no_grant_and_says_so(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure(f"{SHARED}, channels: true")
    project.deploy({"idna": "3.7"})
    capsys.readouterr()
    assert project.deploy({"idna": "3.7"}) == 0
    assert "nothing changed, nothing uploaded" in capsys.readouterr().out


def test_an_entry_that_is_removed_is_removed_from_every_version_by_a_deploy(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure(f"share: {{accounts: [{FRIEND}, {OTHER}]}}")
    project.deploy({"idna": "3.7"})
    project.deploy({"idna": "3.8"})
    project.configure(f"share: {{accounts: [{FRIEND}]}}")
    assert project.deploy({"idna": "3.9"}) == 0
    assert f"tiny-layer:1  - account {OTHER}, read back" in capsys.readouterr().out
    for version in (1, 2, 3):
        assert list(project.grants(version).values()) == [f"account {FRIEND}"]


def test_a_new_entry_reaches_what_is_in_use_and_a_removed_one_leaves_every_version(project: Project) -> None:
    project.configure(f"share: {{accounts: [{FRIEND}]}}")
    for version in ("3.7", "3.8", "3.9"):
        project.deploy({"idna": version})
    project.configure(f"share: {{accounts: ['{OTHER}']}}")
    assert project.share() == 0
    assert project.grants(1) == project.grants(2) == {}
    assert project.grants(3) == {f"channelwright-account-{OTHER}": f"account {OTHER}"}


def test_a_version_that_traffic_still_meets_is_in_use(project: Project) -> None:
    project.deploy({"idna": "3.7"})
    project.shop.layer({"idna": "3.8"})
    project.deploy({"idna": "3.8"})
    project.aws.functions.update_alias(FunctionName="tiny_bot-dev", Name="live", FunctionVersion="2")
    project.configure(f"share: {{accounts: [{FRIEND}]}}")
    project.share()
    assert project.grants(1) == project.grants(2) == {f"channelwright-account-{FRIEND}": f"account {FRIEND}"}


def test_without_share_deploy_asks_nothing_and_an_empty_one_takes_all_grants_away(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.configure(f"share: {{accounts: [{FRIEND}]}}")
    project.deploy({"idna": "3.7"})
    project.configure("")
    with monkeypatch.context() as watched:
        watched.setattr(grants, "read", lambda *_: pytest.fail("a deployer without this permission is stopped"))
        project.deploy({"idna": "3.7"})
    assert project.grants()
    project.configure("share: {}")
    project.deploy({"idna": "3.7"})
    assert project.grants() == {}


def test_a_plan_shows_every_grant_and_changes_none(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.configure(f"share: {{accounts: [{FRIEND}]}}")
    project.deploy({"idna": "3.7"})
    _grant_by_hand(project.aws)
    project.configure(f"share: {{organization: {ORGANIZATION}}}")
    capsys.readouterr()
    before = project.grants()
    assert project.share("--plan") == 0
    rows = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert f"tiny-layer:1 eu-central-1 organization {ORGANIZATION} + to be granted" in rows
    assert f"tiny-layer:1 eu-central-1 account {FRIEND} - to be removed" in rows
    assert f"tiny-layer:1 eu-central-1 account {OTHER} foreign: by-hand" in rows
    assert project.grants() == before
    assert not (project.folder / "dist" / "catalog.json").exists()


def test_what_somebody_granted_by_hand_is_named_and_goes_only_with_yes(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.deploy({"idna": "3.7"})
    _grant_by_hand(project.aws)
    project.configure(SHARED)
    assert project.share() == 0
    assert f"left as it is: account {OTHER} (by-hand) on tiny-layer:1 in eu-central-1" in capsys.readouterr().out
    assert len(project.grants()) == 3
    assert project.share("--yes") == 0
    out = capsys.readouterr().out
    assert out.index("foreign: by-hand") < out.index(f"tiny-layer:1  - account {OTHER}, which others made, read back")
    assert len(project.grants()) == 2
    assert "by-hand" not in project.grants()


def test_a_person_is_asked_before_what_somebody_granted_goes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.deploy({"idna": "3.7"})
    _grant_by_hand(project.aws)
    asked: list[str] = []
    answers = ["n", "y"]

    def answer(question: str) -> str:
        asked.append(question)
        return answers.pop(0)

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("deploy.commands.confirm.is_terminal", lambda: True)
    assert project.share() == 0
    assert asked == [f"account {OTHER} (by-hand) on tiny-layer:1 in eu-central-1: removed. Go on? [y/N] "]
    assert "by-hand" in project.grants()
    assert project.share() == 0
    assert project.grants() == {}


def test_a_deploy_leaves_what_somebody_granted_by_hand_and_says_so(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure("share: {}")
    project.deploy({"idna": "3.7"})
    _grant_by_hand(project.aws)
    assert project.deploy({"idna": "3.7"}, "--yes") == 0
    assert f"tiny-layer:1 is shared by hand with account {OTHER}" in capsys.readouterr().out
    assert "by-hand" in project.grants()


@pytest.mark.parametrize("command", ["share", "deploy"])
def test_public_is_refused_on_the_configuration_s_word_alone(
    project: Project, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    project.deploy({"idna": "3.7"})
    project.configure("share: {public: true}")

    def run(*arguments: str) -> int:
        return project.share(*arguments) if command == "share" else project.deploy({"idna": "3.7"}, *arguments)

    assert run() == 1
    assert "layers.tiny-layer.share.public: would let every AWS account use the layer" in capsys.readouterr().err
    assert run("--yes") == 1
    assert project.grants() == {}
    assert run("--public") == 0
    assert project.grants() == {"channelwright-public": "everyone"}


def test_public_on_the_command_line_alone_is_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.share("--public") == 1
    assert "--public: no layer is declared public" in capsys.readouterr().err


def _grant_by_hand(aws: Aws) -> None:
    aws.functions.add_layer_version_permission(
        LayerName="tiny-layer",
        VersionNumber=1,
        StatementId="by-hand",
        Action="lambda:GetLayerVersion",
        Principal=OTHER,
    )


def _reads(monkeypatch: pytest.MonkeyPatch, account: str, layer_version: str) -> bool:
    """Try to read a layer version as another account, which the emulator takes from the key id."""
    with monkeypatch.context() as elsewhere_signed_in:
        elsewhere_signed_in.setenv("AWS_ACCESS_KEY_ID", account)
        client = boto3.Session(region_name="eu-central-1").client("lambda")
        try:
            client.get_layer_version_by_arn(Arn=layer_version)
        except ClientError:
            return False
        return True
