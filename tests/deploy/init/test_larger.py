"""Projects as they are after some years: what cannot be taken over is said, whatever it is, and nothing is guessed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from deploy.init import handlers, look
from deploy.init.serverless import package
from tests.deploy.init.projects import HANDLER, write

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.init.values import FoundFunction, FoundProgram

SAM = """\
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters: {Env: {Type: String, Default: dev}}
Globals:
  Function: {Runtime: python3.12, CodeUri: services/orders, Handler: app.api.handler, EphemeralStorage: {Size: 2048}}
Resources:
  Orders: {Type: AWS::Serverless::Function, Properties: {FunctionName: !Sub "shop-${Env}-orders"}}
  Billing: {Type: AWS::Serverless::Function, Properties: {FunctionName: !Sub "${AWS::StackName}-billing"}}
  Plain: {Type: AWS::Serverless::Function, Properties: {FunctionName: plain, Layers: [!Ref Common]}}
  Fn::ForEach::Workers:
    - Name
    - [Alpha, Beta]
    - "${Name}Worker": {Type: AWS::Serverless::Function}
  Mail: {Type: AWS::Serverless::Application, Properties: {Location: mail/template.yaml}}
"""
NESTED = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12}}
Resources: {Send: {Type: AWS::Serverless::Function, Properties: {CodeUri: src, Handler: m.handler}}}
"""
SAMCONFIG = """\
[default.global.parameters]
stack_name = "web-shop"
[default.deploy.parameters]
region = "eu-west-1"
[prod.deploy.parameters]
region = "us-east-1"
stack_name = "web-shop-prod"
"""
SERVERLESS = """\
service: media
plugins: [serverless-python-requirements]
custom: {pythonRequirements: {fileName: reqs/prod.txt, noDeploy: [boto3], dockerizePip: true}}
provider: {name: aws, runtime: python3.11, region: eu-north-1, vpc: {subnetIds: [a]}, ephemeralStorageSize: 1024}
package: {individually: true, patterns: ["!**", "src/**", "!src/**/test_*.py", "!{package,yarn}.lock"]}
functions: {list: {handler: src/list.handler}}
resources:
  - ${file(more.yml)}
  - Resources: {Queue: {Type: AWS::SQS::Queue}}
"""
CHALICE_APP = """\
from chalice import Chalice
from chalicelib import jobs
app = Chalice(app_name="bakery")
app.register_blueprint(jobs.bp, url_prefix="/jobs")
@app.lambda_function(name="bake-bread")
def bake(event, context):
    return 1
"""
CHALICE = {
    "version": "2.0",
    "app_name": "bakery",
    "iam_role_arn": "arn:aws:iam::1:role/x",
    "environment_variables": {"FLOUR": "rye", "SALT": "much"},
    "lambda_architecture": "arm64",
    "stages": {
        "dev": {
            "environment_variables": {"SALT": "little"},
            "lambda_functions": {"bake-bread": {"environment_variables": {"OVEN": "1"}}},
        }
    },
}


def of(project: Path, files: dict[str, str]) -> dict[str, FoundProgram]:
    """Return what is found, by the file that it is in."""
    programs = look.survey(write(project, files), {}).programs
    return {each.what.partition(":")[0]: each for each in programs}


def named(program: FoundProgram) -> dict[str, FoundFunction]:
    return {each.name: each for each in program.functions}


@pytest.fixture
def sam(tmp_path: Path) -> dict[str, FoundProgram]:
    files = {"template.yaml": SAM, "mail/template.yaml": NESTED, "samconfig.toml": SAMCONFIG}
    code = {"services/orders/app/api.py": HANDLER, "mail/src/m.py": HANDLER}
    return of(tmp_path, {**files, **code, ".aws-sam/build/template.yaml": SAM})


def test_a_name_is_what_a_deploy_does_not_decide_of_it_and_that_is_said(sam: dict[str, FoundProgram]) -> None:
    program = sam["template.yaml"]
    assert set(named(program)) == {"shop-orders", "billing", "plain"}
    said = [each for each in program.left if "its name" in each]
    assert said == [
        "template.yaml: Orders: its name, shop-${Env}-orders: here shop-orders and the stage's suffix",
        "template.yaml: Billing: its name, ${AWS::StackName}-billing: here billing and the stage's suffix",
    ]


def test_a_loop_of_resources_is_said_and_a_nested_application_read_by_itself(sam: dict[str, FoundProgram]) -> None:
    assert "template.yaml: Fn::ForEach::Workers: a loop is not worked out" in sam["template.yaml"].left
    assert "template.yaml: other resources: AWS::Serverless::Application" in sam["template.yaml"].left
    assert [each.key for each in sam["mail/template.yaml"].functions] == ["send"]


