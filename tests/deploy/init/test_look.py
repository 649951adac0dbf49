"""What other tools' files say of functions is understood as those tools understand it, and nothing is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.init import handlers, look
from deploy.init.serverless.variables import Variables
from deploy.init.values import FoundFunction, FoundProgram, NotTakenError, key_of
from tests.deploy.init.projects import CHALICE, CLOUDFORMATION, HANDLER, SAM, SERVERLESS, write


def only(project: Path, **environment: str) -> FoundProgram:
    (program,) = look.survey(project, environment).programs
    return program


def by_key(program: FoundProgram) -> dict[str, FoundFunction]:
    return {each.key: each for each in program.functions}


def test_a_sam_template_with_globals_parameters_and_short_forms(tmp_path: Path) -> None:
    program = only(write(tmp_path, SAM))
    take, remind = program.functions
    assert take == FoundFunction(
        key="take-order", name="orders-take", handler="app.lambda_handler", source=Path("functions/take_order"),
        runtime="python3.12", architecture="arm64", memory=256, timeout=20,
        environment={"LOG_LEVEL": "INFO", "TABLE": None, "CURRENCY": "EUR"},
    )  # fmt: skip
    assert (remind.name, remind.memory, remind.environment) == (
        "RemindFunction", 512, {"LOG_LEVEL": "INFO", "TABLE": None}
    )  # fmt: skip
    assert (program.name, program.region) == ("orders", "eu-west-1")
    assert [str(each) for each in program.requirements] == [
        "functions/take_order/requirements.txt", "functions/remind/requirements.txt"
    ]  # fmt: skip
    assert program.left == (
        "template.yaml: TakeOrderFunction: Events (Api), Policies",
        "template.yaml: TakeOrderFunction: MemorySize: here as the parameters are by default",
        "template.yaml: TakeOrderFunction: its name, orders-take-${Stage}: here orders-take and the stage's suffix",
        "template.yaml: RemindFunction: Events (Schedule)",
        "template.yaml: ResizeFunction: its runtime is nodejs20.x",
        "template.yaml: BigFunction: it is a container image, which takes no layers",
        "template.yaml: other resources: AWS::DynamoDB::Table",
    )


def test_a_cloudformation_template_whose_code_lies_here_in_s3_and_in_itself(tmp_path: Path) -> None:
    program = only(write(tmp_path, CLOUDFORMATION))
    found = by_key(program)
    assert {key: (each.name, each.handler, str(each.source)) for key, each in found.items()} == {
        "mailer": ("mailer", "mailer.main.handler", "services"),
        "sweeper": ("sweeper", "sweeper.handler", "services"),
    }
    assert "infra/stack.json: Inline: its code is in the template, and no folder has index.py" in program.left
    assert "infra/stack.json: Sweeper: Role, VpcConfig" in program.left


def test_a_serverless_service_with_variables_of_every_kind(tmp_path: Path) -> None:
    program = only(write(tmp_path, SERVERLESS), SHOP_ORIGIN="https://other.example")
    listing, buy = program.functions
    assert listing == FoundFunction(
        key="list", name="shop-list", handler="shop/list.handler", source=Path(),
        runtime="python3.13", architecture="arm64", memory=384, timeout=12,
        environment={"STAGE": {"dev": "dev", "prod": "prod"}, "SECRET": None, "ORIGIN": None},
    )  # fmt: skip
    assert (buy.name, buy.environment["LIMIT"], buy.timeout) == ("shop-buy-now", "5", 0)
    assert (program.name, program.region, program.exclude) == ("shop", "eu-north-1", ("node_modules/*", "assets/*"))
    assert "serverless.yml: missing: its handler is shop/missing.handler, and . has no shop/missing.py" in program.left
    assert "serverless.yml: list: events (httpApi, schedule)" in program.left


def test_a_chalice_application_with_routes_events_and_functions_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, CHALICE)
    (tmp_path / "app.py").write_text(f"raise SystemExit('it was run')\n{CHALICE['app.py']}")
    program = only(tmp_path)
    assert {each.key: (each.name, each.handler) for each in program.functions} == {
        "api": ("bakery", "app.app"),
        "feed": ("bakery-feed", "app.feed"),
        "take": ("bakery-take", "app.take"),
        "oven": ("bakery-oven", "app.bake"),
    }
    oven = by_key(program)["oven"]
    assert (oven.memory, oven.timeout, oven.environment) == (1024, 120, {"FLOUR": "rye"})
    assert "chalice: take: its source of events (on_sqs_message)" in program.left
    assert "chalice: the stages prod: give each its place in `stages`" in program.left


def test_modules_with_a_handler_are_functions_where_nothing_else_says_so(tmp_path: Path) -> None:
    write(
        tmp_path / "shop",
        {
            "src/take.py": HANDLER,
            "src/jobs/remind.py": "def lambda_handler(event, _context):\n    return 1\n",
            "src/test_take.py": HANDLER,
            "src/plain.py": "def handler(request):\n    return request\n",
            "src/broken.py": "def handler(event, context:\n",
        },
    )
    (program,) = handlers.read(tmp_path / "shop")
    assert {each.key: (each.name, each.handler, str(each.source)) for each in program.functions} == {
        "take": ("shop-take", "take.handler", "src"),
        "jobs-remind": ("shop-jobs-remind", "jobs/remind.lambda_handler", "src"),
    }


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("template.yaml", "Resources: {A: {Type: AWS::Lambda::Function}\n", "is not a template"),
        ("template.yaml", "Resources: {A: {Type: 'AWS::Lambda::Function'}}\n", "it has no Handler"),
        ("serverless.yml", "service: [\n", "is not YAML that can be used"),
        ("serverless.ts", "export default {}\n", "is a program, and is not run"),
        ("cdk.json", "{}", "AWS CDK: its functions are not read"),
        ("main.tf", "", "Terraform: its functions are not read"),
    ],
)
def test_what_cannot_be_read_is_said_and_stops_nothing(tmp_path: Path, name: str, text: str, said: str) -> None:
    program = only(write(tmp_path, {name: text}))
    assert program.functions == ()
    assert said in program.left[0]


@pytest.mark.parametrize(
    "properties",
    [
        "{Handler: app.handler, CodeUri: ., Environment: {Variables: {'Fn::If': [Big, {A1: x}, {A1: y}]}}}",
        "{Handler: app.handler, CodeUri: ., Environment: !If [Big, {Variables: {AB: x}}, !Ref 'AWS::NoValue']}",
        "{Handler: app.handler, CodeUri: ., FunctionName: !Join ['-', [a, !Ref Seconds]], Timeout: !Ref Seconds}",
        "{Handler: app.handler, CodeUri: ., MemorySize: !If [Big, 1024, 256], Architectures: [!Ref Machine]}",
        "{Handler: app.handler, Events: [], Layers: !Ref Layers}",
    ],
)
def test_whatever_a_template_decides_itself_is_a_function_all_the_same(tmp_path: Path, properties: str) -> None:
    template = f"""\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Seconds: {{Type: Number, Default: 9}}
  Layers: {{Type: CommaDelimitedList, Default: ""}}
  Machine: {{Type: String, Default: arm64}}
