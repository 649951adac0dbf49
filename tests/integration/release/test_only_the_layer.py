"""The page for those whose functions are another tool's: what it shows leads to the layer that was published.

SAM's is deployed on the emulated AWS. The tools of the others are used where they are installed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
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


ARN = f"arn:aws:lambda:eu-central-1:123456789012:layer:{LAYER}:3"


def ran(program: str, text: str, **variables: str) -> Any:
    """Run a program that reads the page's text from stdin and prints JSON, apart from what these tests loaded."""
    environment = {
        **os.environ,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", program], input=text, env={**environment, **variables}, capture_output=True, text=True,
        check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


SAM = """
import json, sys, yaml
from samtranslator.translator.translator import Translator
from samtranslator.parser.parser import Parser
from samtranslator.yaml_helper import yaml_parse
template = yaml_parse(sys.stdin.read())
template["Resources"]["Take"]["Properties"]["CodeUri"] = "s3://bucket/take.zip"  # as `sam package` writes it
print(json.dumps(Translator({}, Parser()).translate(template, {})))
"""


@pytest.mark.parametrize(("written", "expected"), [("!Ref Layer", {"Ref": "Layer"}), (f'"{ARN}"', ARN)])
def test_sams_own_translator_gives_the_function_the_layer(written: str, expected: object) -> None:
    pytest.importorskip("samtranslator", reason="`nox -s only-the-layer` has it")
    found = ran(SAM, BLOCKS["yaml"][0].replace("[!Ref Layer]", f"[{written}]"))
    assert found["Resources"]["Take"]["Properties"]["Layers"] == [expected]
    assert found["Parameters"]["Layer"]["Default"] == f"/layers/{LAYER}/next"


CDK = """
import json, pathlib, sys, tempfile, os
os.chdir(tempfile.mkdtemp())
pathlib.Path("src").mkdir()
pathlib.Path("src/take.py").write_text("def handler(event, context): return 1")
exec(compile(sys.stdin.read(), "page", "exec"))
from aws_cdk import App
app = App()
Orders(app, "Orders")
print(json.dumps(app.synth().get_stack_by_name("Orders").template))
"""


@pytest.mark.parametrize("by", ["name", "ARN"])
def test_cdks_own_synthesis_gives_the_function_the_layer(by: str) -> None:
    pytest.importorskip("aws_cdk", reason="`nox -s only-the-layer` has it")
    text = re.sub(r"arn = aws_ssm.*", f"arn = {ARN!r}", BLOCKS["python"][0]) if by == "ARN" else BLOCKS["python"][0]
    found = ran(CDK, text)
    (function,) = (each for each in found["Resources"].values() if each["Type"] == "AWS::Lambda::Function")
    (layer,) = function["Properties"]["Layers"]
    if by == "ARN":
        assert layer == ARN
    else:
        followed = found["Parameters"][layer["Ref"]]
        assert (followed["Type"], followed["Default"]) == (
            "AWS::SSM::Parameter::Value<String>",
            f"/layers/{LAYER}/next",
        )


@pytest.mark.parametrize("by", ["name", "ARN"])
def test_terraforms_is_read_as_its_language_and_leads_to_the_layer(by: str) -> None:
    hcl2 = pytest.importorskip("hcl2", reason="`nox -s only-the-layer` has it")
    text = BLOCKS["hcl"][0]
    text = text.replace("data.aws_ssm_parameter.layer.insecure_value", f'"{ARN}"') if by == "ARN" else text
    found = json.dumps(hcl2.loads(text)).replace('\\"', "")
    assert f"/layers/{LAYER}/next" in found
    assert f'"layers": ["{ARN if by == "ARN" else "${data.aws_ssm_parameter.layer.insecure_value}"}"]' in found


@pytest.mark.parametrize("text", BLOCKS["python"], ids=["cdk", "pulumi"])
def test_what_is_python_compiles(text: str) -> None:
    compile(text, "page", "exec")
