"""The project's own layer, built for real: the lock, the policy, the runtime image."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy import configuration, pip_settings
from deploy.layer.backend.containers import ContainerRuntime
from deploy.layer.build import build
from deploy.layer.cache import Cache
from deploy.layer.spec import LayerSpec, specs
from deploy.locking import lockfile
from deploy.settings import IMAGE_VARIABLE

if TYPE_CHECKING:
    from deploy.container.engine import Engine
    from deploy.layer.values import BuiltLayer
    from deploy.settings import Bytecode

pytestmark = pytest.mark.container

PROJECT = Path(__file__).parents[2]
CERTIFICATES = ("python/certifi/certificates/", "python/certifi/aws.pem")
# Tries what the layer is for, in an interpreter that has nothing else; prints what went wrong.
EXERCISE = """
import importlib.metadata, os, sys, warnings
warnings.simplefilter("error")
import boto3, botocore.exceptions, discord_interactions, nacl.signing, requests, yaml
where = os.environ["PYTHONPATH"]
for module in (boto3, botocore, discord_interactions, nacl, requests, yaml):
    assert module.__file__.startswith(where), module
    assert module.__cached__.endswith(".pyc"), module
session = boto3.session.Session("a", "b", region_name="eu-central-1")
for service in ("lambda", "secretsmanager", "sqs", "ssm", "sts"):
    client = session.client(service)
    assert client.meta.endpoint_url == f"https://{service}.eu-central-1.amazonaws.com", client.meta.endpoint_url
assert session.client("sqs", region_name="cn-north-1").meta.endpoint_url == "https://sqs.cn-north-1.amazonaws.com.cn"
try:
    session.client("s3")
except botocore.exceptions.UnknownServiceError:
    pass
else:
    raise AssertionError("s3 is still there")
key = nacl.signing.SigningKey.generate()
signature = key.sign(b"time" + b"body").signature.hex()
assert discord_interactions.verify_key(b"body", signature, "time", key.verify_key.encode().hex())
assert yaml.load("a: [1]", Loader=yaml.CSafeLoader) == {"a": [1]}
requests.Session().close()
print(*(f"{name}=={importlib.metadata.version(name)}" for name in ("boto3", "PyNaCl", "requests", "PyYAML")))
"""


@dataclass(frozen=True)
class Workshop:
    """What builds need: the runtime, the spec of the project's first layer, and wheels kept between runs."""

    runtime: ContainerRuntime
    spec: LayerSpec
    cache: Path

    def build(self, into: Path, bytecode: Bytecode = "unchecked-hash") -> BuiltLayer:
        spec = replace(self.spec, layer=replace(self.spec.layer, bytecode=bytecode))
        return build(spec, self.runtime, self.cache, into, use_cache=False, say=print)


@pytest.fixture(scope="module")
def workshop(engine: Engine, runtime_image: str) -> Workshop:
    wanted = configuration.load(PROJECT, {IMAGE_VARIABLE: runtime_image})
    target = wanted.targets[0]
    image = engine.resolve(wanted.image, target.architecture, print)
    spec = specs(wanted, lockfile.read(PROJECT / wanted.requirements, target), image, target)[0]
    return Workshop(ContainerRuntime(engine, image, os.environ), spec, Cache.from_environment(os.environ).root)


