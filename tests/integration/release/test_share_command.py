"""`python -m deploy share` and what `deploy` shares, against an emulated AWS, which enforces layer policies."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import jsonschema_rs
import pytest
from botocore.exceptions import ClientError

from deploy.__main__ import main
from deploy.aws import grants
from deploy.aws.connection import elsewhere
from deploy.prepare import Prepared
from deploy.share.catalog import SCHEMA
from tests.integration.refusing_region import refusing
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.release.sources import furnish
from tests.integration.release.test_asked import at_a_terminal
from tests.integration.shipment import HEALTH, zipped
from tests.schemas import output

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.aws.connection import Aws
    from deploy.settings import Architecture
    from tests.integration.shipment import Shop

FRIEND, OTHER = "111122223333", "444455556666"
ORGANIZATION = "o-a1b2c3d4e5"
CONFIG = """
architectures: [{architectures}]
layers:
  tiny-layer: {{{layer}}}
functions:
  bot: {{name: tiny_bot, handler: bot.handler, layers: [tiny-layer], health: {health}}}
stages:
  dev: {{region: eu-central-1, stack: tiny-dev, suffix: -dev{stage}}}
"""
SHARED = f"share: {{accounts: [{FRIEND}], organization: {ORGANIZATION}}}"


class Project:
    """A project with one function in AWS, and what can be done with it from the command line."""

    def __init__(self, folder: Path, aws: Aws, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.aws, self.shop, self.monkeypatch = folder, aws, shop, monkeypatch
        (folder / "config").mkdir()
        furnish(folder)
        self.configure()

    def configure(self, layer: str = "", stage: str = "", architectures: str = "x86_64") -> None:
        text = CONFIG.format(layer=layer, stage=stage, architectures=architectures, health=HEALTH)
        (self.folder / "config" / "pipeline.yaml").write_text(text)

    def deploy(
        self, packages: dict[str, str], *arguments: str, architectures: tuple[Architecture, ...] = ("x86_64",)
    ) -> int:
        layers = tuple(self.shop.layer(packages, architecture=each) for each in architectures)
        made = Prepared(layers=layers, code=self.shop.codes("one"), fresh=frozenset())
        self.monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: made)
        return main(["--project", str(self.folder), "deploy", "--stage", "dev", *arguments])

    def share(self, *arguments: str) -> int:
        return main(["--project", str(self.folder), "share", "--stage", "dev", *arguments])

    @contextmanager
    def refused_in(self, region: str, method: str, ending: str) -> Iterator[None]:
        """Have AWS refuse calls with this method and path ending in a region."""
        with (
            refusing(os.environ["AWS_ENDPOINT_URL"], region, method, ending) as url,
            self.monkeypatch.context() as behind,
        ):
            behind.setenv("AWS_ENDPOINT_URL", url)
            yield

    def grants(self, version: int = 1, region: str = "eu-central-1") -> dict[str, str]:
        """Say who may use a version, by statement id, as AWS has it."""
        there = grants.read(elsewhere(self.aws, region), "tiny-layer", version)
        return {sid: str(grant) for sid, grant in there.grants.items()}

    def channel(self, name: str, region: str = "eu-central-1") -> str | None:
        """Say which version a parameter holds, as AWS has it."""
        found = elsewhere(self.aws, region).parameters.get_parameters(Names=[f"/layers/tiny-layer/{name}"])
        return next((each["Value"] for each in found["Parameters"]), None)

    def catalog(self) -> Any:
        return json.loads((self.folder / "dist" / "catalog.json").read_text())


@pytest.fixture
def project(aws: Aws, tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    aws.functions.create_function(
        FunctionName="tiny_bot-dev",
        Runtime="python3.11",
        Handler="bot.handler",
        Role=ROLE,
        Code={"ZipFile": zipped({"bot.py": PLACEHOLDER})},
        Publish=True,
    )
    aws.functions.create_alias(FunctionName="tiny_bot-dev", Name="live", FunctionVersion="1")
    return Project(tmp_path, aws, shop, monkeypatch)


def arn(version: int, region: str = "eu-central-1") -> str:
    return f"arn:aws:lambda:{region}:123456789012:layer:tiny-layer:{version}"


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


def test_next_names_each_version_that_is_published_and_stays_at_the_newest(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure("channels: true")
    project.deploy({"idna": "3.7"})
    assert (project.channel("next"), project.channel("stable")) == (arn(1), None)
    capsys.readouterr()
    project.deploy({"idna": "3.8"})
    out = capsys.readouterr().out
    assert "  channel   /layers/tiny-layer/next  tiny-layer:1 -> the new version in eu-central-1" in out
    assert "eu-central-1  /layers/tiny-layer/next  tiny-layer:1 -> tiny-layer:2, read back" in out
    project.deploy({"idna": "3.7"})
    assert project.channel("next") == arn(2)


def test_stable_follows_next_or_goes_where_it_is_sent_and_back(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure("channels: true")
    project.deploy({"idna": "3.7"})
    project.deploy({"idna": "3.8"})
    assert project.share("--stable") == 0
    assert "/layers/tiny-layer/stable  nothing -> tiny-layer:2, read back" in capsys.readouterr().out
    assert project.channel("stable") == arn(2)
    assert project.share("--stable", "1") == 0
    assert "/layers/tiny-layer/stable  tiny-layer:2 -> tiny-layer:1, read back" in capsys.readouterr().out
    assert project.channel("stable") == arn(1)


def test_a_plan_of_stable_moves_nothing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.configure("channels: true")
    project.deploy({"idna": "3.7"})
    assert project.share("--stable", "--plan") == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["/layers/tiny-layer/next", "eu-central-1", "tiny-layer:1"] in rows
    assert ["/layers/tiny-layer/stable", "eu-central-1", "tiny-layer:1", "was", "nothing"] in rows
    assert project.channel("stable") is None


def test_a_version_that_becomes_stable_is_shared_like_the_newest(project: Project) -> None:
    project.configure("channels: true")
    project.deploy({"idna": "3.7"})
    project.deploy({"idna": "3.8"})
    project.configure(f"channels: true, share: {{accounts: [{FRIEND}]}}")
    project.share("--stable", "1")
    assert list(project.grants(1).values()) == list(project.grants(2).values()) == [f"account {FRIEND}"]


def test_a_new_entry_reaches_the_version_that_is_stable(project: Project) -> None:
    project.configure("channels: true")
    for version in ("3.7", "3.8", "3.9"):
        project.deploy({"idna": version})
    project.share("--stable", "1")
    project.configure(f"channels: true, share: {{accounts: [{FRIEND}]}}")
    project.share()
    assert [len(project.grants(version)) for version in (1, 2, 3)] == [1, 0, 1]


def test_only_a_version_that_is_there_and_ours_becomes_stable(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure("channels: true")
    project.deploy({"idna": "3.7"})
    lies = f"sha256:{'0' * 12} git:c0ffee012345 img:abababababab"
    for description in ("by hand", lies):
        project.aws.functions.publish_layer_version(
            LayerName="tiny-layer",
            Description=description,
            Content={"ZipFile": zipped({"python/idna.py": ""})},
            CompatibleRuntimes=["python3.11"],
            CompatibleArchitectures=["x86_64"],
        )
    assert project.share("--stable", "9") == 1
    assert "there is no such version in eu-central-1" in capsys.readouterr().err
    for version in ("2", "3"):
        assert project.share("--stable", version) == 1
        assert f"tiny-layer:{version}: was not published by this pipeline" in capsys.readouterr().err
    assert project.channel("stable") is None


def test_stable_without_channels_or_without_next_says_what_to_do(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.share("--stable") == 1
    assert "no layer has channels" in capsys.readouterr().err
    project.configure("channels: true")
    assert project.share("--stable") == 1
    assert "no next channel names a version in eu-central-1" in capsys.readouterr().err


def test_a_parameter_of_somebody_else_is_not_overwritten_and_nothing_is_published(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.aws.parameters.put_parameter(Name="/layers/tiny-layer/next", Value="mine", Type="String")
    project.configure("channels: true")
    assert project.deploy({"idna": "3.7"}) == 1
    assert "holds 'mine', no version of tiny-layer" in capsys.readouterr().err
    assert project.channel("next") == "mine"
    assert project.aws.functions.list_layer_versions(LayerName="tiny-layer")["LayerVersions"] == []


def test_the_catalog_follows_its_schema_and_says_what_is_where(project: Project) -> None:
    project.configure(f"{SHARED}, channels: true", ", publish-regions: [us-east-1]")
    project.deploy({"idna": "3.7"})
    project.deploy({"idna": "3.8", "six": "1.16"})
    project.share("--stable", "1")
    catalog = project.catalog()
    jsonschema_rs.validate(json.loads(SCHEMA.read_text()), catalog)
    found = {(each["region"], each["version"]): each for each in catalog["versions"]}
    assert list(found) == [("eu-central-1", 2), ("eu-central-1", 1), ("us-east-1", 2), ("us-east-1", 1)]
    first, newest = found["eu-central-1", 1], found["us-east-1", 2]
    assert (first["arn"], first["channels"]) == (arn(1), ["/layers/tiny-layer/stable"])
    assert (newest["arn"], newest["channels"]) == (arn(2, "us-east-1"), ["/layers/tiny-layer/next"])
    assert [(each["name"], each["version"]) for each in newest["packages"]] == [("idna", "3.8"), ("six", "1.16")]
    assert newest["sha256"] == found["eu-central-1", 2]["sha256"] != first["sha256"]
    assert {"principal": "*", "organization": ORGANIZATION} in newest["shared_with"]
    assert newest["published_by_channelwright"]


def test_the_catalog_says_which_version_nobody_verified(project: Project) -> None:
    project.deploy({"idna": "3.7"})
    metadata = "Name: six\nVersion: 1.16\nLicense: MIT\n"
    content = zipped({"python/six.py": "", "python/six-1.16.dist-info/METADATA": metadata})
    project.aws.functions.publish_layer_version(
        LayerName="tiny-layer", Description="by hand", Content={"ZipFile": content}
    )
    project.share()
    catalog = project.catalog()
    jsonschema_rs.validate(json.loads(SCHEMA.read_text()), catalog)
    by_hand, ours = catalog["versions"]
    assert (by_hand["published_by_channelwright"], ours["published_by_channelwright"]) == (False, True)
    assert by_hand["git"] is None
    assert by_hand["packages"] == [{"name": "six", "version": "1.16", "license": "MIT", "sha256": None}]


def test_the_same_versions_give_the_same_catalog(project: Project) -> None:
    project.deploy({"idna": "3.7"})
    project.share()
    first = (project.folder / "dist" / "catalog.json").read_bytes()
    project.share()
    assert (project.folder / "dist" / "catalog.json").read_bytes() == first


def test_json_is_all_that_is_said(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.configure(f"share: {{accounts: [{FRIEND}]}}, channels: true")
    project.deploy({"idna": "3.7"})
    project.configure("share: {}, channels: true")
    capsys.readouterr()
    assert project.share("--json", "--plan") == 0
    said = capsys.readouterr()
    assert said.err == ""  # nox sends a command's stderr to stdout
    planned = output("share", said.out)
    assert [(each["principal"], each["state"]) for each in planned["grants"]] == [(FRIEND, "surplus")]
    assert (planned["applied"], planned["changed"], planned["catalog"]) == (False, True, None)
    assert project.share("--json", "--stable") == 0
    done = output("share", capsys.readouterr().out)
    assert (done["applied"], done["grants"], done["catalog"]) == (True, [], "dist/catalog.json")
    assert done["channels"] == [
        {"name": "/layers/tiny-layer/next", "region": "eu-central-1", "before": arn(1), "after": arn(1)},
        {"name": "/layers/tiny-layer/stable", "region": "eu-central-1", "before": None, "after": arn(1)},
    ]


@pytest.mark.parametrize("wrong", ["0", "-1", "latest"])
def test_a_version_that_is_no_number_is_wrong_usage(project: Project, wrong: str) -> None:
    with pytest.raises(SystemExit) as ended:
        project.share(f"--stable={wrong}")
    assert ended.value.code == 2


def test_regions_are_published_side_by_side_and_functions_stay_at_home(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure(f"{SHARED}, channels: true", ", publish-regions: [us-east-1, eu-west-1, eu-central-1]")
    assert project.deploy({"idna": "3.7"}, "--plan") == 0
    out = capsys.readouterr().out
    assert "  layer     tiny-layer, a new version in us-east-1" in out
    assert "  channel   /layers/tiny-layer/next  nothing -> the new version in eu-west-1" in out
    assert project.deploy({"idna": "3.7"}) == 0
    assert "us-east-1  tiny-layer:1  published, its digest read back" in capsys.readouterr().out
    for region in ("eu-central-1", "us-east-1", "eu-west-1"):
        assert project.channel("next", region) == arn(1, region)
        assert len(project.grants(1, region)) == 2
    assert elsewhere(project.aws, "us-east-1").functions.list_functions()["Functions"] == []


@pytest.mark.parametrize(
    ("method", "ending", "action"),
    [
        ("POST", "/layers/tiny-layer/versions", "lambda:PublishLayerVersion tiny-layer"),
        ("POST", "/versions/1/policy", "lambda:AddLayerVersionPermission tiny-layer:1"),
    ],
)
def test_a_region_that_fails_stops_the_rollout_and_a_rerun_completes_it_without_publishing_twice(
    project: Project, capsys: pytest.CaptureFixture[str], method: str, ending: str, action: str
) -> None:
    project.configure(f"{SHARED}, channels: true", ", publish-regions: [us-east-1]")
    with project.refused_in("us-east-1", method, ending):
        assert project.deploy({"idna": "3.7"}) == 1
    said = capsys.readouterr()
    assert "eu-central-1  tiny-layer:1  published, its digest read back" in said.out
    assert f"us-east-1: {action}: explicit deny in a service control policy" in said.err
    assert "eu-central-1 is delivered, and no function was changed; us-east-1 not, or not wholly" in said.err
    alias = project.aws.functions.get_alias(FunctionName="tiny_bot-dev", Name="live")
    assert (alias["FunctionVersion"], project.channel("next", "us-east-1")) == ("1", None)
    assert project.deploy({"idna": "3.7"}) == 0
    assert project.channel("next", "us-east-1") == arn(1, "us-east-1")
    for region in ("eu-central-1", "us-east-1"):
        listed = elsewhere(project.aws, region).functions.list_layer_versions(LayerName="tiny-layer")
        assert [each["Version"] for each in listed["LayerVersions"]] == [1]
        assert len(project.grants(1, region)) == 2


def test_sharing_that_fails_in_one_region_is_done_in_the_others_and_by_a_rerun(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure("", ", publish-regions: [us-east-1]")
    project.deploy({"idna": "3.7"})
    project.configure(SHARED, ", publish-regions: [us-east-1]")
    with project.refused_in("us-east-1", "POST", "/policy"):
        assert project.share() == 1
    said = capsys.readouterr()
    assert f"eu-central-1  tiny-layer:1  + account {FRIEND}, read back" in said.out
    assert "eu-central-1 is as declared; us-east-1 not, or not wholly" in said.err
    assert (len(project.grants(1)), len(project.grants(1, "us-east-1"))) == (2, 0)
    assert project.share() == 0
    assert len(project.grants(1, "us-east-1")) == 2


def test_a_stack_of_another_project_follows_the_name(project: Project) -> None:
    project.configure("channels: true")
    project.deploy({"idna": "3.7"})
    project.share("--stable")
    template = {
        "Resources": {
            "Follower": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": "follower",
                    "Runtime": "python3.11",
                    "Handler": "index.handler",
                    "Role": ROLE,
                    "Code": {"ZipFile": PLACEHOLDER},
                    "Layers": ["{{resolve:ssm:/layers/tiny-layer/stable}}"],
                },
            }
        }
    }
    project.aws.stacks.create_stack(StackName="follower", TemplateBody=json.dumps(template))
    project.aws.stacks.get_waiter("stack_create_complete").wait(StackName="follower")
    found = project.aws.functions.get_function_configuration(FunctionName="follower")
    assert [each["Arn"] for each in found["Layers"]] == [arn(1)]


def test_stable_is_the_same_bytes_in_every_region_whatever_their_numbers(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure("channels: true")
    project.deploy({"idna": "3.7"})
    project.configure("channels: true", ", publish-regions: [us-east-1]")
    assert project.share("--stable", "1") == 1
    assert "us-east-1: tiny-layer: no version has the bytes of tiny-layer:1" in capsys.readouterr().err
    assert project.channel("stable") is None
    project.deploy({"idna": "3.8"})
    assert project.share("--stable", "2") == 0
    assert (project.channel("stable"), project.channel("stable", "us-east-1")) == (arn(2), arn(1, "us-east-1"))


def test_each_architecture_has_its_own_channels_and_stable_moves_them_together(project: Project) -> None:
    project.configure("channels: true", architectures="x86_64, arm64")
    assert project.deploy({"idna": "3.7"}, architectures=("x86_64", "arm64")) == 0
    assert (project.channel("next"), project.channel("next-arm64")) == (arn(1), arn(2))
    assert project.share("--stable") == 0
    assert (project.channel("stable"), project.channel("stable-arm64")) == (arn(1), arn(2))


def test_a_channel_is_never_made_to_hold_a_version_for_another_architecture(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure("channels: true", architectures="x86_64, arm64")
    project.deploy({"idna": "3.7"}, architectures=("x86_64", "arm64"))
    project.configure("channels: true", architectures="arm64, x86_64")
    assert project.deploy({"idna": "3.8"}, architectures=("x86_64", "arm64")) == 1
    assert "holds a version for python3.11 on x86_64, and would get one for python3.11 on arm64" in (
        capsys.readouterr().err
    )
    listed = project.aws.functions.list_layer_versions(LayerName="tiny-layer")
    assert [each["Version"] for each in listed["LayerVersions"]] == [2, 1]


def test_a_large_layer_goes_through_a_bucket_of_each_region_and_is_refused_before_anything_is_sent(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.aws.uploads.DIRECT_UPLOAD", 10)
    home = {"LocationConstraint": "eu-central-1"}
    project.aws.objects.create_bucket(Bucket="at-home", CreateBucketConfiguration=home)  # type: ignore[arg-type]
    elsewhere(project.aws, "us-east-1").objects.create_bucket(Bucket="in-the-east")
    project.configure("", ", publish-regions: [us-east-1], bucket: at-home")
    assert project.deploy({"idna": "3.7"}) == 1
    assert "stages.dev.bucket.us-east-1: is at-home, in eu-central-1 alone" in capsys.readouterr().err
    assert project.aws.functions.list_layer_versions(LayerName="tiny-layer")["LayerVersions"] == []
    project.configure("", ", publish-regions: [us-east-1], bucket: {eu-central-1: at-home, us-east-1: at-home}")
    assert project.deploy({"idna": "3.7"}) == 1
    assert "cause: the bucket is in another region" in capsys.readouterr().err
    project.configure("", ", publish-regions: [us-east-1], bucket: {eu-central-1: at-home, us-east-1: in-the-east}")
    assert project.deploy({"idna": "3.7"}) == 0


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
