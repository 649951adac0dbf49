from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import ConfigError
from deploy.inside.exchange import Pin, Recipe, TrimPolicy
from deploy.layer.spec import LayerSpec, specs
from deploy.settings import Layer, Settings, Target

FIRST = Target("python3.11", "x86_64")
IMAGE = RuntimeImage("runtime:1", "sha256:" + "1" * 64)
PINS = tuple(Pin(name=name, version="1", hashes=("a" * 64,)) for name in ("boto3", "pynacl", "requests"))


def settings(folder: Path, **layers: Layer) -> Settings:
    (folder / "Dockerfile.layer").write_text("FROM scratch\n", encoding="utf-8")
    return Settings(project=folder, layers=layers)


def spec(folder: Path) -> LayerSpec:
    return specs(settings(folder, all=Layer(name="all")), PINS, IMAGE, FIRST)[0]


def test_each_distribution_goes_to_the_layer_that_names_it_and_the_others_to_the_rest(tmp_path: Path) -> None:
    made = specs(
        settings(tmp_path, sdk=Layer(name="sdk", packages=("Boto3",)), app=Layer(name="app")),
        PINS,
        IMAGE,
        FIRST,
    )
    assert {each.stem: [pin.name for pin in each.pins] for each in made} == {
        "sdk": ["boto3"],
        "app": ["pynacl", "requests"],
    }


def test_every_misplaced_distribution_is_reported_at_once(tmp_path: Path) -> None:
    layers = {
        "sdk": Layer(name="sdk", packages=("boto3", "numpy")),
        "app": Layer(name="app", packages=("boto3",)),
    }
    with pytest.raises(ConfigError) as caught:
        specs(settings(tmp_path, **layers), PINS, IMAGE, FIRST)
    assert [fault.what for fault in caught.value.faults] == [
        "numpy is not in the lock",
        "boto3 is claimed by sdk and app",
        "no layer takes pynacl, requests",
    ]


def test_a_dockerfile_that_is_named_and_missing_is_a_refusal(tmp_path: Path) -> None:
    made = replace(settings(tmp_path, all=Layer(name="all")), dockerfile=Path("Dockerfile.mine"))
    with pytest.raises(ConfigError, match="there is no such file") as caught:
        specs(made, PINS, IMAGE, FIRST)
    assert [fault.where for fault in caught.value.faults] == [str(tmp_path / "Dockerfile.mine")]
    (tmp_path / "Dockerfile.mine").write_text("FROM mine\n", encoding="utf-8")
    assert specs(made, PINS, IMAGE, FIRST)[0].dockerfile == tmp_path / "Dockerfile.mine"


def test_a_project_without_a_dockerfile_is_built_with_the_pipelines_own(tmp_path: Path) -> None:
    made = settings(tmp_path, all=Layer(name="all"))
    assert specs(made, PINS, IMAGE, FIRST)[0].dockerfile == tmp_path / "Dockerfile.layer"
    (tmp_path / "Dockerfile.layer").unlink()
    own = specs(made, PINS, IMAGE, FIRST)[0].dockerfile
    assert b"deploy.inside.assemble" in own.read_bytes()
    assert not own.is_relative_to(tmp_path)


def test_only_further_architectures_carry_a_suffix(tmp_path: Path) -> None:
    both = replace(settings(tmp_path, all=Layer(name="all")), architectures=("x86_64", "arm64"))
    stems = [each.stem for target in both.targets for each in specs(both, PINS, IMAGE, target)]
    assert stems == ["all", "all-arm64"]


def test_each_runtime_and_each_place_to_assemble_is_another_input(tmp_path: Path) -> None:
    before = spec(tmp_path)
    (later,) = specs(settings(tmp_path, all=Layer(name="all")), PINS, IMAGE, Target("python3.13", "x86_64"))
    assert (later.stem, str(later.target)) == ("all-python3.13", "python3.13 on x86_64")
    elsewhere = replace(before, image=replace(IMAGE, architecture="arm64", lack="no x86_64 here"))
    assert [spec.can_be_tried for spec in (before, later, elsewhere)] == [True, True, False]
    assert len({spec.fingerprint for spec in (before, later, elsewhere)}) == 3


def test_the_fingerprint_does_not_depend_on_where_the_project_is(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    assert spec(here).fingerprint == spec(there).fingerprint


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"pins": PINS[:2]}, "lock"),
        ({"image": RuntimeImage("runtime:1", "sha256:" + "2" * 64)}, "image"),
        ({"image": RuntimeImage("host", "")}, "image"),
        ({"architecture": "arm64"}, "architecture"),
        ({"layer": Layer(name="all", bytecode="sourceless")}, "policy"),
        ({"layer": Layer(name="all", trim=TrimPolicy(tests=False))}, "policy"),
    ],
)
def test_each_input_changes_the_fingerprint_and_is_named(tmp_path: Path, change: dict[str, object], name: str) -> None:
    before = spec(tmp_path)
    after = replace(before, **change)  # type: ignore[arg-type]
    assert after.fingerprint != before.fingerprint
    assert [key for key in before.inputs if before.inputs[key] != after.inputs[key]] == [name]


def test_the_dockerfile_is_an_input_and_the_image_s_name_is_not(tmp_path: Path) -> None:
    before = spec(tmp_path)
    fingerprint = before.fingerprint
    assert replace(before, image=RuntimeImage("another-name", IMAGE.digest)).fingerprint == fingerprint
    before.dockerfile.write_text("FROM other\n", encoding="utf-8")
    assert replace(before).fingerprint != fingerprint


def test_a_budget_or_a_licence_text_does_not_rebuild(tmp_path: Path) -> None:
    before = spec(tmp_path)
    assert replace(before, layer=Layer(name="all", license="MIT")).fingerprint == before.fingerprint


def test_a_recipe_survives_the_way_into_the_image(tmp_path: Path) -> None:
    recipe = spec(tmp_path).recipe
    assert Recipe.from_json(recipe.to_json()).to_json() == recipe.to_json()
