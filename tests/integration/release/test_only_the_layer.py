"""The page for those whose functions are another tool's: what it shows leads to the layer that was published.

SAM's is deployed on the emulated AWS. The tools of the others are used where they are installed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from cfnlint.api import lint

from deploy.prepare import Prepared
from tests.docs.pages import PROJECT, Page
from tests.integration.release.conftest import ROLE
from tests.integration.release.looking import Looker
from tests.integration.release.sources import furnish

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.aws.connection import Aws
    from tests.integration.shipment import Shop

PAGE = Page(PROJECT / "docs" / "how-to" / "only-the-layer.md")
BLOCKS = {
    language: [text for text in PAGE.blocks(language) if not text.startswith("# config")]
    for language in ("yaml", "hcl", "python")
}
EVERY = [text for blocks in BLOCKS.values() for text in blocks]
LAYER = "orders-dependencies"


@pytest.fixture
def published(
    aws: Aws, tmp_path: Path, shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Publish the page's layer as the page does; return what `deploy --json` says of it."""
    assert aws.account
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    furnish(tmp_path)
    made = Prepared(layers=(shop.layer({"idna": "3.7"}, name=LAYER),), code={}, fresh=frozenset())
    monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: made)
    (config,) = (text for text in PAGE.blocks("yaml") if text.startswith("# config"))
    (layer,) = Looker(tmp_path, capsys, config).json("deploy", "--stage", "prod")["layers"]
    return layer


def test_every_tool_follows_the_name_that_a_deploy_writes(published: Any, aws: Aws) -> None:
    assert len(EVERY) == 5
    for text in EVERY:
        assert re.findall(r"/layers/[\w/-]+", text) == [published["followed_as"]], text
    found = aws.parameters.get_parameter(Name=published["followed_as"])["Parameter"]["Value"]
    assert found == published["arn"]


def test_the_arn_that_is_shown_is_written_like_the_one_that_is_printed(published: Any) -> None:
    (shown,) = set(re.findall(r"arn:aws:lambda:eu[\w:-]+", PAGE.text))
    assert shown == re.sub(r"\d+$", "3", published["arn"])


def test_sams_is_what_cfn_lint_takes() -> None:
    assert [f"{each.rule.id} {each.message}" for each in lint(BLOCKS["yaml"][0], regions=["eu-central-1"])] == []


def test_a_stack_gets_the_layer_through_the_name(published: Any, aws: Aws) -> None:
    # The emulator does without SAM's translator: what it would make of the function is written here.
    template = (
        BLOCKS["yaml"][0]
        .replace("Transform: AWS::Serverless-2016-10-31\n", "")
        .replace("AWS::Serverless::Function", "AWS::Lambda::Function")
        .replace("CodeUri: src", f"Role: {ROLE}\n      Code: {{ZipFile: 'def handler(event, context): return 1'}}")
    )
    aws.stacks.create_stack(StackName="theirs", TemplateBody=template)
    aws.stacks.get_waiter("stack_create_complete").wait(StackName="theirs")
    function = aws.functions.get_function_configuration(FunctionName="orders_take")
    assert [each["Arn"] for each in function["Layers"]] == [published["arn"]]


def test_serverless_s_is_yaml_with_the_keys_that_it_knows() -> None:
    found = yaml.safe_load(BLOCKS["yaml"][1])
    assert found["functions"]["take"]["layers"] == ["${ssm:/layers/orders-dependencies/next}"]


def test_terraform_s_is_formatted_as_terraform_would() -> None:
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform is not installed")
    done = subprocess.run(
        [terraform, "fmt", "-check", "-diff", "-"], input=BLOCKS["hcl"][0], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("text", BLOCKS["python"], ids=["cdk", "pulumi"])
def test_what_is_python_compiles(text: str) -> None:
    compile(text, "page", "exec")
