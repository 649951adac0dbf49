"""The page about IAM: which actions each command may ask for, and what the shipped role allows them on."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import yaml

from deploy.aws.calls import recorded
from deploy.keys.command_names import COMMANDS
from tools.reference import markdown
from tools.reference.calls import Sources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROLE = "deploy/github-role.yaml"
_INTRODUCTION = f"""\
# What each command asks of IAM

Every call that a command makes, in the names of IAM policies, as the tests recorded it while they ran the command in
all its ways (deploy/aws/calls.json). Commands that are not here ask AWS nothing; what `local` asks, the emulated AWS on
this machine answers.

What CloudFormation does in turn with the same credentials, when a template changes, is the template's to decide.
[{ROLE}](../../{ROLE}) has roles for GitHub Actions: one that deploys, one that only
looks (`scan`, `doctor`, `status --without-template`), and one with which a promotion reads the stage that it promotes
(`promote --from`), each with these actions and no others; the first has what CloudFormation needs for this repository's
template besides.
`doctor --stage STAGE` has IAM simulate the calls of a deploy for whoever is signed in."""


def page(project: Path) -> str:
    return (
        "\n\n".join([f"{markdown.made(f'deploy/aws/calls.json and {ROLE}')}\n{_INTRODUCTION}", *_parts(project)]) + "\n"
    )


def by_command() -> dict[str, frozenset[str]]:
    """Return the actions of each command that asks AWS anything, in the order of the commands.

    What one role does of a command, or the command with one option, comes behind it: `status --without-template`.
    """
    found = recorded()
    parts = [part for name in COMMANDS for part in sorted(found) if part.split()[0] == name]
    return {part: frozenset(found[part]) for part in parts}


def reachable(project: Path) -> dict[str, frozenset[str]]:
    """Return the actions that the code of each command could lead to: all that it makes, and more."""
    sources = Sources(project)
    return {name: sources.actions((f"deploy.commands.{name.replace('-', '_')}", "run")) for name in COMMANDS}


def _parts(project: Path) -> Iterator[str]:
    commands = by_command()
    for name, actions in commands.items():
        yield f"## {name}"
        yield markdown.filled(_listed(actions))
    yield "## On which resources"
    yield f"What the role of {ROLE} allows each action on; `*` where AWS offers no resource to name."
    yield "\n".join(_resources(project, frozenset.union(*commands.values())))


def _listed(actions: frozenset[str]) -> str:
    return ", ".join(f"`{each}`" for each in sorted(actions))


def _resources(project: Path, actions: frozenset[str]) -> Iterator[str]:
    on: defaultdict[str, set[str]] = defaultdict(set)
    for action, resource in allowed((project / ROLE).read_text(encoding="utf-8")):
        if action in actions:
            on[resource].add(action)
    for resource, some in sorted(on.items()):
        yield markdown.filled(f"`{resource}`: {_listed(frozenset(some))}", "- ")


def allowed(template: str) -> Iterator[tuple[str, str]]:
    """Yield each action of a template's policies with each resource that it is allowed on, as ARNs with ${NAMES}."""
    for statement in _statements(yaml.load(template, Loader=_Loader)):  # noqa: S506 - a SafeLoader
        actions, resources = (_as_list(statement[key]) for key in ("Action", "Resource"))
        yield from ((action, _short(resource)) for action in actions for resource in resources)


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short functions as what they are given."""


def _given(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _given)


def _statements(node: object) -> Iterator[dict[str, object]]:
    """Yield what has actions and resources, wherever it stands."""
    if isinstance(node, dict):
        if "Action" in node and "Resource" in node:
            yield node
        for value in node.values():
            yield from _statements(value)
    elif isinstance(node, list):
        for value in node:
            yield from _statements(value)


def _as_list(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _short(resource: str) -> str:
    """Write AWS's own pseudo parameters as people do: arn:aws:lambda:*:ACCOUNT:….

    >>> _short("arn:${AWS::Partition}:lambda:*:${AWS::AccountId}:function:${FunctionPrefix}*")
    'arn:aws:lambda:*:ACCOUNT:function:FUNCTION-PREFIX*'
    """
    plain = resource.replace("${AWS::Partition}", "aws").replace("${AWS::AccountId}", "ACCOUNT")
    return re.sub(r"\$\{(?:AWS::)?(\w+)\}", lambda name: _upper(name[1]), plain)


def _upper(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).upper()
