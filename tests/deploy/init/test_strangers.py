"""Projects of strangers, chosen before they were tried: what init writes leads on, and what it leaves it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from tests.deploy.init.projects import HANDLER, write
from tests.deploy.init.test_init_command import init

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.settings import Settings

DATADOG = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:65"
INSIGHTS = "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:53"
SERVERLESS = f"""\
service: media
provider: {{name: aws, runtime: python3.11, region: us-east-1, layers: ["{DATADOG}"]}}
package: {{individually: true}}
plugins: [serverless-python-requirements]
functions:
  resize:
    module: services/resize
    handler: main.handler
    layers:
      - {{Ref: PythonRequirementsLambdaLayer}}
      - arn:aws:lambda:${{aws:region}}:580247275435:layer:LambdaInsightsExtension:53
      - {{Ref: FfmpegLambdaLayer}}
  notify: {{handler: services/notify/main.handler}}
"""
SAM = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Table: {Type: String}, Level: {Type: String}, Key: {Type: String, NoEcho: true}, Other: {Type: String}}
Globals:
  Function:
    Runtime: python3.11
    Environment: {Variables: {TABLE: !Ref Table, LEVEL: !Ref Level, KEY: !Ref Key, OTHER: !Ref Other}}
Resources: {Take: {Type: AWS::Serverless::Function, Properties: {CodeUri: src, Handler: app.handler}}}
"""
SAMCONFIG = """\
[default.deploy.parameters]
region = "eu-west-1"
parameter_overrides = 'Table="orders dev" ParameterKey=Level,ParameterValue=debug Key=secret Other=1'
[prod.deploy.parameters]
parameter_overrides = ["Table=orders", "Level=debug", "Key=secret"]
"""
POETRY = """\
[tool.poetry.dependencies]
python = "^3.11"
shared = {path = "../shared", develop = true}
"""
DIRECTORY = '[[package]]\nname = "shared"\n[package.source]\ntype = "directory"\nurl = "../shared"\n'
CDK = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["aws-cdk-lib", "six"]\n'
UV = 'version = 1\nrequires-python = ">=3.11"\n'


def following(printed: str) -> list[str]:
    lines = [line.removeprefix("next: ") for line in printed.splitlines() if line.startswith("next: ")]
    return [line.removeprefix("nox -s ").partition(" ")[0] for line in lines]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return tmp_path / "shop"


def taken(project: Path, files: dict[str, str], *arguments: str) -> Settings:
    assert init(write(project, files), "--yes", *arguments) == 0
    return load(project, {})


def test_a_folder_and_a_module_may_begin_with_a_digit(tmp_path: Path) -> None:
    files = {"requirements.in": "six\n", "src/2fa.py": HANDLER}
    settings = taken(tmp_path / "2048", files, "--region", "eu-central-1")
    assert settings.stages["dev"].stack == "project-2048-dev"
    assert settings.functions["function-2fa"].handler == "2fa.handler"


