"""Layers of others as the configuration names them, and the trial with and without them."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.configuration import load
from deploy.container.digest import RuntimeImage
from deploy.errors import ConfigError, VerificationError
from deploy.layer.evidence import FunctionUnderTest
from deploy.layer.verify import Means
from deploy.layer.verify_code import CodeEvidence, verify_code
from deploy.published import foreign
from deploy.settings import Target
from tests.deploy.layer.in_a_folder import FolderRuntime
from tests.deploy.layer.synthetic import Made, layer

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.layer.values import BuiltLayer
    from deploy.settings import Settings

HERE = "arn:aws:lambda:eu-central-1:464622532012:layer:Datadog-Extension:1"
THERE = "arn:aws:lambda:us-east-1:464622532012:layer:Datadog-Extension:1"
STAGES = {"dev": {"region": "eu-central-1", "stack": "dev"}, "prod": {"region": "us-east-1", "stack": "prod"}}
TARGET = Target("python3.11", "x86_64")


def loaded(folder: Path, layers: list[str], **changes: Any) -> Settings:
    document = {
        "layers": {"own": {}},
        "layer-arns": {"datadog": {"eu-central-1": HERE, "us-east-1": THERE}},
        "functions": {"api": {"name": "api", "handler": "app.handler", "layers": layers}},
        "stages": STAGES,
        **changes,
    }
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config/pipeline.yaml").write_text(json.dumps(document))
    return load(folder, {})


def refused(folder: Path, layers: list[str], **changes: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, layers, **changes)
    return str(caught.value)


def test_a_function_has_another_arn_in_each_region_and_its_own_layers_by_name(tmp_path: Path) -> None:
    settings = loaded(tmp_path, ["datadog", "own"])
    api = settings.functions["api"]
    assert settings.attached(api, "eu-central-1") == (HERE, "own")
    assert settings.attached(api, "us-east-1") == (THERE, "own")
    assert settings.without_foreign().functions["api"].layers == ("own",)


def test_an_arn_may_stand_in_the_list_itself_where_there_is_one_region(tmp_path: Path) -> None:
    settings = loaded(tmp_path, ["own", HERE], stages={"dev": STAGES["dev"]})
    assert settings.attached(settings.functions["api"], "eu-central-1") == ("own", HERE)


def test_what_no_function_could_have_is_refused_with_the_region_that_it_lacks(tmp_path: Path) -> None:
    assert "there is no layer 'datadogs'" in refused(tmp_path, ["datadogs"])
    assert "the functions of stage prod are in us-east-1" in refused(tmp_path, [HERE])
    assert "is not the ARN of a layer version" in refused(tmp_path, [HERE.removesuffix(":1")])
    assert "lies in us-east-1" in refused(tmp_path, ["own"], **{"layer-arns": {"datadog": {"eu-central-1": THERE}}})
    assert "is a layer of the project's own, too" in refused(
        tmp_path, ["own"], **{"layer-arns": {"own": {"eu-central-1": HERE}}}
    )
    five = [HERE.replace("Datadog", f"D{number}") for number in range(5)]
    assert "functions.api.layers" in refused(tmp_path, [*five, "own"], stages={"dev": STAGES["dev"]})


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return buffer.getvalue()


def others(folder: Path, files: dict[str, str]) -> BuiltLayer:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "theirs.zip").write_bytes(zipped(files))
    return foreign.opened("datadog", folder / "theirs.zip", TARGET, RuntimeImage("host", ""))


THEIRS = {"python/watched.py": "value = 1\n", "extensions/agent": "#!/bin/sh\nexit 1\n"}
USES = "import watched\ndef handler(event, context): return watched.value\n"


def tried(
    folder: Path, code: str, found: dict[str, BuiltLayer], *, say: list[str] | None = None, **changes: Any
) -> CodeEvidence:
    function = FunctionUnderTest(
        key="api", handler="app.handler", environment={}, memory=128, target=TARGET, layers=("datadog",)
    )
    means = Means(runtime=FolderRuntime(folder / "trial"), say=(say if say is not None else []).append)
    return verify_code([], zipped({"app.py": code}), [replace(function, **changes)], means, found)


def test_a_layer_of_others_is_part_of_the_trial_without_its_extensions(tmp_path: Path) -> None:
    tried(tmp_path, USES, {"datadog": others(tmp_path, THEIRS)})
    assert (tmp_path / "trial/zip/opt/python/watched.py").is_file()
    assert not (tmp_path / "trial/zip/opt/extensions").exists()


def test_what_is_missing_in_spite_of_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="No module named 'absent'"):
        tried(tmp_path, f"import absent\n{USES}", {"datadog": others(tmp_path, THEIRS)})


def test_without_it_nothing_is_refused_that_it_might_bring_and_what_is_missing_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    evidence = tried(tmp_path, USES, {}, say=said)
    told = "api was not tried with all of its layers, and without: ModuleNotFoundError: No module named 'watched'"
    assert len(said) == 1
    assert said[0].startswith(told)
    assert evidence.answered[0].untried


def test_its_names_are_compared_with_the_code_s_and_its_size_counts(tmp_path: Path) -> None:
    theirs = others(tmp_path, {**THEIRS, "python/app.py": ""})
    with pytest.raises(VerificationError, match=r"hides python/app\.py of the layer datadog"):
        tried(tmp_path, USES, {"datadog": theirs})
    large = others(tmp_path / "2", {"lib/x": "x" * 250_000_000})
    with pytest.raises(VerificationError, match="unzips to"):
        tried(tmp_path, "x" * 13_000_000, {"datadog": large})


def test_its_distributions_are_known_and_a_path_that_both_have_is_no_fault(tmp_path: Path) -> None:
    built = layer(tmp_path / "own", Made(name="botocore", files={"botocore/__init__.py": ""}))
    described = foreign.opened("datadog", built.zip, TARGET, RuntimeImage("host", ""))
    assert [(pin.name, pin.version) for pin in described.spec.pins] == [("botocore", "1.0")]
    tried(tmp_path, "def handler(event, context): ...\n", {"datadog": described, "again": described})