Conditions: {{Big: !Equals [!Ref 'AWS::Region', eu-west-1]}}
Globals: {{Api: {{Cors: "'*'"}}}}
Resources:
  Function: {{Type: AWS::Serverless::Function, Properties: {properties}}}
  Nested: {{Type: AWS::Serverless::Application, Properties: {{Location: nested.yaml}}}}
  Nothing:
"""
    write(tmp_path, {"template.yaml": template, "app.py": HANDLER})
    (found,) = only(tmp_path).functions
    assert (found.key, found.name, found.handler) == ("function", "Function", "app.handler")
    assert set(found.environment) <= {"AB"}


def test_a_yaml_file_that_is_no_template_says_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"notes.yaml": "Resources: see AWS::Lambda\n", "list.yml": "- AWS::Thing\n- Resources\n"})
    assert look.survey(tmp_path, {}).programs == ()


def test_code_outside_of_the_project_is_not_taken(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", {"app.py": HANDLER})
    properties = "{CodeUri: ../elsewhere, Handler: app.handler, Runtime: python3.11}"
    template = f"Resources: {{A: {{Type: 'AWS::Serverless::Function', Properties: {properties}}}}}\n"
    program = only(write(tmp_path / "project", {"template.yaml": template}))
    assert "its code lies outside of the project" in program.left[0]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("${self:custom.a}", {"b": 1}),
        ("${self:custom.a.b}", 1),
        ("x-${self:custom.a.b}-${opt:stage}", "x-1-dev"),
        ("${opt:nothing, self:custom.a.b}", 1),
        ("${env:NOTHING, 'other, with a comma'}", "other, with a comma"),
        ("${param:size}", 3),
        ("${self:custom.list.1}", "second"),
        ("${opt:nothing, 7}", 7),
        ("${AWS::Region}", NotTakenError),
        ("${self:custom.round}", NotTakenError),
        ("${file(../outside.yml):x}", NotTakenError),
        ("${cf:stack.Output}", NotTakenError),
    ],
)
def test_a_variable_of_serverless_is_what_serverless_makes_of_it(tmp_path: Path, raw: str, value: object) -> None:
    document = {
        "custom": {"a": {"b": 1}, "list": ["first", "second"], "round": "${self:custom.round}"},
        "params": {"default": {"size": 2}, "dev": {"size": 3}},
    }
    variables = Variables(tmp_path, document, {})
    if value is NotTakenError:
        with pytest.raises(NotTakenError):
            variables.value(raw)
    else:
        assert variables.value(raw) == value


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("HelloWorldFunction", "hello-world"),
        ("SQSWorker", "sqs-worker"),
        ("get_orders", "get-orders"),
        ("Function", "function"),
        ("v2Handler", "v2-handler"),
    ],
)
def test_a_key_is_the_name_in_words(name: str, key: str) -> None:
    assert key_of(name) == key
