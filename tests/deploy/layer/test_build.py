from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import BuildError
from deploy.inside.exchange import Recipe, Report, Spared
from deploy.layer.build import INSIDE, TOOLS, build, context
from deploy.layer.spec import OWN_DOCKERFILE, LayerSpec
from deploy.locking.lockfile import read as read_lock
from deploy.locking.lockfile import requirements
from deploy.settings import Layer, Target
from tests.deploy.inside.synthetic import pin, wheel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ONE = wheel("one", {"one.py": ""})
REPORT = Report(python="3.11.0", glibc="2.26", packages=(), savings=(), files=1, zipped=3, unzipped=3)
TOOL = b"the tool's wheel"


@dataclass
class Fake:
    """A runtime whose pip has the wheel and the tool, and whose assembly leaves what the test says."""

    left: Mapping[str, bytes]
    image: RuntimeImage = field(default_factory=lambda: RuntimeImage("runtime:1", "sha256:1"))
    contexts: list[Mapping[str, bytes]] = field(default_factory=list)
    cached: list[bool] = field(default_factory=list)

    def fetch(self, spec: LayerSpec, requirements: str, into: Path) -> None:
        del spec
        if requirements.startswith("one"):
            (into / ONE[0]).write_bytes(ONE[1])
        else:
            (into / "deflate.whl").write_bytes(TOOL)

    def assemble(self, spec: LayerSpec, context: Mapping[str, bytes], *, use_cache: bool) -> dict[str, bytes]:
        del spec
        self.contexts.append(context)
        self.cached.append(use_cache)
        return dict(self.left)

    def installed(self, *arguments: Any) -> Any:
        raise NotImplementedError

    def sandbox(self, *arguments: Any) -> Any:
        raise NotImplementedError


@pytest.fixture(autouse=True)
def _a_tool_that_can_be_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "tools.txt"
    tools.write_text(f"deflate==1 --hash=sha256:{hashlib.sha256(TOOL).hexdigest()}\n", encoding="utf-8")
    monkeypatch.setattr("deploy.layer.build.TOOLS", tools)


@pytest.fixture
def spec(tmp_path: Path) -> LayerSpec:
    dockerfile = tmp_path / "Dockerfile.layer"
    dockerfile.write_text("FROM scratch\n", encoding="utf-8")
    return LayerSpec(
        layer=Layer(name="all"),
        runtime="python3.11",
        architecture="arm64",
        image=RuntimeImage("runtime:1", "sha256:1"),
        pins=(pin(ONE),),
        dockerfile=dockerfile,
        stem="all-arm64",
    )


def built(spec: LayerSpec, runtime: Fake, folder: Path, said: list[str] | None = None) -> Any:
    lines: list[str] = [] if said is None else said
    return build(spec, runtime, folder / "cache", folder / "dist", use_cache=False, say=lines.append)


def left(report: Report = REPORT) -> dict[str, bytes]:
    return {"layer.zip": b"zip", "report.json": report.to_json().encode()}


def test_the_zip_that_was_assembled_is_the_layer(spec: LayerSpec, tmp_path: Path) -> None:
    runtime = Fake(left())
    layer = built(spec, runtime, tmp_path)
    assert layer.zip == tmp_path / "dist" / "all-arm64.zip"
    assert layer.zip.read_bytes() == b"zip"
    assert layer.sha256 == hashlib.sha256(b"zip").hexdigest()
    assert layer.report == REPORT
    assert [path.name for path in (tmp_path / "dist").iterdir()] == ["all-arm64.zip"]
    assert runtime.cached == [False]


def test_the_context_is_the_recipe_the_wheels_and_the_code_that_runs_inside(spec: LayerSpec, tmp_path: Path) -> None:
    runtime = Fake(left())
    built(spec, runtime, tmp_path)
    (given,) = runtime.contexts
    assert Recipe.from_json(given["build/recipe.json"].decode()).pins == spec.pins
    assert given["build/requirements.txt"].decode() == requirements(spec.pins)
    assert given["Dockerfile.layer"] == b"FROM scratch\n"
    assert {path: given[path] for path in given if path.startswith("wheels/")} == {
        f"wheels/{ONE[0]}": ONE[1],
        "wheels/deflate.whl": TOOL,
    }
    assert {"deploy/inside/assemble.py", "deploy/inside/tools.txt"} <= set(given)


