from __future__ import annotations

import argparse
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

from deploy.bench import contents, figures, instructions
from deploy.bench.contents import WayContents
from deploy.bench.figures import Row
from deploy.bench.first_request import FirstRequest, RequestTrial
from deploy.bench.question import UNSIGNED, Question
from deploy.bench.timing import timed
from deploy.bench.ways import PipWay, ThisWay, UvWay
from deploy.commands import bench
from deploy.commands.output.bench import output as bench_output
from deploy.configuration import load
from deploy.console import Console
from deploy.documents.writing import as_json
from deploy.errors import BuildError, ConfigError, VerificationError
from deploy.inside import certificates
from tests.authority import Authority
from tests.deploy.locking.index import Index
from tests.schemas import output

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    kept = output("bench", as_json(bench_output(rows)))["rows"][1]
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


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    with Index() as opened:
        monkeypatch.setenv("PIP_INDEX_URL", opened.url)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        yield opened


@pytest.fixture
def settings(index: Index, tmp_path: Path) -> Settings:
    """A project that locks one wheel."""
    (wheel,) = index.add("demo", "1.0", "cp38-abi3-manylinux2014_x86_64")
    project = tmp_path / "project"
    (project / "config").mkdir(parents=True)
    (project / "config/pipeline.yaml").write_text(
        "layers: {deps: {}}\narchitectures: [x86_64, arm64]\n"
        "functions: {f: {name: f, handler: app.handler, layers: [deps]}}\ncode: {include: [config/names.txt]}\n"
    )
    (project / "config/names.txt").write_text("a")
    (project / "requirements.txt").write_text(f"demo==1.0 --hash=sha256:{wheel.sha256}\n")
    (project / "Dockerfile.layer").write_text("FROM scratch\n")
    (project / "src").mkdir()
    (project / "src/app.py").write_text("def handler(event, context): return {}\n")
    return load(project, {})


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


def test_this_ways_code_zip_is_made_after_a_change(settings: Settings, tmp_path: Path) -> None:
    made = ThisWay(settings, tmp_path / "this")
    made.copy()
    assert made.changed().cpu > 0
    with ZipFile(made.code) as archive:
        assert archive.read("app.py").startswith(b"def handler(event, context): return {}\n# ")


def test_counts_are_above_nothing() -> None:
    parser = argparse.ArgumentParser()
    bench.add(parser.add_subparsers())
    with pytest.raises(SystemExit):
        parser.parse_args(["bench", "--rounds", "0"])


def test_an_event_that_is_no_json_object_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    for content, told in (("{", "is not JSON"), ("[]", "holds list, not an object")):
        file.write_text(content)
        with pytest.raises(ConfigError, match=told):
            bench._event(file)
    with pytest.raises(ConfigError, match="No such file"):
        bench._event(tmp_path / "absent")


@pytest.mark.container
def test_the_first_request_is_timed_in_the_runtime_and_a_failure_is_refused() -> None:
    from deploy.container.engine import Engine

    code = (
        b"import time, demo\ntime.sleep(0.3)\n"
        b"def handler(event, context):\n    return event['rawPath'] + demo.tail\n"
        b"def failing(event, context):\n    raise ValueError('no such day')\n"
    )
    with Engine.connect(os.environ) as engine:
        image = engine.resolve(os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"], "x86_64", lambda _: None).reference
        with engine.volumes(
            image, {"/opt": {"python/demo.py": b"tail = ''"}, "/var/task": {"app.py": code}}
        ) as volumes:
            samples = FirstRequest()
            common: dict[str, Any] = {"engine": engine, "image": image, "python": "python3.11", "environment": {}}
            trial = RequestTrial(handler="app.handler", question=Question(event=UNSIGNED), **common)
            trial.request(volumes, samples)
            (took,), (cpu,) = samples.milliseconds, samples.cpu
            assert took > 300
            assert 0 < cpu < took
            with pytest.raises(VerificationError, match="no such day"):
                RequestTrial(handler="app.failing", question=Question(event=UNSIGNED), **common).request(
                    volumes, samples
                )
            with pytest.raises(VerificationError, match="no-such-python"):
                RequestTrial(
                    handler="app.handler", question=Question(event=UNSIGNED), **{**common, "python": "no-such-python"}
                ).request(volumes, samples)


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


def test_what_the_project_says_is_asked_and_a_refusal_is_no_answer(settings: Settings) -> None:
    (settings.project / "asking.py").write_text(
        "import json, sys\ntold = json.load(sys.stdin)\n"
        "said = {'event': {'n': 1}, 'environment': {'HERE': told['THERE']}, 'answers': {'body': {'type': 5}}}\n"
        "print(json.dumps(said))\n"
    )
    function = replace(settings.functions["f"], first_request="asking")
    question = Question.of(settings, function, None, {"THERE": "x"})
    assert (question.event, question.environment) == ({"n": 1}, {"HERE": "x"})
    assert not question.refused('{"statusCode": 200, "body": "{\\"type\\": 5, \\"data\\": {}}"}')
    assert "and not" in question.refused('{"statusCode": 200, "body": "{\\"type\\": 4}"}')
    assert "no such day" in question.refused('{"errorType": "ValueError", "errorMessage": "no such day"}')


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("print('{')", "not JSON"),
        ("print('{}')", "no event"),
        ("import json; print(json.dumps({'event': {}, 'evnt': 1}))", "prints evnt"),
        ("raise SystemExit('no key')", "exit code 1"),
    ],
)
def test_a_module_that_says_something_else_is_refused(settings: Settings, program: str, told: str) -> None:
    (settings.project / "asking.py").write_text(program)
    function = replace(settings.functions["f"], first_request="asking")
    with pytest.raises(ConfigError, match=told):
        Question.of(settings, function, None, {})


