"""Each option that starts a function sooner, taken away by itself."""

from __future__ import annotations

import copy
import json
from io import StringIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
import yaml

from deploy.bench import contents, start_options, taken_away
from deploy.bench.builds import Without
from deploy.bench.start_options import MARK, StartOption
from deploy.bench.taken_away import compared
from deploy.bench.ways import ThisWay
from deploy.configuration import load
from deploy.console import Console
from deploy.keys.faults import SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.settings import Settings

GIVEN = """\
layers: {deps: {certificates: [directory, aws], bytecode: sourceless}, more: {certificates: [aws]}}
functions:
  one: {name: one, handler: app.handler, code: {source: one, bytecode: unchecked-hash}}
  two: {name: two, handler: app.handler, code: {bytecode: none}}
code: {bytecode: none, documentation: false, start: {gc: frozen}}
"""


def test_each_option_is_found_once_wherever_it_stands_and_what_is_so_anyway_is_none() -> None:
    found = start_options.options(yaml.safe_load(GIVEN))
    assert {str(each) for each in found} == {
        "layers.NAME.certificates: directory",
        "layers.NAME.certificates: aws",
        "code.bytecode",
        "code.start.gc",
    }
    assert len(found) == 4
    assert not start_options.options({"layers": {"deps": {}}, "code": {"bytecode": "none", "start": {"gc": "usual"}}})


def test_one_option_is_taken_out_and_all_else_stays() -> None:
    raw = yaml.safe_load(GIVEN)
    start_options.without(raw, [StartOption(key="layers.NAME.certificates", member="aws")])
    expected = yaml.safe_load(GIVEN)
    expected["layers"]["deps"]["certificates"] = ["directory"]
    del expected["layers"]["more"]["certificates"]
    assert raw == expected
    start_options.without(raw, [StartOption(key="code.bytecode")])
    del expected["functions"]["one"]["code"]["bytecode"]
    assert raw == expected


def test_whatever_the_schema_marks_can_be_taken_away() -> None:
    """So that an option which is marked tomorrow has its row without a line of code."""

    def marked(schema: object) -> int:
        if isinstance(schema, list):
            return sum(map(marked, schema))
        return (MARK in schema) + sum(map(marked, schema.values())) if isinstance(schema, dict) else 0

    raw = yaml.safe_load(GIVEN)
    raw["functions"]["two"]["code"] = {"start": {"gc": "frozen"}}
    raw["code"]["bytecode"] = "sourceless"
    places = [key for key, _, _ in start_options._marked(copy.deepcopy(raw))]
    # Two for all code, the same two for a function's own, and one for a layer, of which there are two here.
    assert len(places) == marked(json.loads(SCHEMA.read_text(encoding="utf-8"))) + 1
    start_options.without(raw, start_options.options(raw))
    assert not start_options.options(raw)


def test_what_does_not_follow_from_an_option_is_not_made_again(settings: Settings, tmp_path: Path) -> None:
    config = settings.project / "config/pipeline.yaml"
    config.write_text(config.read_text().replace("code: {", "code: {start: {gc: frozen}, "))
    changed = load(settings.project, {})
    this = ThisWay(changed, tmp_path / "this")
    less = Without((StartOption(key="code.start.gc"),), ThisWay(changed, tmp_path / "less", wheels=this.cache), this)
    less.build()
    assert less.way.cache == this.cache
    assert load(less.way.project, {}).code.start.gc == "usual"
    assert less.code == less.way.code
    assert less.code.exists()
    assert not any(path.exists() for path in less.way.zips)
    for path in this.zips:
        path.parent.mkdir(parents=True)
        ZipFile(path, "w").close()
    assert less.opt() == {}, "that of the other one, which has nothing"
    of_layer = Without((StartOption(key="layers.NAME.certificates", member="aws"),), less.way, this)
    assert of_layer.code == this.code


def test_a_layer_without_its_bytecode_keeps_what_has_no_source() -> None:
    opt = {"a.py": b"", "__pycache__/a.cpython-311.pyc": b"", "b.pyc": b"", "__pycache__/c.cpython-311.pyc": b""}
    assert set(contents.without_bytecode(opt)) == set(opt) - {"__pycache__/a.cpython-311.pyc"}


def test_what_an_option_is_worth_is_a_ratio_within_the_run() -> None:
    samples: dict[str, Any] = {"uv": [900.0], "this": [100.0, 90.0, 110.0], "without code.start.gc": [107.0]}
    (found,) = compared("bot", "ms", samples)
    assert found.ratio == pytest.approx(1.07)
    stream = StringIO()
    taken_away.table([found], Console(stream))
    assert "bot, without code.start.gc" in stream.getvalue()
    assert taken_away.markdown([found])[-1] == "| bot, without code.start.gc | 100 ms | 107 ms | 1.07 |"