def test_nothing_of_the_environment_is_in_the_context(
    spec: LayerSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:secret@index.example")
    assert not [path for path, content in context(spec, {}, {}).items() if b"secret@" in content]
    assert str(tmp_path) not in json.dumps(sorted(context(spec, {}, {})))


def test_what_the_code_inside_imports_is_in_the_context_or_the_standard_library() -> None:
    import ast
    import sys

    known = {*sys.stdlib_module_names, "deploy"}
    for path in INSIDE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert {name.partition(".")[0] for name in names} <= known, path


def test_a_runtime_that_leaves_no_layer_is_an_error(spec: LayerSpec, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"left no layer\.zip and no report\.json"):
        built(spec, Fake({}), tmp_path)
    assert not (tmp_path / "dist").exists()


@dataclass
class Refusing(Fake):
    """A runtime whose engine cannot build by the Dockerfile."""

    error: BuildError = field(default_factory=lambda: BuildError([]))

    def assemble(self, spec: LayerSpec, context: Mapping[str, bytes], *, use_cache: bool) -> dict[str, bytes]:
        del spec, context, use_cache
        raise self.error


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("pull access denied for nope", ""),
        ("dockerfile parse error line 1: unknown instruction: FRM", ""),
        ("The command '/bin/sh -c make' returned a non-zero code: 2", "steps have no network"),
    ],
)
def test_what_is_wrong_with_the_projects_own_dockerfile_is_told_as_its_own_with_both_ways_out(
    said: str, cause: str, spec: LayerSpec, tmp_path: Path
) -> None:
    refusing = Refusing({}, error=BuildError.of("Dockerfile.layer", said, log="Step 1/4"))
    with pytest.raises(BuildError) as caught:
        built(spec, refusing, tmp_path)
    (fault,) = caught.value.faults
    assert (fault.where, fault.what, caught.value.log) == (str(spec.dockerfile), said, "Step 1/4")
    assert cause in fault.cause
    assert "FROM ${RUNTIME_IMAGE}" in fault.cure
    assert "the pipeline has its own" in fault.cure
    with pytest.raises(BuildError) as caught:
        built(replace(spec, dockerfile=OWN_DOCKERFILE), refusing, tmp_path)
    assert caught.value.faults[0].cure == ""


def test_a_cause_that_is_known_is_not_put_down_to_the_dockerfile(spec: LayerSpec, tmp_path: Path) -> None:
    refusing = Refusing({}, error=BuildError.of("one", "is too large", cure="trim it"))
    with pytest.raises(BuildError, match="one: is too large") as caught:
        built(spec, refusing, tmp_path)
    assert caught.value.faults[0].cure == "trim it"


def test_what_the_policy_asked_for_and_could_not_be_done_is_said(spec: LayerSpec, tmp_path: Path) -> None:
    said: list[str] = []
    report = replace(REPORT, kept_symbols={"a.so": "it is damaged"}, uncompiled={"b.py": "SyntaxError"})
    built(spec, Fake(left(report)), tmp_path, said)
    assert said[-2:] == ["a.so keeps its symbols: it is damaged", "b.py stays without bytecode: SyntaxError"]


def test_what_a_distribution_keeps_against_the_policy_is_said_with_the_reason(spec: LayerSpec, tmp_path: Path) -> None:
    said: list[str] = []
    spared = Spared(rule="stubs", distribution="jedi", reason="jedi/api.py reads .pyi files")
    built(spec, Fake(left(replace(REPORT, spared=(spared,)))), tmp_path, said)
    assert said[-1] == "jedi keeps what stubs would take: jedi/api.py reads .pyi files"


def test_the_pinned_tool_has_a_wheel_for_each_architecture() -> None:
    (tool,) = read_lock(TOOLS, Target("python3.11", "x86_64"))
    assert (tool.name, len(tool.hashes)) == ("deflate", 2)
