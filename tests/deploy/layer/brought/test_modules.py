"""Own modules that functions share, in a layer without being a distribution."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from deploy.container.digest import RuntimeImage
from deploy.errors import ConfigError, VerificationError
from deploy.inside.wheel import WheelName
from deploy.layer.brought.modules import ModulesWheel, of_layer
from deploy.layer.spec import LayerSpec, specs
from deploy.layer.verify import Means, verify
from deploy.settings import Layer, Settings
from tests.deploy.layer.in_a_folder import FolderRuntime, reference
from tests.deploy.layer.synthetic import Made, layer

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for path, text in {
        "shared/money.py": "from orders.tax import RATE\n\ndef gross(net):\n    return net * (1 + RATE)\n",
        "shared/orders/__init__.py": "",
        "shared/orders/tax.py": "RATE = 0.19\n",
        "shared/orders/rates.json": "{}",
        "shared/orders/__pycache__/tax.cpython-311.pyc": "stale",
        "shared/typing.py": "",
        "shared/my-tool.py": "",
        "shared/words/list.txt": "",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def settings(project: Path, *modules: str) -> Settings:
    return Settings(
        project=project, layers={"Orders_shared": Layer(name="Orders_shared", packages=(), modules=modules)}
    )


def wheel(project: Path, *modules: str) -> ModulesWheel:
    wanted = settings(project, *modules)
    made = of_layer(wanted, wanted.layers["Orders_shared"])
    assert made
    return made


def spec(project: Path, *modules: str) -> LayerSpec:
    wanted = settings(project, *modules)
    (made,) = specs(wanted, (), RuntimeImage("host", ""), wanted.targets[0])
    return made


def refused(project: Path, *modules: str) -> str:
    with pytest.raises(ConfigError) as caught:
        spec(project, *modules)
    return str(caught.value)


def test_pip_installs_them_by_their_own_names_and_nothing_else(project: Path, tmp_path: Path) -> None:
    made = wheel(project, "shared/money.py", "shared/orders")
    assert WheelName.parse(made.filename).name == made.name == "orders-shared-modules"
    (tmp_path / made.filename).write_bytes(made.content)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile"]
    subprocess.run([*command, "--target", str(tmp_path / "into"), str(tmp_path / made.filename)], check=True)
    found = {
        each.relative_to(tmp_path / "into").as_posix() for each in (tmp_path / "into").rglob("*") if each.is_file()
    }
    assert {each for each in found if "dist-info" not in each} == {
        "money.py",
        "orders/__init__.py",
        "orders/tax.py",
        "orders/rates.json",
    }
    work = [sys.executable, "-c", "import money; print(money.gross(100))"]
    done = subprocess.run(work, cwd=tmp_path / "into", capture_output=True, text=True, check=True)
    assert done.stdout == "119.0\n"


def test_they_decide_the_layer_by_their_contents_alone(project: Path) -> None:
    first = spec(project, "shared/money.py", "shared/orders")
    (project / "shared/orders/tax.py").touch()
    assert spec(project, "shared/orders", "shared/money.py").fingerprint == first.fingerprint
    (project / "shared/orders/tax.py").write_text("RATE = 0.2\n")
    assert spec(project, "shared/money.py", "shared/orders").fingerprint != first.fingerprint


def test_what_hides_a_module_of_pythons_own_is_refused(project: Path) -> None:
    assert "layers.Orders_shared.modules: typing has the name of Python's own typing" in refused(
        project, "shared/typing.py"
    )


@pytest.mark.parametrize(
    ("named", "what"),
    [
        ("shared/none.py", "there is no such file"),
        ("shared/my-tool.py", "is no module that can be imported"),
        ("shared/orders/rates.json", "is no module that can be imported"),
        ("shared/words", "holds no module"),
    ],
)
def test_what_is_no_module_is_refused(project: Path, named: str, what: str) -> None:
    assert f"layers.Orders_shared.modules: {named}: {what}" in refused(project, named)


def test_two_of_one_name_are_refused(project: Path) -> None:
    (project / "other").mkdir()
    (project / "other/money.py").write_text("")
    assert "money.py is named twice" in refused(project, "shared/money.py", "other/money.py")


def test_one_that_has_the_name_of_a_distributions_is_refused_wherever_that_is(tmp_path: Path) -> None:
    own = Layer(name="shared", modules=("tiny.py",))
    made = Made(name="shared-modules", files={"tiny.py": ""})
    layers = [layer(tmp_path / "a", Made()), layer(tmp_path / "b", made, settings=own)]
    runtime = FolderRuntime(tmp_path / "runtime")
    with pytest.raises(VerificationError, match=r"layers\.shared\.modules: tiny has the name of a module of tiny"):
        verify(layers, Means(runtime=runtime, say=lambda _: None, reference=reference(runtime, *layers)))


def test_they_are_imported_in_the_trial_and_one_that_raises_is_refused(tmp_path: Path) -> None:
    own = Layer(name="shared", modules=("money.py",))
    made = Made(name="shared-modules", files={"money.py": "import absent\n"})
    built = layer(tmp_path / "a", made, settings=own)
    runtime = FolderRuntime(tmp_path / "runtime")
    with pytest.raises(VerificationError, match="shared-modules: money: ModuleNotFoundError"):
        verify([built], Means(runtime=runtime, say=lambda _: None, reference=reference(runtime, built)))


def test_the_configuration_has_a_key_for_them(project: Path) -> None:
    (project / "config").mkdir()
    config = project / "config/pipeline.yaml"
    config.write_text("layers: {shared: {packages: [], modules: [shared/money.py]}}\n")
    assert load(project, {}).layers["shared"].modules == ("shared/money.py",)
    config.write_text("layers: {shared: {modules: [../money.py]}}\n")
    with pytest.raises(ConfigError, match="modules"):
        load(project, {})
