"""The names that others follow: `next` and `stable`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.release.share.conftest import FRIEND, arn
from tests.integration.shipment import zipped

if TYPE_CHECKING:
    import pytest

    from tests.integration.release.share.conftest import Project


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
