"""One's own template, as cfn-lint sees it for the regions that it goes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.agreement import lint
from deploy.errors import ConfigError
from deploy.invocation import Invocation, begin
from deploy.settings import Function, FunctionResources, Settings, Stage

pytestmark = pytest.mark.programs

TEMPLATE = """\
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true}
"""


def remarks(folder: Path, text: str, *regions: str) -> tuple[str, ...]:
    (folder / "template.yaml").write_text(text)
    settings = Settings(project=folder, layers={}, template=Path("template.yaml"))
    return lint.remarks(settings, [Stage(name=each, region=each) for each in regions])


def test_a_template_that_is_right_needs_no_word(tmp_path: Path) -> None:
    assert remarks(tmp_path, TEMPLATE, "eu-central-1") == ()


def test_a_key_that_is_misspelt_is_refused_with_its_line_and_the_rule(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        remarks(tmp_path, TEMPLATE.replace("FifoQueue", "FiveQueue"), "eu-central-1")
    (fault,) = refused.value.faults
    assert fault.where == "template.yaml:4"
    assert "'FiveQueue' was unexpected" in fault.what
    assert fault.cause.startswith("E3002: ")


def test_a_type_that_a_stage_s_region_has_not_is_refused(tmp_path: Path) -> None:
    text = f"{TEMPLATE}  Home:\n    Type: AWS::AppRunner::AutoScalingConfiguration\n"
    assert remarks(tmp_path, text, "eu-central-1") == ()
    with pytest.raises(ConfigError, match="does not exist in 'mx-central-1'"):
        remarks(tmp_path, text, "eu-central-1", "mx-central-1")


def test_what_the_project_ignores_is_ignored(tmp_path: Path) -> None:
    (tmp_path / ".cfnlintrc").write_text("ignore_checks: [E3002]\n")
    assert remarks(tmp_path, TEMPLATE.replace("FifoQueue", "FiveQueue"), "eu-central-1") == ()


def test_where_it_is_not_installed_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    before = begin(Invocation("channelwright"))
    try:
        (said,) = remarks(tmp_path, TEMPLATE, "eu-central-1")
    finally:
        begin(before)
    assert said.startswith("template.yaml: was not linted, as cfn-lint is not installed; pip install")


def own(folder: Path, region: str) -> tuple[str, ...]:
    """Say what is said of the template that the pipeline makes of one function, which wants an address of its own."""
    function = Function(key="api", name="api", handler="app.handler", resources=FunctionResources(url="public"))
    settings = Settings(project=folder, functions={"api": function})
    return lint.remarks(settings, [Stage(name="dev", region=region, stack="dev")])


def test_a_type_of_the_pipelines_own_template_that_a_region_has_not_is_refused(tmp_path: Path) -> None:
    assert own(tmp_path, "eu-central-1") == ()
    with pytest.raises(ConfigError, match=r"the pipeline's own template:\d+: .*AWS::Lambda::Url.* in 'eu-central-2'"):
        own(tmp_path, "eu-central-2")
    assert list(tmp_path.iterdir()) == []


def test_a_project_without_a_template_needs_no_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "_program", lambda: pytest.fail("it was called"))
    assert lint.remarks(Settings(project=tmp_path, layers={}), [Stage(name="dev", region="eu-central-1")]) == ()
