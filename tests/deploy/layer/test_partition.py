from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.configuration import load
from deploy.container.digest import RuntimeImage
from deploy.errors import ConfigError, LockError
from deploy.layer.partition import shares, together
from deploy.layer.spec import every_spec, needed_for
from deploy.locking import dependents, locked, lockfile
from deploy.settings import Layer, Settings, Target, WithDependencies

ROOT = Path(__file__).parents[3]
HASH = "--hash=sha256:" + "a" * 64
LOCK = f"""\
boto3==1 \\
    {HASH}
    # via -r requirements.in
botocore==1 \\
    {HASH}
    # via
    #   boto3
    #   s3transfer
requests[socks]==1 \\
    {HASH}
    # via -r requirements.in
s3transfer==1 \\
    {HASH}
    # via boto3
urllib3==1 \\
    {HASH}
    # via
    #   botocore
    #   requests[socks]
"""


def parts(folder: Path, text: str = LOCK, **packages: WithDependencies | tuple[str, ...]) -> dict[str, list[str]]:
    """Return the names that each layer gets; `app` takes the rest unless it is given packages."""
    (folder / "requirements.txt").write_text(text, encoding="utf-8")
    layers = {name: Layer(name=name, packages=each) for name, each in packages.items()}
    settings = Settings(project=folder, layers={"app": Layer(name="app")} | layers)
    found = shares(settings, lockfile.read(folder / "requirements.txt", settings.targets[0]))
    return {name: [pin.name for pin in pins] for name, pins in found.items()}


def refused(folder: Path, text: str = LOCK, **packages: WithDependencies | tuple[str, ...]) -> list[str]:
    with pytest.raises((ConfigError, LockError)) as caught:
        parts(folder, text, **packages)
    return [f"{fault.where}: {fault.what}" for fault in caught.value.faults]


def of(*names: str, leaving: tuple[str, ...] = ()) -> WithDependencies:
    return WithDependencies(of=names, leaving=leaving)


def test_a_layer_takes_what_it_names_with_all_that_this_needs_and_the_rest_goes_elsewhere(tmp_path: Path) -> None:
    assert parts(tmp_path, sdk=of("Boto3")) == {
        "app": ["requests"],
        "sdk": ["boto3", "botocore", "s3transfer", "urllib3"],
    }


def test_a_dependency_can_be_left_to_another_layer(tmp_path: Path) -> None:
    assert parts(tmp_path, sdk=of("boto3", leaving=("urllib3",)))["app"] == ["requests", "urllib3"]


def test_this_project_s_own_lock_tells_what_the_sdk_needs() -> None:
    pins = lockfile.read(ROOT / "requirements.txt", Target("python3.11", "x86_64"))
    graph = dependents.read(ROOT / "requirements.txt", [pin.name for pin in pins])
    sdk = {"boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"}
    assert set(dependents.closure(["boto3"], graph)) == sdk


def test_every_distribution_that_two_layers_claim_is_named_with_what_needs_it_there(tmp_path: Path) -> None:
    assert refused(tmp_path, sdk=of("boto3"), app=of("requests", "s3transfer")) == [
        "layers: botocore is claimed by app (needed by s3transfer) and sdk (needed by boto3)",
        "layers: s3transfer is claimed by app and sdk (needed by boto3)",
        "layers: urllib3 is claimed by app (needed by requests) and sdk (needed by botocore)",
    ]


def test_what_no_layer_takes_and_what_no_lock_has_is_told_at_once(tmp_path: Path) -> None:
    assert refused(tmp_path, sdk=of("botto3", leaving=("numpy",)), app=("requests",)) == [
        "layers.sdk.packages: botto3 is not in the lock",
        "layers.sdk.packages.except: numpy is not in the lock",
        "layers: no layer takes boto3, botocore, s3transfer, urllib3",
    ]


def test_a_layer_that_would_be_empty_is_refused(tmp_path: Path) -> None:
    everything = ("boto3", "botocore", "requests", "s3transfer", "urllib3")
    assert refused(tmp_path, all=everything) == ["layers.app: gets no distribution"]
    assert refused(tmp_path, none=of("boto3", leaving=everything)) == ["layers.none: gets no distribution"]


def test_a_lock_that_does_not_say_what_needs_what_is_refused_where_that_decides(tmp_path: Path) -> None:
    silent = "\n".join(line for line in LOCK.splitlines() if "#" not in line) + "\n"
    assert parts(tmp_path, silent, sdk=("boto3",))["sdk"] == ["boto3"]
    (found,) = refused(tmp_path, silent, sdk=of("boto3"))
    assert found.endswith("requirements.txt: does not say what needs boto3, botocore, requests, s3transfer, urllib3")


def test_the_one_line_comments_of_pip_compile_are_read_too(tmp_path: Path) -> None:
    text = f"boto3==1 {HASH}  # via -r requirements.in\nbotocore==1 {HASH}  # via boto3, s3transfer\n"
    text += f"requests==1 {HASH}  # via demo (pyproject.toml)\ns3transfer==1 {HASH}  # via boto3\n"
    assert parts(tmp_path, text, sdk=of("boto3"))["app"] == ["requests"]


