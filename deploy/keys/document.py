"""config/pipeline.yaml as a document of keys and values, or why it is none: where it is, and in which line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from .. import atomic
from ..documents import yaml_loops
from ..errors import ConfigError, Fault
from ..invocation import advised
from .place import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

_ELSEWHERE = ("config/pipeline.yml", "pipeline.yaml", "pipeline.yml", "config/Pipeline.yaml")
_SHAPE = "write keys and values, `layers:` and the name of one for a start"
_KINDS = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "a yes or no"}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # which of the two is known at run time
    """Reads only what JSON can say, since the schema is JSON's, and no key twice, since YAML would drop the first.

    A key is the text that stands there: `on`, `no` and 2030-01-01 are names, whatever else YAML takes them for.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:  # noqa: FBT001, FBT002 - PyYAML's
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is there twice", problem_mark=key.start_mark)
            seen.add(str(key.value))
        self.flatten_mapping(node)
        return {self._name(key): self.construct_object(value, deep=deep) for key, value in node.value}

    def _name(self, key: yaml.Node) -> str:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a key has to be a text", problem_mark=key.start_mark)
        return str(key.value)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_yaml_str)


def read(project: Path) -> dict[str, object]:
    """Read a project's configuration; raise ConfigError where there is none, or none that is keys and values."""
    path = project / CONFIG
    refuse_no_folder(project)
    text = atomic.text(path, cure=_where_it_is(project))
    try:
        raw = yaml_loops.refuse(yaml.load(text, Loader=_Loader))  # noqa: S506 - a SafeLoader, in C
    except yaml.YAMLError as error:
        raise ConfigError([unusable(path, text, error)]) from error
    if raw is None:
        raise ConfigError([Fault(str(path), "is empty", cure=_SHAPE)])
    if not isinstance(raw, dict):
        raise ConfigError([Fault(str(path), f"holds {_KINDS[type(raw)]}, not keys and values", cure=_SHAPE)])
    return raw


def refuse_no_folder(project: Path) -> None:
    """Raise ConfigError where a project is no folder."""
    if project != Path() and not project.is_dir():
        what = "is a file, not a project's folder" if project.exists() else "there is no such folder"
        raise ConfigError([Fault(str(project), what, cure="name the project's folder with --project DIR")])


def unusable(path: Path | str, text: str, error: yaml.YAMLError) -> Fault:
    """Say in one line why a text is no YAML, with where it is, and what helps against a tab."""
    if isinstance(error, yaml.reader.ReaderError):
        number = text.count("\n", 0, error.position) + 1
        cause = f"{text[error.position : error.position + 1]!r} is a character that YAML does not allow"
        return Fault(f"{path}:{number}", "is not YAML that can be used", cause, "take it out")
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        cure = "write out what its aliases stand for"
        return Fault(str(path), "is not YAML that can be used", " ".join(str(error).split()), cure)
    causes = [str(each) for each in (getattr(error, "problem", ""), getattr(error, "context", "")) if each]
    where = f"{path}:{mark.line + 1}:{mark.column + 1}"
    line = ([*text.splitlines(), ""] * 2)[min(mark.line, len(text.splitlines()))]
    tab = "\t" in line[: mark.column + 1]
    cure = "indent with spaces: YAML allows no tabs there" if tab else "correct it there"
    return Fault(where, "is not YAML that can be used", cause=", ".join(causes), cure=cure)


def _where_it_is(project: Path) -> str:
    """Say where the file may be that is not where it belongs."""
    for name in _ELSEWHERE:
        if (project / name).is_file():
            return f"its name is {CONFIG}: rename {project / name}"
    for above in _above(project):
        if (above / CONFIG).is_file():
            return f"run it in {above}, or with --project {above}"
    return f"{advised('init')} writes one; or run in a project that has one, or name it with --project DIR"


def _above(project: Path) -> Iterator[Path]:
    try:
        yield from project.resolve().parents
    except OSError:  # the folder in which it runs was removed
        return
