from __future__ import annotations

import importlib.util
import itertools
import os
import py_compile
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
import yaml

from deploy.bench import contents, figures, start_options
from deploy.bench.figures import Row
from deploy.bench.timing import timed
from deploy.bench.ways import PipWay, ThisWay, UvWay
from deploy.commands.output.bench import output as bench_output
from deploy.configuration import load
from deploy.console import Console
from deploy.documents.writing import as_json
from deploy.errors import BuildError
from tests.schemas import output

if TYPE_CHECKING:
    from deploy.settings import Settings


def test_a_row_compares_medians_and_says_whether_the_target_was_met() -> None:
    row = Row(what="a build", unit="s", pip=[9, 10, 50], this=[0.3, 0.2, 9.0], at_most=0.4)
    assert row.ratio == pytest.approx(0.03)
    assert row.target == "at most 0.40 s: met"
    assert Row(what="a build", unit="s", this=[0.5], at_most=0.4).target == "at most 0.40 s: MISSED"
    request = Row(what="first", unit="ms", pip=[100], this=[46], ratio_at_most=0.45)
    assert request.target == "at most 0.45 of pip's: MISSED"


def test_the_table_shows_every_row_and_the_json_every_sample() -> None:
    rows = [
        Row(what="layer zip", unit="bytes", pip=[22_600_000], uv=[20_600_000], this=[3_090_000], at_most=3_200_000),
        Row(what="clean build", unit="s", this=[4.2, 4.0, 9.9], at_most=5),
    ]
    stream = StringIO()
    figures.table(rows, Console(stream))
    assert re.search(r"layer zip +22\.6 MB +20\.6 MB +3\.09 MB +0\.14 +0\.15 +at most 3\.2 MB: met", stream.getvalue())
    assert re.search(r"clean build +4\.20 s +at most 5\.00 s: met", stream.getvalue())
    kept = output("bench", as_json(bench_output(rows, [])))["rows"][1]
    assert kept["this"] == [4.2, 4.0, 9.9]
    assert kept["median"] == {"this": 4.2}
    assert kept["met"] is True


def test_valid_bytecode_is_used_where_sources_have_no_time(tmp_path: Path) -> None:
    source = tmp_path / "demo.py"
    source.write_text("value = 1\n")
    py_compile.compile(str(source), doraise=True)
    source.write_text("value = 2\n")  # as long, so that only the time could tell
    os.utime(source, (0, 0))
    assert imported(source) == 2
    patched = contents.with_valid_bytecode({"demo.pyc": pip_made(source)})["demo.pyc"]
    Path(importlib.util.cache_from_source(str(source))).write_bytes(patched)
    assert imported(source) == 1


def pip_made(source: Path) -> bytes:
    """Return the bytecode of `value = 1` as pip makes it: with the source's time of then."""
    text = source.read_text()
    source.write_text("value = 1\n")
    py_compile.compile(str(source), doraise=True)
    content = Path(importlib.util.cache_from_source(str(source))).read_bytes()
    source.write_text(text)
    os.utime(source, (0, 0))
    return content


def imported(source: Path) -> int:
    importlib.invalidate_caches()
    spec = importlib.util.spec_from_file_location("demo", source)
    assert spec
    assert spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return int(module.value)


@pytest.mark.parametrize(
    ("way", "place"), [(PipWay, "python/demo.py"), (UvWay, "python/lib/python3.11/site-packages/demo.py")]
)
def test_the_usual_ways_make_a_layer_of_the_locked_wheels(
    settings: Settings, tmp_path: Path, way: type[PipWay | UvWay], place: str
) -> None:
    made = way(settings, tmp_path / "way")
    made.folder.mkdir()
    assert made.cold().wall > 0
    first = made.zips[0].stat()
    assert made.changed().wall > 0
    assert made.zips[0].stat() == first, "a change of the source installs nothing anew, where there is a layer"
    assert place in made.opt()
    has_bytecode = any(name.endswith(".pyc") for name in made.opt())
    assert has_bytecode is (way is PipWay)
    with ZipFile(made.code) as archive:
        assert {"app.py", "config/names.txt"} <= set(archive.namelist())


