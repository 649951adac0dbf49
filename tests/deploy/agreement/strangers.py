"""A project of somebody's, whose files agree until one of them is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.agreement import static
from deploy.configuration import load

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
layers: {deps: {}}
functions:
  take: {name: orders_take, handler: take.handler, layers: [deps]}
template: template.yaml
stages:
  dev: {region: eu-central-1, suffix: -dev, parameters: {Table: orders-dev}}
  prod: {region: eu-central-1, parameters: {Table: orders}}
"""
TEMPLATE = """
Parameters:
  NameSuffix: {Type: String, Default: ""}
  Table: {Type: String, AllowedPattern: "[a-z-]+", MaxLength: 20}
  Memory: {Type: Number, Default: 128, MaxValue: 1024}
Resources:
  Take:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "orders_take${NameSuffix}"
      Runtime: python3.11
      Handler: take.handler
      Role: !GetAtt Role.Arn
      MemorySize: !Ref Memory
      Code: {ZipFile: "raise RuntimeError('no release yet')"}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {Service: lambda.amazonaws.com}}]
  TakeVersion: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Take}}
  TakeLive:
    Type: AWS::Lambda::Alias
    Properties: {Name: live, FunctionName: !Ref Take, FunctionVersion: !GetAtt TakeVersion.Version}
"""
HANDLER = "def handler(event, context):\n    return {}\n"
LOCK = f"idna==3.7 --hash=sha256:{'0' * 64}\n"


@dataclass(frozen=True)
class Stranger:
    """A project on disk; `said` is what its check finds, as `where: what`."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text()
        assert old in text
        (self.folder / name).write_text(text.replace(old, new))

    def said(self, **environment: str) -> list[str]:
        settings = load(self.folder, {})
        stages = list(settings.stages.values())
        found = static.faults(settings, stages, {each.name: environment for each in stages})
        return [f"{each.where}: {each.what}".replace(f"{self.folder}/", "") for each in found]