def test_a_circle_of_needs_ends(tmp_path: Path) -> None:
    text = f"a==1 {HASH}  # via b\nb==1 {HASH}  # via a, -r requirements.in\nc==1 {HASH}  # via -r requirements.in\n"
    assert parts(tmp_path, text, ring=of("b")) == {"app": ["c"], "ring": ["a", "b"]}


@pytest.fixture
def two_locks(tmp_path: Path) -> Settings:
    """Two functions that need two versions of one package, each with a lock of its own, and a layer of both."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/pipeline.yaml").write_text(
        "layers:\n  base: {}\n  old: {requirements: old.txt}\n  new: {requirements: new.txt}\n"
        "functions:\n  one: {name: one, handler: a.b, layers: [base, old]}\n"
        "  two: {name: two, handler: a.b, layers: [base, new]}\n"
    )
    (tmp_path / "Dockerfile.layer").write_text("FROM scratch\n")
    for name, pins in {"requirements": "idna==3.7", "old": "six==1.0", "new": "six==2.0"}.items():
        (tmp_path / f"{name}.txt").write_text(f"{pins} --hash=sha256:{'1' * 64}\n")
    return load(tmp_path, {})


def _made(settings: Settings) -> dict[str, dict[str, str]]:
    target = settings.targets[0]
    every = every_spec(settings, RuntimeImage("host", ""), target, lambda part: locked.pins(part, target))
    return {each.layer.name: {pin.name: pin.version for pin in each.pins} for each in every}


def test_a_layer_may_have_a_lock_of_its_own(two_locks: Settings) -> None:
    assert _made(two_locks) == {"base": {"idna": "3.7"}, "old": {"six": "1.0"}, "new": {"six": "2.0"}}
    assert together(two_locks, tuple(two_locks.layers)) == (("base", "old"), ("base", "new"))


def test_no_function_gets_a_distribution_from_two_locks(two_locks: Settings) -> None:
    text = (two_locks.project / "config/pipeline.yaml").read_text().replace("[base, new]", "[old, new]")
    (two_locks.project / "config/pipeline.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"functions\.two\.layers: six is in old \(1\.0\) and in new \(2\.0\)"):
        _made(load(two_locks.project, {}))


def test_layers_that_no_function_uses_are_proven_with_the_others_of_their_lock(two_locks: Settings) -> None:
    settings = replace(two_locks, functions={})
    assert together(settings, tuple(settings.layers)) == (("base",), ("old",), ("new",))
    assert together(settings.parts[0], ("base",)) == (("base",),)


@pytest.mark.parametrize("packages", ["rest", "[boto3, six]", "{with-dependencies-of: [boto3, six]}"])
def test_what_others_bring_stays_out_of_a_layer_and_needs_no_other_one(tmp_path: Path, packages: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "Dockerfile.layer").write_text("FROM scratch\n")
    (tmp_path / "config/pipeline.yaml").write_text(f"layers:\n  one: {{packages: {packages}, without: [Boto3]}}\n")
    pin = "{}=={} --hash=sha256:" + "1" * 64 + "\n    # via -r requirements.in\n"
    (tmp_path / "requirements.txt").write_text(pin.format("boto3", 1) + pin.format("six", 2))
    assert _made(load(tmp_path, {})) == {"one": {"six": "2"}}
    text = (tmp_path / "config/pipeline.yaml").read_text().replace("Boto3", "boto4")
    (tmp_path / "config/pipeline.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"layers\.one\.without: boto4 is not in the lock"):
        _made(load(tmp_path, {}))


def test_one_layer_alone_takes_those_along_that_bring_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "Dockerfile.layer").write_text("FROM scratch\n")
    (tmp_path / "config/pipeline.yaml").write_text(
        "layers:\n  aws: {packages: [boto3]}\n  numbers: {packages: [numpy]}\n  rest: {}\n"
    )
    hashed = " --hash=sha256:" + "1" * 64
    (tmp_path / "requirements.txt").write_text(
        f"boto3==1{hashed}\n    # via -r requirements.in\nnumpy==1{hashed}\n    # via -r requirements.in\n"
        f"six==1{hashed}\n    # via boto3\n"
    )
    settings, said = load(tmp_path, {}), list[str]()
    target = settings.targets[0]
    every = every_spec(settings, RuntimeImage("host", ""), target, lambda part: locked.pins(part, target))
    assert [each.layer.name for each in needed_for(settings, ["numbers"], every, said.append)] == ["numbers"]
    assert said == []
    assert [each.layer.name for each in needed_for(settings, ["aws"], every, said.append)] == ["aws", "rest"]
    assert said == ["rest is made too: boto3 needs six"]
    with pytest.raises(ConfigError, match="no such layer"):
        needed_for(settings, ["awz"], every, said.append)


def test_a_layer_of_files_alone_is_told_how_it_does_without_a_lock(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/pipeline.yaml").write_text("layers: {tools: {files: {bin/shout: bin/shout}}}\n")
    settings = load(tmp_path, {})
    with pytest.raises(LockError, match=r"no such file(?s:.)*of files alone, give `packages: \[\]` to layers\.tools"):
        locked.read(settings, settings.targets[0])