@pytest.mark.parametrize("way", [PipWay, UvWay])
def test_the_usual_ways_hold_to_the_hashes_of_the_lock(
    settings: Settings, tmp_path: Path, way: type[PipWay | UvWay]
) -> None:
    lock = settings.project / "requirements.txt"
    lock.write_text(re.sub(r"sha256:\w+", f"sha256:{'0' * 64}", lock.read_text()))
    made = way(settings, tmp_path / "way")
    made.folder.mkdir()
    with pytest.raises(BuildError, match=r"(?i)hash"):
        made.cold()


def test_what_commands_say_that_they_took_in_containers_is_added_up(tmp_path: Path) -> None:
    say = ["sh", "-c", "echo fetching 3 wheels; echo processor seconds inside: 0.25"]
    assert timed([say, say], tmp_path, {"PATH": os.defpath}).inside == 0.5
    assert timed([["true"]], tmp_path, {"PATH": os.defpath}).inside == 0


def test_a_command_that_fails_is_refused_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"no such day[\s\S]*exit code 3"):
        timed([["sh", "-c", "echo no such day; exit 3"]], tmp_path, {"PATH": os.defpath})


def test_this_way_works_on_a_copy_for_the_first_architecture(settings: Settings, tmp_path: Path) -> None:
    made = ThisWay(settings, tmp_path / "this")
    made.copy("sourceless")
    made.touch()
    copied = load(made.project, {})
    assert copied.architectures == ("x86_64",)
    assert copied.layers["deps"].bytecode == "sourceless"
    assert (made.project / "config/names.txt").exists()
    assert (made.project / "src/app.py").read_text() != (settings.project / "src/app.py").read_text()
    assert settings.layers["deps"].bytecode == "unchecked-hash"


def test_what_starts_the_code_sooner_can_be_left_out_of_the_copy(settings: Settings, tmp_path: Path) -> None:
    given = (settings.project / "config/pipeline.yaml").read_text()
    (settings.project / "config/pipeline.yaml").write_text(
        given.replace("code: {", "code: {bytecode: sourceless, start: {gc: frozen}, documentation: false, ")
    )
    changed = load(settings.project, {})
    assert (changed.code.bytecode, changed.code.start.gc) == ("sourceless", "frozen")
    made = ThisWay(changed, tmp_path / "plain")
    made.copy(without=start_options.options(yaml.safe_load((settings.project / "config/pipeline.yaml").read_text())))
    assert load(made.project, {}).code == replace(settings.code, documentation=False)


def test_this_ways_code_zip_is_made_after_a_change(settings: Settings, tmp_path: Path) -> None:
    made = ThisWay(settings, tmp_path / "this")
    made.copy()
    assert made.changed().cpu > 0
    with ZipFile(made.code) as archive:
        assert archive.read("app.py").startswith(b"def handler(event, context): return {}\n# ")


README = Path(figures.__file__).parents[2] / "README.md"
UNITS = {"kB": 1e3, "MB": 1e6, "s": 1.0, "ms": 1.0, "M": 1.0}


def cells(line: str) -> list[str]:
    return [each.strip() for each in line.strip().removeprefix("|").removesuffix("|").split("|")]


def value(cell: str) -> float:
    number, unit = cell.split()
    return float(number.replace(",", "")) * UNITS[unit]


def test_the_readmes_table_is_what_bench_prints_and_its_ratios_are_of_its_figures() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    head, rule, *_ = figures.markdown([])
    start = lines.index(head)
    assert lines[start + 1] == rule
    rows = [cells(each) for each in itertools.takewhile(lambda each: each.startswith("|"), lines[start + 2 :])]
    assert len(rows) > 10
    for what, *held in rows:
        by = dict(zip(figures.COLUMNS[1:], held, strict=True))
        for ratio, other in (("this/pip", "pip"), ("this/uv", "uv")):
            assert bool(by[ratio]) == bool(by["this"] and by[other]), what
            if by[ratio]:
                # Both figures are rounded, to no more than three digits.
                assert float(by[ratio]) == pytest.approx(value(by["this"]) / value(by[other]), rel=0.04, abs=0.006)


def test_the_table_as_markdown_has_a_column_for_each_way() -> None:
    head, _, row = figures.markdown([Row(what="  its instructions", unit="M", uv=[2674], this=[590], empty=[117])])
    assert cells(head) == ["", "pip", "uv", "sam", "this", "empty", "this/pip", "this/uv"]
    assert cells(row) == ["its instructions", "", "2,674 M", "", "590 M", "117 M", "", "0.22"]
