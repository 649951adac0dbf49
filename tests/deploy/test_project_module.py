from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from deploy.errors import ConfigError
from deploy.local_secrets import with_secrets
from deploy.project_module import check, output
from deploy.settings import Code, Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "tools").mkdir()
    (tmp_path / "src/rules.py").write_text("LIMIT = 3\n")
    (tmp_path / "tools/limit.py").write_text(
        """
import sys
from rules import LIMIT
for name in sys.argv[1:]:
    size = len(open(name).read())
    if size > LIMIT:
        print(f"{name}: has {size}, and {LIMIT} is the limit", file=sys.stderr)
        sys.exit(3)
    print(f"{name}: has {size}")
"""
    )
    (tmp_path / "good").write_text("abc")
    (tmp_path / "a bad one").write_text("abcd")
    return tmp_path


def settings(project: Path, *checks: str) -> Settings:
    return Settings(project=project, layers={}, code=Code(checks=checks))


def test_a_check_sees_the_project_and_its_sources_and_what_it_says_is_said(project: Path) -> None:
    said: list[str] = []
    check(settings(project, "tools.limit good", "tools.limit good good"), said.append)
    assert said == ["good: has 3"] * 3


def test_every_check_that_refuses_is_told_with_all_that_it_said(project: Path) -> None:
    said: list[str] = []
    with pytest.raises(ConfigError) as refused:
        check(settings(project, "tools.limit 'a bad one'", "tools.missing", "tools.limit good"), said.append)
    assert [fault.where for fault in refused.value.faults] == [
        "code.checks: tools.limit 'a bad one'",
        "code.checks: tools.missing",
    ]
    assert "a bad one: has 4, and 3 is the limit\n" in refused.value.log
    assert "No module named tools.missing" in refused.value.log
    assert "exit code 3" in refused.value.faults[0].what
    assert said == ["good: has 3"]


def test_quotes_that_are_not_closed_are_told(project: Path) -> None:
    with pytest.raises(ConfigError, match="No closing quotation"):
        check(settings(project, "tools.limit 'good"), print)


def test_what_a_module_prints_is_handed_over_and_a_failure_is_told(project: Path) -> None:
    assert output(settings(project), "discord.application", "tools.limit good") == "good: has 3\n"
    with pytest.raises(ConfigError, match="is the limit"):
        output(settings(project), "discord.application", "tools.limit 'a bad one'")


def test_the_environment_comes_before_the_stage_s_file_and_that_before_env(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nB=1\nC=1\nD=$A\n")
    (tmp_path / ".env.dev").write_text("A=2\nB=2\nC=\n")
    before = dict(os.environ)
    assert with_secrets({"A": "3"}, tmp_path, "dev") == {"A": "3", "B": "2", "C": "1", "D": "$A"}
    assert with_secrets({"A": "3"}, tmp_path, "prod") == {"A": "3", "B": "1", "C": "1", "D": "$A"}
    assert dict(os.environ) == before