def test_other_environments_of_sam_are_said_with_where_they_go(sam: dict[str, FoundProgram]) -> None:
    program = sam["template.yaml"]
    assert (program.name, program.region) == ("web-shop", "eu-west-1")
    assert [each for each in program.left if each.startswith("samconfig")] == [
        "samconfig.toml: prod: region us-east-1, stack_name web-shop-prod: give it its place in `stages`"
    ]


def test_the_room_in_tmp_is_taken_over(sam: dict[str, FoundProgram]) -> None:
    assert {each.storage for each in sam["template.yaml"].functions} == {2048}


def test_a_service_says_what_its_provider_its_plugin_and_its_package_do_beside(tmp_path: Path) -> None:
    files = {"serverless.yml": SERVERLESS, "more.yml": "Resources: {Uploads: {Type: AWS::S3::Bucket}}\n"}
    program = of(tmp_path, {**files, "src/list.py": HANDLER, "reqs/prod.txt": "six\n"})["serverless.yml"]
    assert program.left == (
        "serverless.yml: provider: vpc",
        "serverless.yml: plugins: serverless-python-requirements",
        "serverless.yml: custom.pythonRequirements: dockerizePip, noDeploy",
        "serverless.yml: other resources: AWS::S3::Bucket, AWS::SQS::Queue",
        "serverless.yml: package: brings in src/** alone; `code.exclude` has what is taken out",
    )
    assert [each.storage for each in program.functions] == [1024]
    assert program.exclude == ("src/test_*.py", "src/*/test_*.py", "package.lock", "yarn.lock")


def test_that_everything_is_taken_out_before_some_comes_in_takes_nothing_out_here() -> None:
    assert list(package.excluded(["!./**", "!**/*", "app/**", "!app/{a,b}/*.md"])) == ["app/a/*.md", "app/b/*.md"]
    assert list(package.beyond(["!docs/**"])) == []


def test_variables_of_a_chalice_application_its_stage_and_a_function_add_up(tmp_path: Path) -> None:
    program = of(tmp_path, {".chalice/config.json": json.dumps(CHALICE), "app.py": CHALICE_APP})[".chalice/config.json"]
    (function,) = program.functions
    assert function.environment == {"FLOUR": "rye", "SALT": "little", "OVEN": "1"}
    assert function.architecture == "arm64"
    unread = "chalice: jobs.bp: a blueprint that is not found in a module: its functions are not read"
    assert unread in program.left
    assert "chalice: iam_role_arn" in program.left


BLUEPRINT = """\
from chalice import Blueprint
bp, other = Blueprint(__name__), object()
bp = Blueprint(__name__)
@bp.route("/mix")
def mix(): ...
@bp.schedule("rate(1 day)", name="feed-dough")
def feed(event): ...
@other.lambda_function()
def never(event, context): ...
"""


@pytest.mark.parametrize(
    ("imports", "name", "module"),
    [
        ("from chalicelib import jobs", "jobs.bp", "chalicelib/jobs.py"),
        ("from chalicelib.jobs import bp as b", "b", "chalicelib/jobs.py"),
        ("import chalicelib.jobs", "chalicelib.jobs.bp", "chalicelib/jobs/__init__.py"),
    ],
)
def test_the_functions_of_a_blueprint_are_the_applications(
    imports: str, name: str, module: str, tmp_path: Path
) -> None:
    app = f'{imports}\napp = Chalice(app_name="bakery")\napp.register_blueprint({name}, name_prefix="night-")\n'
    files = {".chalice/config.json": json.dumps(CHALICE), "app.py": app, module: BLUEPRINT}
    program = of(tmp_path, files)[".chalice/config.json"]
    handler = module.removesuffix(".py") + ".feed"
    assert [(each.key, each.handler) for each in program.functions] == [
        ("api", "app.app"),
        ("night-feed-dough", handler),
    ]
    assert "chalice: night-feed-dough: its source of events (schedule)" in program.left
    assert [each for each in program.left if "blueprint" in each] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@tracer.capture_lambda_handler\ndef lambda_handler(event, context): ...\n", ["app.lambda_handler"]),
        ("handler = Mangum(app, lifespan='off')\n", ["app.handler"]),
        ("lambda_handler = apig_wsgi.make_lambda_handler(app)\n", ["app.lambda_handler"]),
        ("handler = logging.StreamHandler()\n", []),
        ("def handler(request, response): ...\n", []),
    ],
)
def test_a_handler_may_be_wrapped_or_made_of_a_web_application(text: str, found: list[str], tmp_path: Path) -> None:
    programs = list(handlers.read(write(tmp_path, {"src/app.py": text})))
    assert [each.handler for program in programs for each in program.functions] == found
