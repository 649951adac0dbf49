from __future__ import annotations

from pathlib import Path

import pytest

from deploy.errors import ConfigError, LockError
from deploy.layer.partition import shares
from deploy.locking import dependents, lockfile
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
