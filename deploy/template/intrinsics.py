"""CloudFormation's functions as values, and a template as YAML with their short forms.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

_WIDTH = 110


@dataclass(frozen=True)
class Intrinsic:
    """A function by its short form, such as Ref, and its argument: text, or a list."""

    name: str
    argument: str | list[object]


def ref(name: str) -> Intrinsic:
    return Intrinsic("Ref", name)


def sub(text: str) -> Intrinsic:
    return Intrinsic("Sub", text)


def attribute(resource: str, name: str) -> Intrinsic:
    return Intrinsic("GetAtt", f"{resource}.{name}")


@dataclass(frozen=True)
class Inline:
    """A short list or mapping that is written in one line."""

    value: object


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc] # which of the two is known at run time
    """Writes what CloudFormation reads. What is the same twice is written twice: it knows no anchors."""

    def ignore_aliases(self, _: object) -> bool:
        return True


def _represent(dumper: yaml.SafeDumper, value: Intrinsic) -> yaml.Node:
    tag = f"!{value.name}"
    if isinstance(value.argument, str):
        return dumper.represent_scalar(tag, value.argument)
    return dumper.represent_sequence(tag, value.argument, flow_style=True)


def _represent_inline(dumper: yaml.SafeDumper, value: Inline) -> yaml.Node:
    node: Any = dumper.represent_data(value.value)
    node.flow_style = True
    return node  # type: ignore[no-any-return] # PyYAML's types know no kinds of nodes here


_Dumper.add_representer(Intrinsic, _represent)
_Dumper.add_representer(Inline, _represent_inline)


def dumped(value: object, *, indent: int = 0) -> str:
    """Write a value as YAML, in the order in which it was made."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=_WIDTH, allow_unicode=True)
    return "".join(f"{' ' * indent}{line}" if line.strip() else line for line in text.splitlines(keepends=True))
