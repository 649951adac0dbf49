"""Works out the variables of a serverless.yml as far as its own files decide them.

https://www.serverless.com/framework/docs/guides/variables: self, opt, sls, env, param and file, with what stands behind
a comma where they have nothing. What AWS, a plugin or the caller would have to be asked is not worked out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from ...template.short_forms import parsed
from ..values import NotTakenError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_INNERMOST = re.compile(r"\$\{([^${}]+)\}")
_FILE = re.compile(r"file\((?P<path>[^)]+)\)(?::(?P<keys>.+))?")
_ALTERNATIVE = re.compile(r"\s*'[^']*'\s*|\s*\"[^\"]*\"\s*|[^,]+")
_DEEPEST = 30
# CloudFormation fills these in itself, where they stand.
_OF_AWS = re.compile(r"^AWS::|^[A-Z]\w*(\.\w+)?$")


@dataclass(frozen=True)
class Variables:
    """`document` is the whole serverless.yml; `folder` is the one that it lies in."""

    folder: Path
    document: Mapping[str, Any]
    environment: Mapping[str, str]
    named: str = ""

    @property
    def stage(self) -> str:
        """The stage that is `named`, as by --stage; else the one where nobody names one."""
        if self.named:
            return self.named
        provider = self.document.get("provider")
        given = provider.get("stage") if isinstance(provider, dict) else None
        return given if isinstance(given, str) and "${" not in given else "dev"

    def value(self, raw: object, depth: int = 0) -> object:
        """Return a value with all that is in it worked out; raise NotTakenError with the variable that cannot be."""
        if depth > _DEEPEST:
            raise NotTakenError(f"{raw} leads to itself")
        if isinstance(raw, dict):
            return {key: self.value(each, depth + 1) for key, each in raw.items()}
        if isinstance(raw, list):
            return [self.value(each, depth + 1) for each in raw]
        while isinstance(raw, str) and (found := _INNERMOST.search(raw)):
            value = self.value(self._first(found[1], found[0], depth), depth + 1)
            if found[0] == raw.strip():
                return value
            if isinstance(value, (dict, list)):
                raise NotTakenError(f"{found[0]} is no text")
            raw = raw[: found.start()] + str(value) + raw[found.end() :]
        return raw

    def text(self, raw: object) -> str:
        value = self.value(raw)
        return "" if value is None else str(value)

    def _first(self, content: str, shown: str, depth: int) -> object:
        """Return the first of the alternatives that has a value."""
        for each in (part.strip() for part in _ALTERNATIVE.findall(content)):
            if each[:1] in "'\"" and each[-1:] == each[:1]:
                return each[1:-1]
            if (value := self._one(each, depth)) is not None:
                return value
        raise NotTakenError(f"{shown} is not decided here")

    def _one(self, each: str, depth: int) -> object:
        source, _, key = each.partition(":")
        if found := _FILE.fullmatch(each):
            return self._in_file(found["path"], found["keys"] or "", depth)
        match source:
            case "self":
                is_stage = key == "provider.stage" and self.named
                return self.named if is_stage else self._at(self.document, key, depth)
            case "opt" | "sls":
                return self.stage if key == "stage" else None
            case "env":
                return self._of_machine(key)
            case "param":
                given = self.document.get("params") or {}
                return (given.get(self.stage) or {}).get(key, (given.get("default") or {}).get(key))
            case _:
                return _literal(each)

    def _of_machine(self, name: str) -> str | None:
        """Return a variable of this machine; of a stage it is another machine's, and may be a secret."""
        if self.named:
            raise NotTakenError(f"{name} is known where it is deployed")
        return self.environment.get(name)

    def _in_file(self, name: str, keys: str, depth: int) -> object:
        path = (self.folder / name.strip()).resolve()
        if path.suffix not in {".yml", ".yaml", ".json"} or not path.is_relative_to(self.folder.resolve()):
            return None
        try:
            document = parsed(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError, UnicodeDecodeError):
            return None
        return self._at(document, keys, depth)

    def _at(self, document: object, keys: str, depth: int) -> object:
        """Return what is under keys; a variable on the way there stands for what it is."""
        for key in filter(None, keys.split(".")):
            within = self.value(document, depth + 1) if isinstance(document, str) else document
            if isinstance(within, list) and key.isdecimal() and int(key) < len(within):
                document = within[int(key)]
            elif isinstance(within, dict):
                document = within.get(key)
            else:
                return None
        return document


def _literal(each: str) -> object:
    """Return a number or a yes or no that stands for itself; None for what only somebody else knows."""
    if _OF_AWS.match(each):
        return None
    value = yaml.safe_load(each)
    return value if isinstance(value, (bool, int, float)) else None
