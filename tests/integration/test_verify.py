"""Layers and code tried where they are going to run: in containers of the runtime image, through its emulator."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.code import tree_digest
from deploy.errors import VerificationError
from deploy.inside.exchange import TrimPolicy
from deploy.layer.evidence import FunctionUnderTest
from deploy.layer.opt_folder import merged
from deploy.layer.template_environment import lambda_environment
from deploy.layer.verify import Means, VerifiedLayer
from deploy.layer.verify_code import verify_code
from deploy.settings import Layer, Target
from tests.deploy.layer.synthetic import Made, entry, installed, layer, real_yaml
from tests.integration.in_containers import proven, refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deploy.layer.backend.containers import ContainerRuntime
    from deploy.layer.verify_code import CodeEvidence

pytestmark = pytest.mark.container


HEALTH = {"channelwright": "health"}


# Answers with the digests of all that it finds in its code and its layers.
HEALTHY = """
import hashlib, os, tiny

def digest(root):
    lines = []
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            content = hashlib.sha256(open(path, 'rb').read()).hexdigest()
            lines.append((os.path.relpath(path, root), content))
    text = ''.join(f'{content}  {path}\\n' for path, content in sorted(lines))
    return hashlib.sha256(text.encode()).hexdigest()

def handler(event, context):
    return {'code': digest('/var/task'), 'layers': digest('/opt')} if event else {'KEY': os.environ['KEY']}
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory, runtime: ContainerRuntime) -> VerifiedLayer:
    (verified,) = proven(runtime, layer(tmp_path_factory.mktemp("tiny"), Made(), spec={"image": runtime.image}))
    return verified


def tried(runtime: ContainerRuntime, verified: VerifiedLayer, files: Mapping[str, str], **changes: Any) -> CodeEvidence:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            archive.writestr(entry(path), content)
    environment = {**lambda_environment("bot", "eu-central-1", memory=128, runtime="python3.11"), "KEY": "1"}
    target = Target("python3.11", "x86_64")
    function = FunctionUnderTest(key="bot", handler="bot.handler", environment=environment, memory=128, target=target)
    means = Means(runtime=runtime, say=lambda _: None)
    return verify_code([verified], buffer.getvalue(), [replace(function, **changes)], means)


def code_refused(runtime: ContainerRuntime, verified: VerifiedLayer, files: Mapping[str, str], **changes: Any) -> str:
    with pytest.raises(VerificationError) as caught:
        tried(runtime, verified, files, **changes)
    return str(caught.value)


def test_a_good_layer_is_proven_in_a_fresh_container(tmp_path: Path, runtime: ContainerRuntime) -> None:
    built = layer(tmp_path, Made(), real_yaml(), spec={"image": runtime.image})
    (verified,) = proven(runtime, built)
    evidence = verified.evidence
    assert evidence.in_container
    assert evidence.python.startswith("3.11.")
    assert [native.loaded for native in evidence.shared_objects] == [True]
    assert evidence.bytecode_used > 10
    assert runtime.image.digest in evidence.image


def test_a_package_that_only_the_runtime_image_has_is_refused(tmp_path: Path, runtime: ContainerRuntime) -> None:
    needy = Made(files={"tiny/__init__.py": "import boto3\n"})
    found = refused(runtime, layer(tmp_path, needy))
    assert "tiny: tiny: ModuleNotFoundError: No module named 'boto3'" in found
    assert "the layer lacks it, and the runtime's own copy hides that" in found


def test_packages_that_take_the_same_name_are_tried_one_after_the_other(
    tmp_path: Path, runtime: ContainerRuntime
) -> None:
    """In Lambda one process imports all; here each is tried as another user, to whom what is taken is forbidden."""
    takes = (
        "import pathlib, socket, time\npathlib.Path('/tmp/taken').mkdir(mode=0o700, exist_ok=True)\n"
        "pathlib.Path('/tmp/taken/a').touch()\nport = socket.create_server(('127.0.0.1', 8126))\ntime.sleep(2)\n"
    )
    others = [Made(name=name, files={f"{name}.py": "import tiny\n"}) for name in ("one", "two")]
    (verified,) = proven(runtime, layer(tmp_path, Made(files={"tiny/__init__.py": takes}), *others))
    assert [each.module for each in verified.evidence.modules] == ["tiny", "one", "two"]


