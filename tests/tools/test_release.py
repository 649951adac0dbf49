"""A tag becomes a release only where everything names one version, and what was built is the command."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from deploy import __version__
from tools import release

if TYPE_CHECKING:
    from pathlib import Path

CHANGELOG = f"""# Changelog

## Unreleased

### Added
- something new

## [{__version__}] - 2026-11-29

### Fixed
- what was wrong

## 0.0.9 - 2026-01-01
- older
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(f'[project]\nversion = "{__version__}"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    return tmp_path


COMMAND = "[console_scripts]\nchannelwright = pipeline.__main__:main\n"


def wheel(folder: Path, *, entries: str = COMMAND, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    with ZipFile(folder / "channelwright-1.0.0-py3-none-any.whl", "w") as archive:
        archive.writestr("channelwright-1.0.0.dist-info/entry_points.txt", entries)
        for name, text in {"pipeline/__init____py": "", **files}.items():
            archive.writestr(name.replace("__py", ".py"), text)
    (folder / "channelwright-1.0.0.tar.gz").touch()
    return folder


def test_a_tag_that_everything_agrees_with_is_fine(project: Path) -> None:
    assert list(release.disagreements(f"v{__version__}", project)) == []


def test_all_that_names_another_version_is_named_at_once(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nversion = "7.0.0"\n')
    wrong = list(release.disagreements("v9.9.9", project))
    assert [each.split(": ")[0] for each in wrong] == ["pyproject.toml", "deploy/__init__.py", "CHANGELOG.md"]


@pytest.mark.parametrize("tag", ["1.2.3", "v1.2", "v1.2.3rc1", "v1.2.3-"])
def test_what_is_no_release_s_tag_is_refused(project: Path, tag: str) -> None:
    assert list(release.disagreements(tag, project)) == [f"{tag}: is no tag of a release; it is vMAJOR.MINOR.PATCH"]


def test_the_text_of_a_release_is_its_section_alone() -> None:
    assert release.section(CHANGELOG, __version__) == "### Fixed\n- what was wrong"
    assert release.section(CHANGELOG, "0.0.9") == "- older"
    assert release.section(CHANGELOG, "3.0.0") is None


def test_one_wheel_with_the_command_and_its_sdist_are_fit(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/bot.py").touch()
    assert list(release.unfit(wheel(tmp_path / "built"), tmp_path / "src")) == []


def test_a_wheel_without_the_command_or_with_the_bot_is_refused(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/bot.py").touch()
    (tmp_path / "src/channelwright").mkdir()
    more = {"bot__py": "", "channelwright/jobs__py": ""}
    built = wheel(tmp_path / "built", entries="[other]\nchannelwright = x:main\n", **more)
    assert [each.partition(": ")[2] for each in release.unfit(built, tmp_path / "src")] == [
        "brings no command channelwright",
        "holds bot.py, which is the bot's",
        "holds channelwright, which is the bot's",
    ]


def test_a_wheel_with_more_than_the_pipeline_is_refused(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    built = wheel(tmp_path / "built", **{"tools/release__py": ""})
    assert [each.partition(": ")[2] for each in release.unfit(built, tmp_path / "src")] == [
        "holds tools beside pipeline, which is the pipeline"
    ]


def test_a_command_that_does_not_start_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "channelwright-1.0.0-py3-none-any.whl").write_bytes(b"no wheel")
    (wrong,) = release.unstartable(folder)
    assert "channelwright --version" in wrong


def test_anything_beside_a_wheel_and_its_sdist_is_refused(tmp_path: Path) -> None:
    built = wheel(tmp_path / "built")
    (built / "notes.txt").touch()
    (wrong,) = release.unfit(built, tmp_path)
    assert "notes.txt" in wrong
