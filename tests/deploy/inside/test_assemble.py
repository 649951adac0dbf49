from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from deploy.documents.writing import as_json
from deploy.inside import assemble
from deploy.inside.exchange import Recipe, Report, lock_digest
from deploy.layer.manifest import travelling
from tests.deploy.inside import synthetic
from tests.deploy.inside.assembling import ONE, TWO, folder, pin_the_tool
from tests.deploy.inside.synthetic import recipe, wheel
from tests.schemas import faults, schema_of

PROJECT = Path(assemble.__file__).parents[2]
GONE = wheel("gone", {"gone/__init__.py": ""})
WHEELS = [ONE, TWO, GONE]


@pytest.fixture(autouse=True)
def _the_tool_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin_the_tool(tmp_path, monkeypatch)


def policy(bytecode: str = "unchecked-hash") -> Recipe:
    return recipe(*WHEELS, bytecode=bytecode, tests=True, metadata=True, exclude={"gone/**": "not needed"})


def assembled(path: Path, wanted: Recipe) -> tuple[zipfile.ZipFile, Report]:
    assert assemble.main([str(folder(path, wanted, WHEELS))], assemble.from_recipe) == 0
    zipped = zipfile.ZipFile(io.BytesIO((path / "out" / "layer.zip").read_bytes()))
    return zipped, Report.from_json((path / "out" / "report.json").read_text(encoding="utf-8"))


def test_a_folder_of_wheels_becomes_a_layer_and_a_report(tmp_path: Path) -> None:
    zipped, report = assembled(tmp_path / "context", policy())
    assert zipped.namelist() == [
        "channelwright/all.json",
        "python/__pycache__/two.cpython-311.pyc",
        "python/gone-1.0.dist-info/METADATA",
        "python/gone-1.0.dist-info/RECORD",
        "python/one-1.0.dist-info/METADATA",
        "python/one-1.0.dist-info/RECORD",
        "python/one/__init__.py",
        "python/one/__pycache__/__init__.cpython-311.pyc",
        "python/one/data.json",
        "python/two-1.0.dist-info/METADATA",
        "python/two-1.0.dist-info/RECORD",
        "python/two-1.0.dist-info/licenses/LICENSE",
        "python/two.py",
    ]
    assert report.files == len(zipped.namelist())
    assert report.unzipped == sum(info.file_size for info in zipped.infolist())
    assert report.zipped == (tmp_path / "context" / "out" / "layer.zip").stat().st_size
    assert report.python == ".".join(map(str, sys.version_info[:3]))


def test_the_report_says_what_each_distribution_has_in_the_layer(tmp_path: Path) -> None:
    zipped, report = assembled(tmp_path / "context", policy())
    gone, one, two = report.packages
    assert (one.modules, two.modules, gone.modules) == (("one",), ("two",), ())
    assert (one.excluded, two.excluded, gone.excluded) == (False, False, True)
    assert (one.license, two.license) == ("MIT", "")
    assert two.license_files == ("two-1.0.dist-info/licenses/LICENSE",)
    assert (one.wheel, one.sha256) == (ONE[0], hashlib.sha256(ONE[1]).hexdigest())
    assert one.tags == ("py3-none-any",)
    sizes = {info.filename: info.file_size for info in zipped.infolist()}
    assert sum(each.unzipped for each in report.packages) == sum(sizes.values()) - sizes["channelwright/all.json"]
    assert 0 < sum(each.zipped for each in report.packages) < report.zipped


def test_the_manifest_in_the_layer_says_what_it_is_and_nothing_of_when_and_where(tmp_path: Path) -> None:
    zipped, report = assembled(tmp_path / "context", policy())
    manifest = json.loads(zipped.read("channelwright/all.json"))
    assert faults(manifest, schema_of("deploy/layer/manifest/travelling-manifest.schema.json")) == []
    assert json.loads(as_json(travelling.read(zipped.read("channelwright/all.json")))) == manifest
    assert manifest["layer"] == "all"
    assert manifest["lock"] == lock_digest(policy().pins)
    assert [(each["name"], each["version"], each["wheel"]) for each in manifest["packages"]] == [
        (each.name, each.version, each.wheel) for each in report.packages
    ]
    assert manifest["trim"] == json.loads(policy().to_json())["trim"]
    assert manifest["savings"] == [asdict(each) for each in report.savings]
    contents = {
        name.removeprefix("python/"): hashlib.sha256(zipped.read(name)).hexdigest()
        for name in zipped.namelist()
        if name.startswith("python/")
    }
    digest = hashlib.sha256(json.dumps(dict(sorted(contents.items()))).encode()).hexdigest()
    assert manifest["content"] == digest
    assert str(tmp_path) not in json.dumps(manifest)


