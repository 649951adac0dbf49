"""What `init` writes, as text: config/pipeline.yaml, and the workflow that runs the pipeline in GitHub."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD = "# What Channelwright builds, and where it goes. Every key: {url}\n"
KEYS = "https://github.com/channelwright/channelwright/blob/main/docs/reference/configuration.md"
_WORKFLOW = """\
# What it needs once for each stage: {url}
name: release
on: {{push: {{branches: [{branch}]}}}}
permissions: {{}}
jobs:
  release:
    uses: {repository}/.github/workflows/pipeline.yml@{commit}
    permissions: {{contents: read, id-token: write, attestations: write}}
    with: {{pipeline: {commit}, first: {first}{then}}}
"""
REPOSITORY = "channelwright/channelwright"
ENVIRONMENTS = f"https://github.com/{REPOSITORY}/blob/main/docs/how-to/github-actions.md"
# Sections are told apart; what is small stays on a line.
_WIDTH, _ON_A_LINE = 110, 3


def configuration(document: Mapping[str, object]) -> str:
    """Write the keys of config/pipeline.yaml in their order, one section under the other."""
    text = _HEAD.format(url=KEYS)
    within = False  # a section of several lines
    for key, value in document.items():
        part = _part(key, value)
        text += f"\n{part}" if within or part.count("\n") > 1 else part
        within = part.count("\n") > 1
    return text


def _part(key: str, value: object) -> str:
    written = yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=_WIDTH).removesuffix("...\n")
    block = isinstance(value, dict) and not written.startswith("{")
    return f"{key}: {written}" if not block else f"{key}:\n{textwrap.indent(written, '  ')}"


def workflow(commit: str, branch: str, stages: tuple[str, ...]) -> str:
    """Write the workflow for stages in the order in which they are reached; `commit` is the pipeline's."""
    first, *others = stages or ("dev",)
    then = f", then: {others[0]}" if others else ""
    return _WORKFLOW.format(
        url=ENVIRONMENTS, repository=REPOSITORY, commit=commit, branch=branch, first=first, then=then
    )


class _Dumper(yaml.SafeDumper):
    """Block style, but for values that hold no further ones; no anchors, which nobody writes by hand."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's
        return True


def _mapping(dumper: yaml.SafeDumper, value: dict[str, object]) -> yaml.Node:
    small = all(not isinstance(each, dict) or not each for each in value.values())
    return dumper.represent_mapping(
        "tag:yaml.org,2002:map", value.items(), flow_style=small and len(value) <= _ON_A_LINE
    )


def _sequence(dumper: yaml.SafeDumper, value: list[object]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(list, _sequence)
