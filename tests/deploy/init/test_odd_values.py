"""Whatever stands where another value belongs in other tools' files, `init` looks on: nothing ends in a traceback."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from deploy.errors import ConfigError, PipelineError
from deploy.init import look
from deploy.template.short_forms import parsed
from deploy.template_values import TemplateValues
from tests.deploy.init.projects import CHALICE, CLOUDFORMATION, SAM, SERVERLESS, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ODD = (3, [1], {"a": 1}, {"Fn::If": ["a", "b", "c"]})
FILES = {
    "template.yaml": SAM,
    "serverless.yml": SERVERLESS,
    ".chalice/config.json": CHALICE,
    "infra/stack.json": CLOUDFORMATION,
}


def places(document: object) -> Iterator[tuple[Any, Any]]:
    """Yield each key or number with what has it, however deep."""
    for key in document if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ():
        yield document, key
        yield from places(document[key])  # type: ignore[index] # it has keys, or it is empty


def odd(document: object) -> Iterator[object]:
    """Yield a document with one value replaced, for each value and each odd one."""
    for number, _ in enumerate(list(places(document))):
        for value in ODD:
            changed = copy.deepcopy(document)
            holder, key = list(places(changed))[number]
            holder[key] = value
            yield changed


@pytest.mark.parametrize("name", FILES)
def test_a_value_of_another_kind_is_no_traceback(name: str, tmp_path: Path) -> None:
    files: Mapping[str, str] = FILES[name]
    write(tmp_path, files)
    for document in odd(parsed(files[name])):
        (tmp_path / name).write_text(json.dumps(document))
        try:
            survey = look.survey(tmp_path, {})
        except PipelineError:
            continue
        assert all(each.what for each in survey.programs)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"Fn::If": ["Prod", "a", "b"]}, 'Fn::If of ["Prod", "a", "b"] cannot be worked out'),
        ({"Fn::Join": 3}, "Fn::Join of 3 cannot be worked out"),
        ({"Fn::Select": [5, ["a"]]}, 'Fn::Select of [5, ["a"]] cannot be worked out'),
        ({"Ref": ["a"]}, 'Ref of ["a"] cannot be worked out'),
    ],
)
def test_a_function_of_a_template_with_arguments_that_it_does_not_take_is_named(value: object, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        TemplateValues("template.yaml", {"Parameters": 3}, {}, "eu-central-1").value(value)
    assert f"template.yaml: {told}" in str(caught.value)