def test_an_authority_is_trusted_by_certifi_wherever_it_lies() -> None:
    tree = contents.WayContents({"python/certifi/cacert.pem": b"all\n", "python/x.pem": b"other"}, {})
    trusting = tree.trusting("one more\n")
    assert trusting.opt == {"python/certifi/cacert.pem": b"all\none more\n", "python/x.pem": b"other"}


@pytest.mark.container
def test_the_services_of_a_first_request_are_met_over_tls_and_its_instructions_are_counted() -> None:
    from deploy.container.engine import Engine
    from tools import first_request

    code = (
        b"import ssl, urllib.request\n"
        b"def handler(event, context):\n"
        b"    trusting = ssl.create_default_context(cafile='/opt/python/certifi/cacert.pem')\n"
        b"    asked = urllib.request.Request('https://localhost:8443/guilds/1/channels')\n"
        b"    return {'body': urllib.request.urlopen(asked, context=trusting).read().decode()}\n"
    )
    said = {**first_request.main("bot", {}), "event": {}, "answers": {"body": "[]"}}
    with Engine.connect(os.environ) as engine:
        image = engine.resolve(os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"], "x86_64", lambda _: None).reference
        trial = RequestTrial(
            engine=engine,
            image=image,
            python="python3.11",
            handler="app.handler",
            environment={},
            question=Question(**said),
        )
        tree = contents.WayContents({"python/certifi/cacert.pem": b""}, {"app.py": code})
        with (
            trial.volumes(tree) as volumes,
            engine.volumes(image, {instructions.WHERE: instructions.counter()}) as more,
        ):
            trial.request(volumes, samples := FirstRequest())
            assert samples.cpu[0] > 0
            if instructions.counter():
                assert 50 < trial.count({**volumes, **more}) < 2000, "an interpreter's start alone takes 20 million"
        untold = replace(trial, question=replace(trial.question, authority=""))
        with untold.volumes(tree) as volumes, pytest.raises(VerificationError, match=r"(?i)certificate"):
            untold.request(volumes, FirstRequest())


def test_each_way_believes_the_authority_of_a_question_in_the_forms_that_it_brings(tmp_path: Path) -> None:
    authority = Authority.made(tmp_path, "known")
    pem = authority.certificate.read_text()
    hashed = next(authority.directory().iterdir()).name
    bundle, folder, aws = (f"python/{each}" for each in (certificates.BUNDLE, certificates.DIRECTORY, certificates.AWS))
    told = {"SSL_CERT_DIR": f"/opt/{folder}", "AWS_CA_BUNDLE": f"/opt/{aws}", "QUEUE_URL": "u"}
    classic = WayContents({bundle: b"own\n"}, {})
    assert classic.trusting(pem).opt == {bundle: b"own\n" + pem.encode()}
    assert classic.told(told) == {"QUEUE_URL": "u"}
    this = WayContents({bundle: b"own\n", aws: b"own\n", f"{folder}/00000000.0": b"own\n"}, {})
    trusting = this.trusting(pem)
    assert trusting.opt[f"{folder}/{hashed}"] == pem.encode()
    assert trusting.opt[aws] == trusting.opt[bundle] == b"own\n" + pem.encode()
    assert trusting.told(told) == told