def test_botocore_without_the_data_of_a_kept_service_is_refused(tmp_path: Path, runtime: ContainerRuntime) -> None:
    """The trim rule is told to keep sqs and sts, and the model of sqs is gone: a client cannot be made."""
    kept = ("data/sts/", "data/endpoints", "data/partitions", "data/sdk-default", "data/_retry")
    botocore = installed("botocore", keep=lambda path: "/data/" not in path or any(part in path for part in kept))
    others = [installed(name) for name in ("jmespath", "python-dateutil", "six", "urllib3")]
    settings = Layer(name="sdk", trim=TrimPolicy(botocore_data=("sqs", "sts")))
    found = refused(runtime, layer(tmp_path, botocore, *others, settings=settings))
    assert "botocore: sqs: botocore.exceptions.UnknownServiceError: Unknown service: 'sqs'" in found
    assert "the trim policy took data that botocore needs" in found
    assert "botocore: sts" not in found


def test_a_broken_extension_module_is_refused_by_the_runtimes_loader(tmp_path: Path, runtime: ContainerRuntime) -> None:
    broken = {
        f"python/{path}": content.replace(b"PyErr_SetString\0", b"PyErr_XetString\0")
        for path, content in real_yaml().files.items()
        if isinstance(content, bytes) and path.endswith(".so")
    }
    found = refused(runtime, layer(tmp_path, real_yaml(), extra=broken))
    assert "pyyaml: yaml.cyaml (and 1 more): ImportError: /opt/python/yaml/_yaml" in found
    assert "undefined symbol: PyErr_XetString" in found


FORBIDDEN = {
    "changes": ("open(__file__, 'a')\n", "it writes when it is imported"),
    "writes": ("open('/opt/python/new', 'w')\n", "it writes when it is imported"),
    "calls": ("import urllib.request\nurllib.request.urlopen('http://192.0.2.1')\n", "it calls the network"),
    "crashes": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n",
        "native code crashed while it was loaded",
    ),
}


def test_what_an_import_may_not_do_in_lambda_fails_here_too(tmp_path: Path, runtime: ContainerRuntime) -> None:
    made = [Made(name=name, files={f"{name}/__init__.py": source}) for name, (source, _) in FORBIDDEN.items()]
    with pytest.raises(VerificationError) as caught:
        proven(runtime, layer(tmp_path, *made))
    causes = {fault.where: fault.cause for fault in caught.value.faults}
    assert set(causes) == {f"{name}: {name}" for name in FORBIDDEN}
    assert [name for name, (_, cause) in FORBIDDEN.items() if cause not in causes[f"{name}: {name}"]] == []


def test_a_function_answers_through_the_emulator_with_what_it_runs(
    runtime: ContainerRuntime, tiny: VerifiedLayer
) -> None:
    evidence = tried(runtime, tiny, {"bot.py": HEALTHY}, health=HEALTH)
    assert evidence.answered[0].healthy
    assert evidence.code == tree_digest.of_files({"bot.py": HEALTHY.encode()})
    assert evidence.layers == {"bot": tree_digest.of_files(merged([tiny.built]))}


def test_a_health_answer_with_the_wrong_digest_is_refused(runtime: ContainerRuntime, tiny: VerifiedLayer) -> None:
    wrong = HEALTHY.replace("digest('/opt')", "digest('/opt/python')")
    found = code_refused(runtime, tiny, {"bot.py": wrong}, health=HEALTH)
    assert "functions.bot: bot.handler: runs layers with the digest" in found
    assert "runs code with" not in found


def test_a_handler_that_cannot_import_is_refused(runtime: ContainerRuntime, tiny: VerifiedLayer) -> None:
    found = code_refused(runtime, tiny, {"bot.py": "import os\nTOKEN = os.environ['TOKEN']\n"})
    assert "functions.bot: bot.handler: KeyError: 'TOKEN' (/var/task/bot.py:2)" in found
    assert "the template gives the function no variable TOKEN" in found


def test_a_function_without_a_health_event_has_to_run_and_no_more(
    runtime: ContainerRuntime, tiny: VerifiedLayer
) -> None:
    assert tried(runtime, tiny, {"bot.py": HEALTHY}).answered[0].function == "bot"
    fussy = "def handler(event, context): return event['headers']\n"
    assert tried(runtime, tiny, {"bot.py": fussy}).answered[0].function == "bot"


def test_a_function_that_ends_the_runtime_is_refused(runtime: ContainerRuntime, tiny: VerifiedLayer) -> None:
    found = code_refused(runtime, tiny, {"bot.py": "import os\ndef handler(event, context): os._exit(1)\n"})
    assert "Runtime.ExitError" in found
