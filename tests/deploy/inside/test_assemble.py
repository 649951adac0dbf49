from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nacl._sodium
import pytest

from deploy.documents.writing import as_json
from deploy.inside import assemble
from deploy.inside.exchange import Recipe, Report, TrimPolicy, lock_digest
from deploy.layer.manifest import travelling
from tests.deploy.inside import synthetic
from tests.deploy.inside.synthetic import deflate_wheel, recipe, wheel
from tests.schemas import faults, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PROJECT = Path(assemble.__file__).parents[2]
TOOL = deflate_wheel()
ONE = wheel(
    "one",
    {"one/__init__.py": "import two\n" + "x = 1\n" * 50, "one/data.json": "{}", "one/tests/test_one.py": "a = 1"},
    metadata="License-Expression: MIT\nLicense-File: LICENSE",
)
TWO = wheel("two", {"two.py": "VALUE = 2\n", "two-1.0.dist-info/licenses/LICENSE": "free"}, version="1.0")
GONE = wheel("gone", {"gone/__init__.py": ""})
WHEELS = [ONE, TWO, GONE]


@pytest.fixture(autouse=True)
def _the_tool_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "tools.txt"
    tools.write_text(f"deflate==1 --hash=sha256:{hashlib.sha256(TOOL[1]).hexdigest()}\n", encoding="utf-8")
    monkeypatch.setattr(assemble, "TOOLS", tools)


def policy(bytecode: str = "unchecked-hash") -> Recipe:
    return recipe(*WHEELS, bytecode=bytecode, tests=True, metadata=True, exclude={"gone/**": "not needed"})


def folder(path: Path, wanted: Recipe, wheels: Iterable[tuple[str, bytes]]) -> Path:
    for name, content in [*wheels, TOOL]:
        (path / "wheels").mkdir(parents=True, exist_ok=True)
        (path / "wheels" / name).write_bytes(content)
    (path / "build").mkdir()
    (path / "build" / "recipe.json").write_text(wanted.to_json(), encoding="utf-8")
    return path


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


MODEL = gzip.compress(json.dumps({"metadata": {}, "documentation": "long"}).encode())
BOTOCORE = wheel("botocore", {"botocore/data/sqs/2012-11-05/service-2.json.gz": MODEL, "botocore/__init__.py": ""})
NATIVE = wheel("native", {"native/_sodium.so": Path(nacl._sodium.__file__).read_bytes(), "native/x.py": "1"})
MIXED = [BOTOCORE, NATIVE, ONE, TWO]


def mixed(**changes: Any) -> bytes:
    """Assemble a layer in which every step has something to do; `changes` are of its recipe."""
    wanted = recipe(*MIXED, botocore_documentation=True, debug_symbols=True, tests=True, metadata=True)
    return assemble.assemble(replace(wanted, **changes), dict([*MIXED, TOOL]), {}, {})["layer.zip"]


@pytest.fixture(scope="module")
def usual() -> bytes:
    with pytest.MonkeyPatch.context() as patched, tempfile.TemporaryDirectory() as folder:
        tools = Path(folder, "tools.txt")
        tools.write_text(f"deflate==1 --hash=sha256:{hashlib.sha256(TOOL[1]).hexdigest()}\n", encoding="utf-8")
        patched.setattr(assemble, "TOOLS", tools)
        return mixed()


def test_hashes_of_files_that_are_not_installed_do_not_show(usual: bytes) -> None:
    pins = tuple(replace(each, hashes=(*each.hashes, "0" * 64, "f" * 64)) for each in recipe(*MIXED).pins)
    assert mixed(pins=pins) == usual


def _other_python(patched: pytest.MonkeyPatch, folder: Path) -> None:
    del folder
    patched.setattr("platform.python_version", lambda: "3.11.99")


def _other_machine(patched: pytest.MonkeyPatch, folder: Path) -> None:
    del folder
    patched.setattr("platform.machine", lambda: "riscv64")
    patched.setattr("os.sched_getaffinity", lambda _: {0})


def _other_binutils(patched: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "strip").write_text("#!/bin/sh\n: > $2\n", encoding="utf-8")
    (folder / "strip").chmod(0o755)
    patched.setenv("PATH", str(folder))


def _no_binutils(patched: pytest.MonkeyPatch, folder: Path) -> None:
    patched.setenv("PATH", str(folder))


def _other_zlib(patched: pytest.MonkeyPatch, folder: Path) -> None:
    """A build of zlib that compresses to other bytes."""
    del folder
    patched.setattr("zlib.compress", lambda content, *_, **__: content[::-1])
    patched.setattr("gzip.compress", lambda content, *_, **__: content[::-1])
    patched.delattr("zlib.compressobj")


def _other_time_and_user(patched: pytest.MonkeyPatch, folder: Path) -> None:
    patched.setattr("time.time", lambda: 1.0)
    for name in ("HOME", "TMPDIR"):
        patched.setenv(name, str(folder))
    patched.setenv("USER", "somebody")
    patched.setattr("tempfile.tempdir", None)


@pytest.mark.parametrize(
    "other", [_other_python, _other_machine, _other_binutils, _no_binutils, _other_zlib, _other_time_and_user]
)
def test_what_is_no_input_does_not_show(
    other: Callable[[pytest.MonkeyPatch, Path], None], usual: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    other(monkeypatch, tmp_path / "elsewhere")
    assert mixed() == usual


@pytest.mark.parametrize(
    "changes",
    [
        {"layer": "other"},
        {"architecture": "arm64"},
        {"bytecode": "sourceless"},
        {"trim": TrimPolicy()},
        {"withdrawn": {"native": ("debug-symbols",)}},
    ],
)
def test_what_is_an_input_shows(changes: dict[str, Any], usual: bytes) -> None:
    assert mixed(**changes) != usual


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
