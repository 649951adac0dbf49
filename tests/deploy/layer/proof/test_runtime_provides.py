"""What is wanted of the runtime itself: found by its metadata, let in alone, and compared with what layers bring."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from deploy.errors import VerificationError
from deploy.layer.evidence import FunctionUnderTest
from deploy.layer.verify import Means, VerifiedLayer, verify
from deploy.layer.verify_code import CodeEvidence, verify_code
from deploy.settings import Target
from tests.deploy.layer.in_a_folder import FolderRuntime, reference
from tests.deploy.layer.synthetic import Made, layer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.programs


def distribution(name: str, version: str, *requires: str, source: str = "") -> dict[str, str]:
    """Return the files of a distribution as a runtime has them, with metadata."""
    info = f"{name}-{version}.dist-info"
    lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {each}" for each in requires)]
    return {
        f"{name}/__init__.py": source,
        f"{info}/METADATA": "\n".join(["Metadata-Version: 2.1", *lines, ""]),
        f"{info}/RECORD": f"{name}/__init__.py,,\n{info}/METADATA,,\n{info}/RECORD,,\n",
    }


OWN = {
    **distribution(
        "boto3", "1.40.4", "botocore (<1.41,>=1.40)", "crt; extra == 'crt'", source="import botocore, urllib3\n"
    ),
    **distribution("botocore", "1.40.76", 'urllib3 (<1.27,>=1.25); python_version < "3.15"'),
    **distribution("urllib3", "1.26.20"),
    **distribution("crt", "1.0"),
    **distribution("simplejson", "4.3.0"),
}
SEVEN = ("boto3",)


def tried(folder: Path, code: str, *layers: VerifiedLayer, provides: tuple[str, ...] = SEVEN) -> CodeEvidence:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", code)
    function = FunctionUnderTest(
        key="api", handler="app.handler", environment={}, memory=128, target=Target("python3.11", "x86_64")
    )
    means = Means(runtime=FolderRuntime(folder / "code", OWN), say=print, runtime_provides=provides)
    return verify_code(layers, buffer.getvalue(), [function], means)


def refused(folder: Path, code: str, *layers: VerifiedLayer, provides: tuple[str, ...] = SEVEN) -> str:
    with pytest.raises(VerificationError) as caught:
        tried(folder, code, *layers, provides=provides)
    return str(caught.value)


def proven(folder: Path, *made: Made, provides: tuple[str, ...] = SEVEN) -> VerifiedLayer:
    built, runtime = layer(folder / "layer", *made), FolderRuntime(folder / "trial", OWN)
    means = Means(runtime=runtime, say=print, reference=reference(runtime, built), runtime_provides=provides)
    (verified,) = verify([built], means)
    return verified


def layer_refused(folder: Path, *made: Made, provides: tuple[str, ...] = SEVEN) -> str:
    with pytest.raises(VerificationError) as caught:
        proven(folder, *made, provides=provides)
    return str(caught.value)


HANDLER = "def handler(event, context): return 1\n"


def test_a_function_without_any_layer_takes_from_the_runtime_what_is_wanted_of_it(tmp_path: Path) -> None:
    evidence = tried(tmp_path, f"import boto3, botocore\n{HANDLER}")
    assert evidence.runtime_provides == {"boto3": "1.40.4", "botocore": "1.40.76", "urllib3": "1.26.20"}


def test_a_function_may_ask_for_the_version_of_what_the_runtime_brings_and_of_nothing_else(tmp_path: Path) -> None:
    version = "import importlib.metadata\nimportlib.metadata.version({!r})\n"
    tried(tmp_path, version.format("boto3") + HANDLER)
    assert "PackageNotFoundError" in refused(tmp_path, version.format("simplejson") + HANDLER)


def test_what_nobody_wants_of_the_runtime_stays_out_of_reach(tmp_path: Path) -> None:
    told = refused(tmp_path, f"import simplejson\n{HANDLER}")
    assert "No module named 'simplejson'" in told
    assert "`runtime-provides: [simplejson]`" in told
    assert "No module named 'crt'" in refused(tmp_path, f"import crt\n{HANDLER}")
    assert "No module named 'boto3'" in refused(tmp_path, f"import boto3\n{HANDLER}", provides=())


def test_a_distribution_that_the_runtime_has_not_is_refused_with_what_it_has(tmp_path: Path) -> None:
    told = refused(tmp_path, HANDLER, provides=("boto4", "boto3"))
    assert "runtime-provides: boto4 is not among what python3.11 brings itself" in told
    assert "boto3" in told


@pytest.mark.parametrize(("ours", "theirs"), [("botocore", "boto3"), ("boto3", "botocore")])
def test_the_pair_comes_from_one_side(tmp_path: Path, ours: str, theirs: str) -> None:
    made = Made(name=ours, version="1.40.9", files={f"{ours}/__init__.py": ""})
    told = layer_refused(tmp_path, made)
    assert f"{ours} 1.40.9 is the layer's, and {theirs}" in told
    assert "the pair comes from one side" in told
    alone = proven(tmp_path / "2", made, provides=())
    assert "the pair comes from one side" in refused(tmp_path, HANDLER, alone)


def test_a_layer_with_the_whole_pair_takes_the_runtimes_place(tmp_path: Path) -> None:
    made = [Made(name=each, version="1.42.0", files={f"{each}/__init__.py": ""}) for each in ("boto3", "botocore")]
    verified = proven(tmp_path, *made)
    assert verified.evidence.runtime_provides == {"urllib3": "1.26.20"}
    tried(tmp_path, f"import boto3\n{HANDLER}", verified)


def test_a_layer_that_hides_what_the_runtimes_own_needs_is_refused(tmp_path: Path) -> None:
    made = Made(name="urllib3", version="2.5.0", files={"urllib3/__init__.py": ""})
    told = layer_refused(tmp_path, made)
    assert "botocore 1.40.76 is the runtime's, and requires urllib3<1.27,>=1.25" in told
    assert "the layer brings 2.5.0, which comes first" in told
    fitting = Made(name="urllib3", version="1.26.5", files={"urllib3/__init__.py": ""})
    assert proven(tmp_path / "2", fitting).evidence.runtime_provides == {"boto3": "1.40.4", "botocore": "1.40.76"}


def test_a_distribution_of_a_layer_may_require_and_import_what_the_runtime_provides(tmp_path: Path) -> None:
    files = {"store/__init__.py": "import boto3\n"}
    fits = Made(name="store", files=files, requires=("boto3>=1.40",))
    assert proven(tmp_path, fits).evidence.runtime_provides["boto3"] == "1.40.4"
    newer = Made(name="store", files=files, requires=("boto3>=1.42",))
    told = layer_refused(tmp_path / "2", newer)
    assert "store: requires boto3>=1.42" in told
    assert "the runtime, which is to provide it, has boto3 1.40.4" in told
    assert "which the lock does not have" in layer_refused(tmp_path / "3", fits, provides=())
