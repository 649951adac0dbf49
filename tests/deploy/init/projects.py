"""Projects as their tools' own templates make them, grown as teams do: SAM, Serverless, chalice, CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HANDLER = "def handler(event, context):\n    return {}\n"

# `sam init`, grown: globals, parameters, short forms, three functions in folders of their own, one of another runtime.
SAM = {
    "template.yaml": """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Description: Orders
Parameters:
  Stage: {Type: String, Default: dev}
  Memory: {Type: Number, Default: 256}
Globals:
  Function:
    Runtime: python3.12
    Timeout: 20
    MemorySize: !Ref Memory
    Architectures: [arm64]
    Environment:
      Variables:
        LOG_LEVEL: INFO
        TABLE: !Ref Table
Resources:
  TakeOrderFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/take_order/
      Handler: app.lambda_handler
      FunctionName: !Sub orders-take-${Stage}
      Environment: {Variables: {CURRENCY: EUR}}
      Policies: [DynamoDBCrudPolicy: {TableName: !Ref Table}]
      Events:
        Take: {Type: Api, Properties: {Path: /orders, Method: post}}
  RemindFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/remind/
      Handler: app.lambda_handler
      MemorySize: 512
      Events:
        Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
  ResizeFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/resize/, Handler: index.handler, Runtime: nodejs20.x}
  BigFunction:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, ImageUri: !Sub "${AWS::AccountId}.dkr.ecr.eu-central-1.amazonaws.com/big:1"}
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {BillingMode: PAY_PER_REQUEST}
Outputs:
  Api: {Value: !Sub "https://${ServerlessRestApi}.execute-api.${AWS::Region}.amazonaws.com/Prod/"}
""",
    "samconfig.toml": '[default.deploy.parameters]\nstack_name = "orders"\nregion = "eu-west-1"\n',
    "functions/take_order/app.py": "import dateutil\n\n\ndef lambda_handler(event, context):\n    return {}\n",
    "functions/take_order/requirements.txt": "python-dateutil\n",
    "functions/remind/app.py": "def lambda_handler(event, context):\n    return {}\n",
    "functions/remind/requirements.txt": "requests\n",
    "functions/resize/index.js": "exports.handler = async () => ({});\n",
}

# `serverless create --template aws-python3`, grown: variables of every kind, a file of functions, plugins.
SERVERLESS = {
    "serverless.yml": """\
service: shop
frameworkVersion: '4'
custom:
  settings:
    dev: {memory: 384}
    prod: {memory: 1024}
  pythonRequirements: {dockerizePip: true, layer: true}
provider:
  name: aws
  runtime: python3.13
  stage: ${opt:stage, 'dev'}
  region: ${opt:region, self:custom.region, 'eu-north-1'}
  architecture: arm64
  memorySize: ${self:custom.settings.${self:provider.stage}.memory}
  environment:
    STAGE: ${sls:stage}
    SECRET: ${ssm:/shop/secret}
    ORIGIN: ${env:SHOP_ORIGIN, 'https://shop.example'}
  iam: {role: {statements: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}}
functions:
  - list:
      handler: shop/list.handler
      events: [{httpApi: 'GET /items'}, {schedule: rate(1 hour)}]
      timeout: 12
  - ${file(functions.yml):${self:provider.stage}}
package:
  patterns: ['!node_modules/**', '!assets/**', 'shop/**']
plugins: [serverless-python-requirements, serverless-offline]
resources:
  Resources:
    Items: {Type: 'AWS::DynamoDB::Table', Properties: {TableName: !Sub 'items-${AWS::Region}'}}
""",
    "functions.yml": """\
dev:
  buy:
    handler: shop/buy.handler
    name: shop-${self:provider.stage}-buy-now
    environment: {LIMIT: 5}
  missing: {handler: shop/missing.handler}
  image: {image: shop:1}
""",
    "shop/__init__.py": "",
    "shop/prices.py": "PRICE = 1\n",
    "shop/list.py": "from shop import prices\n\n\ndef handler(event, context):\n    return prices.PRICE\n",
    "shop/buy.py": "from shop import prices\n\n\ndef handler(event, context):\n    return prices.PRICE\n",
    "assets/logo.svg": "<svg/>",
    "requirements.txt": "requests\n",
}

# `chalice new-project`, grown: routes, a schedule, a queue, a plain function with settings of its own, two stages.
CHALICE = {
    ".chalice/config.json": """\
{
  "version": "2.0",
  "app_name": "bakery",
  "lambda_memory_size": 256,
  "environment_variables": {"FLOUR": "rye"},
  "stages": {
    "dev": {
      "api_gateway_stage": "api",
      "lambda_functions": {"oven": {"lambda_timeout": 120, "lambda_memory_size": 1024}}
    },
    "prod": {"api_gateway_stage": "api", "autogen_policy": false}
  }
}
""",
    "app.py": """\
from chalice import Chalice, Rate

from chalicelib import dough

app = Chalice(app_name="bakery")


@app.route("/")
def index():
    return {"hello": "world"}


@app.schedule(Rate(1, unit=Rate.HOURS))
def feed(event):
    return dough.RISEN


@app.on_sqs_message(queue="orders", batch_size=1)
def take(event):
    return None


@app.lambda_function(name="oven")
def bake(event, context):
    return {}
""",
    "chalicelib/__init__.py": "",
    "chalicelib/dough.py": "RISEN = True\n",
    "requirements.txt": "chalice\n",
}

# What `aws cloudformation package` takes, as JSON and YAML: code in a local folder, in S3, in the template itself.
CLOUDFORMATION = {
    "infra/stack.json": """\
{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Resources": {
    "Mailer": {
      "Type": "AWS::Lambda::Function",
      "Properties": {
        "FunctionName": "mailer", "Runtime": "python3.11", "Handler": "mailer.main.handler",
        "Code": "../services", "Role": {"Fn::GetAtt": ["Role", "Arn"]}
      }
    },
    "Sweeper": {
      "Type": "AWS::Lambda::Function",
      "Properties": {
        "FunctionName": {"Fn::Sub": "sweeper-${AWS::StackName}"}, "Runtime": "python3.11", "Handler": "sweeper.handler",
        "Code": {"S3Bucket": "artifacts", "S3Key": "sweeper.zip"}, "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "VpcConfig": {"SubnetIds": []}
      }
    },
    "Inline": {
      "Type": "AWS::Lambda::Function",
      "Properties": {"Runtime": "python3.11", "Handler": "index.handler", "Code": {"ZipFile": "def handler(e, c): ..."}}
    },
    "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
  }
}
""",
    "services/mailer/main.py": HANDLER,
    "services/mailer/__init__.py": "",
    "services/sweeper.py": HANDLER,
}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