def test_folders_that_are_projects_of_their_own_are_named_where_there_is_no_handler_above_them(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    member = '[project]\nname = "api"\nversion = "1"\ndependencies = ["six"]\n'
    files = {"services/api/pyproject.toml": member, "services/api/src/api/app.py": HANDLER}
    assert not taken(shop, {"requirements.in": "six\n", **files}).functions
    said = capsys.readouterr().out
    assert "services/api have handlers, and `CHANNELWRIGHT_PROJECT=services/api nox -s init` writes" in said
    assert set(taken(shop / "services/api", {}).functions) == {"api-app"}


def test_that_there_is_no_handler_is_said(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken(shop, {"requirements.in": "six\n", "src/app.py": "def run():\n    pass\n"})
    assert "  no functions: no module has a `handler(event, context)`; a layer alone" in capsys.readouterr().out


def test_handlers_are_found_in_namespace_packages(shop: Path) -> None:
    files = {"src/acme/orders/handlers/create.py": HANDLER, "src/acme/common/text.py": ""}
    (function,) = taken(shop, {"requirements.in": "six\n", **files}).functions.values()
    assert function.handler == "acme/orders/handlers/create.handler"


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        (
            "\n    six>=1.16\n    # of the mails\n    idna; python_version > '3'",
            "six>=1.16\nidna; python_version > '3'\n",
        ),
        (" six", "six\n"),
    ],
)
def test_what_a_setup_cfg_alone_requires_is_locked_as_nothing_builds_it(wanted: str, lines: str, shop: Path) -> None:
    text = f"[metadata]\nname = mailer\n[options]\ninstall_requires ={wanted}\n"
    settings = taken(shop, {"setup.cfg": text, "src/app.py": HANDLER})
    assert (shop / "requirements.in").read_text() == lines
    assert [each.without for each in settings.layers.values()] == [()]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": POETRY, "poetry.lock": DIRECTORY}, ["poetry", "lock", "layer"]),
        ({"pyproject.toml": POETRY}, ["poetry", "poetry", "lock", "layer"]),
        ({"pyproject.toml": "", "poetry.lock": '[[package]]\nname = "six"\n'}, ["poetry", "layer"]),
        ({"Pipfile.lock": '{"default": {"own": {"editable": true, "path": "../own"}}}'}, ["pipenv", "lock", "layer"]),
        ({"Pipfile": "[packages]\nown = {git = 'https://git.example/own'}\n"}, ["pipenv", "pipenv", "lock", "layer"]),
    ],
)
def test_after_an_export_what_building_takes_is_locked_where_something_is_built(
    files: dict[str, str], expected: list[str], shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken(shop, {**files, "src/app.py": HANDLER})
    assert following(capsys.readouterr().out) == expected


def test_a_service_of_modules_has_their_lists_and_the_layers_that_its_functions_name(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = {f"services/{name}/main.py": HANDLER for name in ("resize", "notify")}
    lists = {f"services/{name}/requirements.txt": "six\n" for name in ("resize", "notify")}
    settings = taken(shop, {"serverless.yml": SERVERLESS, **code, **lists})
    wanted = "-r services/resize/requirements.txt\n-r services/notify/requirements.txt\n"
    assert (shop / "requirements.in").read_text() == wanted
    layers = {key: list(each.layers) for key, each in settings.functions.items()}
    assert layers == {"resize": ["media-dependencies", INSIGHTS], "notify": ["media-dependencies", DATADOG]}
    said = capsys.readouterr().out
    assert "  serverless.yml: resize: layers: FfmpegLambdaLayer\n" in said
    assert "requirements.txt: to be locked together, for one layer\n" in said
    assert "provider: layers" not in said
    assert "PythonRequirementsLambdaLayer" not in said


def test_lists_of_functions_that_another_one_stands_above_are_told(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"serverless.yml": SERVERLESS, "services/resize/main.py": HANDLER, "services/notify/main.py": HANDLER}
    lists = {"requirements.in": "-r services/notify/requirements.txt\n", "services/resize/requirements.txt": "six\n"}
    taken(shop, {**files, **lists, "services/notify/requirements.txt": "idna\n"})
    said = capsys.readouterr().out
    told = "  services/resize/requirements.txt: is not in the layer, which is made of requirements.in\n"
    assert told in said
    assert "notify/requirements.txt: is not" not in said


def test_parameters_that_samconfig_gives_are_each_stages_but_for_secrets(shop: Path) -> None:
    settings = taken(shop, {"template.yaml": SAM, "samconfig.toml": SAMCONFIG, "src/app.py": HANDLER})
    assert [settings.stages[name].parameters["Table"] for name in ("dev", "prod")] == ["orders dev", "orders"]
    written = (shop / "config/pipeline.yaml").read_text()
    assert "LEVEL: debug" in written
    assert "Other: {env: OTHER}" in written
    assert "secret" not in written


@pytest.mark.parametrize("grouped", [False, True])
def test_a_lock_that_holds_a_cdk_application_itself_is_told_but_for_a_group(
    *, grouped: bool, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = CDK.replace('"aws-cdk-lib", ', "") + '[dependency-groups]\ninfra = ["aws-cdk-lib"]\n' if grouped else CDK
    files = {"cdk.json": "{}", "pyproject.toml": project, "uv.lock": UV}
    taken(shop, {**files, "lambda/app.py": HANDLER})
    told = "  uv.lock: locks what the CDK application itself needs with what its functions need: "
    assert (told in capsys.readouterr().out) is not grouped


def test_a_list_of_functions_goes_before_a_lock_that_holds_a_cdk_application(shop: Path) -> None:
    files = {"cdk.json": "{}", "pyproject.toml": CDK, "uv.lock": UV}
    taken(shop, {**files, "lambda/app.py": HANDLER, "lambda/requirements.txt": "six\n"})
    assert (shop / "requirements.in").read_text() == "-r lambda/requirements.txt\n"