@pytest.fixture(scope="module")
def with_sources(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> BuiltLayer:
    return workshop.build(tmp_path_factory.mktemp("with-sources"))


@pytest.fixture(scope="module")
def sourceless(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> BuiltLayer:
    return workshop.build(tmp_path_factory.mktemp("sourceless"), "sourceless")


def exercise(layer: BuiltLayer, folder: Path) -> subprocess.CompletedProcess[str]:
    with zipfile.ZipFile(layer.zip) as zipped:
        zipped.extractall(folder)
    environment = {"PYTHONPATH": str(folder / "python"), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath}
    command = [sys.executable, "-S", "-c", EXERCISE]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=folder)


def test_the_layer_does_what_it_is_for_and_no_more(with_sources: BuiltLayer, tmp_path: Path) -> None:
    done = exercise(with_sources, tmp_path)
    assert done.returncode == 0, done.stderr
    versions = {pin.name: pin.version for pin in with_sources.spec.pins}
    assert done.stdout.split() == [
        f"{name}=={versions[name.lower()]}" for name in ("boto3", "PyNaCl", "requests", "PyYAML")
    ]


def test_the_sourceless_layer_does_so_too(sourceless: BuiltLayer, tmp_path: Path) -> None:
    done = exercise(sourceless, tmp_path)
    assert done.returncode == 0, done.stderr
    assert not list((tmp_path / "python").rglob("*.py"))


def without_certificates(built: BuiltLayer) -> tuple[int, int]:
    """Return a layer's sizes, zipped and unzipped, without certifi's certificates in other forms."""
    with zipfile.ZipFile(built.zip) as archive:
        there = [each for each in archive.infolist() if each.filename.startswith(CERTIFICATES)]
    # An entry's name and two headers: 4.3.7 and 4.3.12 of the zip format.
    zipped = sum(each.compress_size + 30 + 46 + 2 * len(each.filename) for each in there)
    assert len(there) > 100
    return built.report.zipped - zipped, built.report.unzipped - sum(each.file_size for each in there)


def test_the_sizes_are_what_was_aimed_at(with_sources: BuiltLayer, sourceless: BuiltLayer) -> None:
    assert with_sources.zip.stat().st_size == with_sources.report.zipped <= 3_400_000
    zipped, unzipped = without_certificates(with_sources)
    assert (zipped <= 3_200_000, unzipped <= 11_000_000) == (True, True)
    zipped, unzipped = without_certificates(sourceless)
    assert (zipped <= 2_200_000, unzipped <= 6_600_000) == (True, True)


def test_every_rule_of_the_policy_saved_something(with_sources: BuiltLayer) -> None:
    saved = {saving.rule: saving.bytes for saving in with_sources.report.savings}
    assert [rule for rule, count in saved.items() if count <= 0] == ["bytecode", "leftovers"]
    assert not with_sources.report.kept_symbols
    assert not with_sources.report.uncompiled


def test_every_distribution_of_the_lock_is_accounted_for(with_sources: BuiltLayer) -> None:
    packages = {package.name: package for package in with_sources.report.packages}
    assert {(name, each.version) for name, each in packages.items()} == {
        (pin.name, pin.version) for pin in with_sources.spec.pins
    }
    assert [name for name, each in packages.items() if each.excluded] == ["pycparser"]
    assert packages["cffi"].modules == ("_cffi_backend",)
    assert packages["pyyaml"].modules == ("_yaml", "yaml")
    assert all(package.license and package.license_files for package in packages.values())


def test_two_clean_builds_in_different_folders_give_the_same_bytes(
    workshop: Workshop, with_sources: BuiltLayer, tmp_path: Path
) -> None:
    started = time.monotonic()
    again = workshop.build(tmp_path / "elsewhere")
    print(f"clean build: {time.monotonic() - started:.1f} s")
    assert again.sha256 == with_sources.sha256
    assert again.zip.read_bytes() == with_sources.zip.read_bytes()


@pytest.mark.parametrize("binutils", ["RUN rm -f /usr/bin/*strip", "RUN ln -sf /bin/false /usr/bin/strip"])
def test_what_else_the_image_has_does_not_show(
    workshop: Workshop, with_sources: BuiltLayer, binutils: str, tmp_path: Path
) -> None:
    dockerfile = f"ARG BASE\nFROM ${{BASE}}\n{binutils}\n".encode()
    runtime, image = workshop.runtime, workshop.runtime.image
    with runtime.engine.built({"Dockerfile": dockerfile}, {"BASE": image.reference}) as other:
        elsewhere = ContainerRuntime(runtime.engine, replace(image, reference=other), os.environ)
        assert replace(workshop, runtime=elsewhere).build(tmp_path).sha256 == with_sources.sha256


def test_a_refusal_inside_reaches_people_outside(workshop: Workshop, tmp_path: Path) -> None:
    from deploy.errors import BuildError

    trim = replace(workshop.spec.layer.trim, botocore_data=("sqss",), exclude={"nothing/**": "a test"})
    broken = replace(workshop, spec=replace(workshop.spec, layer=replace(workshop.spec.layer, trim=trim)))
    with pytest.raises(BuildError) as caught:
        broken.build(tmp_path)
    told = str(caught.value)
    assert "trim.botocore-data: botocore has no service 'sqss'" in told
    assert "did you mean sqs?" in told
    assert "trim.exclude 'nothing/**': matches no file of the layer" in told


@pytest.mark.skipif(not shutil.which("docker"), reason="the docker command is not installed")
def test_plain_docker_build_makes_the_same_layer(with_sources: BuiltLayer, runtime_image: str, tmp_path: Path) -> None:
    context, built = tmp_path / "project", "channelwright-plain-build"
    for path in ("deploy", "config"):
        shutil.copytree(PROJECT / path, context / path, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.txt", "Dockerfile.layer", ".dockerignore"):
        shutil.copy(PROJECT / name, context)
    (context / "secret.env").write_text("TOKEN=1\n", encoding="utf-8")
    options = [*_network(context), "--build-arg", f"RUNTIME_IMAGE={runtime_image}", "--no-cache"]
    _docker("build", "--quiet", *options, "-f", context / "Dockerfile.layer", "-t", built, context)
    container = _docker("create", built)
    try:
        _docker("cp", f"{container}:/out", tmp_path / "out")
        _docker("cp", f"{container}:/build", tmp_path / "sent")
    finally:
        _docker("rm", container)
        _docker("rmi", built)
    stem = with_sources.spec.stem
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{stem}.report.json", f"{stem}.zip"]
    assert (tmp_path / "out" / f"{stem}.zip").read_bytes() == with_sources.zip.read_bytes()
    assert json.loads((tmp_path / "out" / f"{stem}.report.json").read_text(encoding="utf-8"))["packages"]
    assert not (tmp_path / "sent" / "secret.env").exists()


def _network(context: Path) -> list[str]:
    """Write build/pip.conf as people behind a proxy would; return what `docker build` needs besides."""
    found = pip_settings.read(os.environ, "/build/build")
    (context / "build").mkdir()
    for name, content in found.files.items():
        (context / "build" / name).write_bytes(content)
    options = {name.removeprefix("PIP_"): value for name, value in found.environment.items() if name.startswith("PIP_")}
    lines = [f"{name.lower().replace('_', '-')} = {value}" for name, value in options.items()]
    (context / "build" / "pip.conf").write_text("\n".join(["[global]", *lines, ""]), encoding="utf-8")
    proxies = [f"{name}={value}" for name, value in pip_settings.proxies(os.environ).environment.items()]
    network = ["--network", "host"] if found.loopback else []
    return [*network, *(part for each in proxies for part in ("--build-arg", each))]


def _docker(*arguments: str | Path) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()
