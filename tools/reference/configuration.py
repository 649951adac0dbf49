"""The page about config/pipeline.yaml: every key that its schema has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tools.reference import markdown, schema_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

SCHEMA = Path("deploy/pipeline.schema.json")
_INTRODUCTION = """\
# Configuration

Every key of `config/pipeline.yaml`. An unknown key is refused, with the key that was probably meant; all faults are
reported at once. `NAME` is a name that you choose, and `[]` each member of a list. Editors complete the file, and
check it, where its first line is `# yaml-language-server: $schema=PATH`, with the path of
[the schema](../../deploy/pipeline.schema.json)."""


def page(project: Path) -> str:
    root = json.loads((project / SCHEMA).read_text(encoding="utf-8"))
    return "\n".join([markdown.made(str(SCHEMA)), _INTRODUCTION, *sections(root), ""])


def sections(root: Mapping[str, Any]) -> Iterator[str]:
    """Yield a section for each key of the root, and one within it for each key below."""
    for key in schema_text.keys(root):
        depth = "##" if "." not in key.path and "[" not in key.path else "###"
        yield f"\n{depth} `{key.path}`\n"
        yield markdown.filled(f"{_facts(root, key)}.")
        if said := key.schema.get("description", ""):
            yield f"\n{markdown.filled(_sentence(said))}"


def _facts(root: Mapping[str, Any], key: schema_text.Key) -> str:
    """Say what a value may be, and what holds without one."""
    facts = [schema_text.kind(root, key.schema)]
    facts += ["**required**"] if key.is_required else []
    facts += [f"default {value}"] if (value := schema_text.default(key.schema)) else []
    return _capital("; ".join(facts))


def _sentence(text: str) -> str:
    return f"{_capital(markdown.escaped(text))}{'' if text.endswith('.') else '.'}"


def _capital(text: str) -> str:
    """Begin with a capital letter, but for a name such as o-a1b2 or {env: NAME}."""
    word = text.split(maxsplit=1)[0]
    return text[:1].upper() + text[1:] if word.rstrip(":;,.").isalpha() else text