def test_the_record_of_each_distribution_lists_what_is_there_as_it_is(tmp_path: Path) -> None:
    zipped, _ = assembled(tmp_path / "context", policy())
    assert zipped.read("python/gone-1.0.dist-info/RECORD").decode().splitlines()[1:] == ["gone-1.0.dist-info/RECORD,,"]
    names = {name.removeprefix("python/") for name in zipped.namelist() if name.startswith("python/")}
    listed = []
    for name in ("gone", "one", "two"):
        for path, digest, size in csv.reader(zipped.read(f"python/{name}-1.0.dist-info/RECORD").decode().splitlines()):
            listed.append(path)
            content = zipped.read(f"python/{path}")
            if path.endswith(("RECORD", ".pyc")):
                assert (digest, size) == ("", ""), path
            else:
                assert (digest, int(size)) == (synthetic.digest(content), len(content)), path
    assert sorted(listed) == sorted(names)


def test_a_file_that_distributions_share_is_in_the_record_of_each(tmp_path: Path) -> None:
    shared = {"ns/__init__.py": "same = 1\n"}
    both = [wheel("first", {**shared, "ns/a.py": ""}), wheel("second", {**shared, "ns/b.py": ""})]
    assert assemble.main([str(folder(tmp_path / "context", recipe(*both), both))], assemble.from_recipe) == 0
    zipped = zipfile.ZipFile(tmp_path / "context" / "out" / "layer.zip")
    for name in ("first", "second"):
        assert "ns/__init__.py,sha256=" in zipped.read(f"python/{name}-1.0.dist-info/RECORD").decode()


def test_sourceless_layers_work_without_sources(tmp_path: Path) -> None:
    zipped, _ = assembled(tmp_path / "context", policy("sourceless"))
    assert not [name for name in zipped.namelist() if name.endswith(".py")]
    zipped.extractall(tmp_path / "opt")
    program = (
        "import importlib.metadata as m, one; print(one.two.VALUE, m.version('one'));"
        "print(sorted(m.packages_distributions()), [str(f) for f in m.files('one') if not f.locate().exists()])"
    )
    environment = {"PYTHONPATH": str(tmp_path / "opt" / "python")}
    command = [sys.executable, "-S", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "2 1.0\n['one', 'two'] []\n"


def test_two_builds_anywhere_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name, seed, mask in [("here", "0", 0o022), ("over there", "random", 0o077), ("third", "42", 0o000)]:
        shuffled = random.Random(seed).sample(WHEELS, len(WHEELS))  # noqa: S311 - any order
        context = folder(tmp_path / name, policy(), shuffled)
        program = (
            "import os, sys, pathlib; from deploy.inside import assemble;"
            f"os.umask({mask}); assemble.TOOLS = pathlib.Path({str(assemble.TOOLS)!r});"
            "sys.exit(assemble.main(sys.argv[1:], assemble.from_recipe))"
        )
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if mask else "UTC"}
        command = [sys.executable, "-c", program, str(context)]
        subprocess.run(command, check=True, cwd=PROJECT, env=environment)
        made.append((context / "out" / "layer.zip").read_bytes())
        assert {path.name for path in context.iterdir()} == {"build", "out", "wheels"}
    assert made[0] == made[1] == made[2]


def test_a_refusal_tells_every_reason_on_stderr_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    context = folder(tmp_path / "context", policy(), [ONE, wheel("stranger", {})])
    assert assemble.main([str(context)], assemble.from_recipe) == 1
    told = capsys.readouterr().err
    assert "stranger-1.0-py3-none-any.whl: its sha256 is not in the lock" in told
    assert "two==1.0: is in the lock and has no wheel here" in told
    assert "gone==1.0: is in the lock and has no wheel here" in told
    assert not (context / "out").exists()


def test_a_layer_for_another_python_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    context = folder(tmp_path / "context", replace(policy(), runtime="python3.13"), WHEELS)
    assert assemble.main([str(context)], assemble.from_recipe) == 1
    assert "all: is for python3.13, and this is python3.11" in capsys.readouterr().err


def test_the_tool_has_to_be_the_one_that_is_pinned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assemble.TOOLS.write_text(f"deflate==1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    assert assemble.main([str(folder(tmp_path / "context", policy(), WHEELS))], assemble.from_recipe) == 1
    assert "its sha256 is not in the lock" in capsys.readouterr().err


def test_the_tool_never_ends_up_in_the_layer(tmp_path: Path) -> None:
    zipped, _ = assembled(tmp_path / "context", policy())
    assert not [name for name in zipped.namelist() if "deflate" in name]
