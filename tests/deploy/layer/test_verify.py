"""What only trying shows: layers unpacked into a folder, imported by the real probe in a fresh interpreter."""

from __future__ import annotations

import json
import py_compile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import VerificationError
from deploy.inside.exchange import TrimPolicy
from deploy.inside.look.place import Place
from deploy.inside.look.values import Account, Outcome
from deploy.layer import verify as verify_module
from deploy.layer.evidence import Evidence
from deploy.layer.proof import look
from deploy.layer.proof.script import script
from deploy.layer.values import Sha256
from deploy.layer.verify import Means, VerifiedLayer, restored, verify
from deploy.settings import Layer
from tests.deploy.layer.synthetic import FolderRuntime, Made, cached, compiled, layer, real_yaml, reference

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deploy.layer.values import BuiltLayer

pytestmark = pytest.mark.programs


def nothing(_: str) -> None:
    pass


def proven(tmp_path: Path, *layers: BuiltLayer, own: Mapping[str, str] | None = None) -> tuple[VerifiedLayer, ...]:
    runtime = FolderRuntime(tmp_path / "runtime", own or {})
    return verify(layers, Means(runtime=runtime, say=nothing, reference=reference(runtime, *layers)))


def refused(tmp_path: Path, *layers: BuiltLayer, own: Mapping[str, str] | None = None) -> str:
    with pytest.raises(VerificationError) as caught:
        proven(tmp_path, *layers, own=own)
    return str(caught.value)


def test_a_good_layer_is_verified_with_evidence(tmp_path: Path) -> None:
    built = layer(tmp_path, Made(), real_yaml())
    (verified,) = proven(tmp_path, built)
    evidence = verified.evidence
    assert verified.built is built
    assert evidence.sha256 == built.sha256
    assert evidence.imported
    assert not evidence.in_container
    assert [(each.distribution, each.module) for each in evidence.modules] == [("tiny", "tiny"), ("pyyaml", "yaml")]
    assert all(each.milliseconds > 0 for each in evidence.modules)
    (native,) = evidence.shared_objects
    assert native.path.startswith("python/yaml/_yaml.")
    assert native.needs == {"GLIBC": "2.14"}
    assert native.loaded
    assert evidence.bytecode_used > 10
    assert not any("runtime's own" in remark for remark in evidence.remarks)


def test_a_glibc_other_than_the_runtimes_is_owned_up_to(tmp_path: Path) -> None:
    (verified,) = proven(tmp_path, layer(tmp_path, real_yaml()))
    evidence = verified.evidence
    told = f"it was loaded with glibc {evidence.glibc}; that it loads with the 2.26 of Amazon Linux 2"
    assert [told in remark for remark in evidence.remarks] == ([] if evidence.glibc == "2.26" else [True])


def test_a_sourceless_layer_is_verified(tmp_path: Path) -> None:
    settings = Layer(name="tiny-layer", bytecode="sourceless")
    (verified,) = proven(tmp_path, layer(tmp_path, Made(), real_yaml(), settings=settings))
    assert verified.evidence.bytecode_used > 10


def test_a_module_that_its_wheel_brings_as_bytecode_alone_is_verified(tmp_path: Path) -> None:
    mode = py_compile.PycInvalidationMode.TIMESTAMP
    alone = {f"{path}.pyc": compiled(f"home/{path}.py", b"x = 1\n", mode=mode) for path in ("tiny", "other/__init__")}
    (verified,) = proven(tmp_path, layer(tmp_path, Made(files=alone)))
    assert [each.module for each in verified.evidence.modules] == ["other", "tiny"]


def test_an_import_that_raises_is_refused_with_its_last_line_and_place(tmp_path: Path) -> None:
    found = refused(tmp_path, layer(tmp_path, Made(files={"tiny/__init__.py": "\n\nraise ValueError('no luck')\n"})))
    assert "tiny: tiny: ValueError: no luck" in found
    assert "tiny/__init__.py:3)" in found


@pytest.mark.parametrize(
    ("source", "error", "cause"),
    [
        (
            "import missing_thing\n",
            "No module named 'missing_thing'",
            "no locked distribution brings the module missing_",
        ),
        ("import tiny.gone\n", "No module named 'tiny.gone'", "part of a distribution is not in the layer"),
        ("open('/nowhere/data.json')\n", "No such file or directory", "a trim rule may have taken it"),
        ("raise SystemExit(3)\n", "SystemExit: 3", "it is a script"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "died of SIGSEGV", "native code crashed"),
        ("import os\nos._exit(0)\n", "ended with exit code 0", "it is a script"),
        ("import os\nos._exit(7)\n", "ended with exit code 7", "it is a script"),
        ("from json import nonsense\n", "cannot import name 'nonsense'", "do not fit each other"),
        ("print('noise on stdout')\nraise OSError(30, 'Read-only file system')\n", "Read-only", "only /tmp"),
    ],
)
def test_a_failing_import_has_its_likely_cause(tmp_path: Path, source: str, error: str, cause: str) -> None:
    found = refused(tmp_path, layer(tmp_path, Made(files={"tiny/__init__.py": source}), real_yaml()))
    assert error in found
    assert cause in found
    assert "pyyaml" not in found


def test_a_module_that_prints_does_not_spoil_the_answer(tmp_path: Path) -> None:
    noisy = Made(files={"tiny/__init__.py": "import os\nprint('hello')\nos.write(1, b'there')\n"})
    assert proven(tmp_path, layer(tmp_path, noisy))


def test_a_module_that_needs_another_one_of_its_package_imported_first_is_accepted(tmp_path: Path) -> None:
    first = "import sys\nif 'tiny.z' not in sys.modules: raise ImportError('z first')\n"
    assert proven(tmp_path, layer(tmp_path, Made(files={"tiny/__init__.py": "", "tiny/a.py": first, "tiny/z.py": ""})))


def test_a_package_that_only_works_beside_another_one_that_it_does_not_import_is_refused(tmp_path: Path) -> None:
    """Each is imported by itself, so that no package can make another one work, or seem to."""
    first = Made(name="a", files={"a.py": "import sys\nif 'z' not in sys.modules: raise ImportError('z first')\n"})
    assert "a: a: ImportError: z first" in refused(tmp_path, layer(tmp_path, first, Made(name="z", files={"z.py": ""})))


def test_a_namespace_package_is_imported_with_what_is_in_it(tmp_path: Path) -> None:
    space = Made(files={"space/part/__init__.py": "raise RuntimeError('inside')\n"})
    assert "tiny: space.part: RuntimeError: inside" in refused(tmp_path, layer(tmp_path, space))
    deep = Made(files={"space/inner/part.py": "raise RuntimeError('deep inside')\n"})
    assert "tiny: space.inner.part: RuntimeError: deep inside" in refused(
        tmp_path / "deep", layer(tmp_path / "deep", deep)
    )
    good = Made(files={"space/part/__init__.py": "", "space/module.py": ""})
    assert proven(tmp_path / "good", layer(tmp_path / "good", good))


def test_two_layers_may_share_a_namespace(tmp_path: Path) -> None:
    one = layer(tmp_path / "1", Made(name="one", files={"space/one.py": ""}), settings=Layer(name="first"))
    two = layer(tmp_path / "2", Made(name="two", files={"space/two.py": ""}), settings=Layer(name="second"))
    first, second = proven(tmp_path, one, two)
    assert [each.distribution for each in first.evidence.modules] == ["one"]
    assert [each.distribution for each in second.evidence.modules] == ["two"]


def test_a_distribution_with_nothing_to_import_is_named_with_the_reason(tmp_path: Path) -> None:
    taken = Made(name="pycparser", files={"pycparser_data.txt": ""}, modules=(), excluded=True)
    stubs = Made(name="types-tiny", files={"tiny_data.txt": ""}, modules=())
    (verified,) = proven(tmp_path, layer(tmp_path, Made(), taken, stubs))
    assert verified.evidence.nothing_to_import == {
        "pycparser": "the trim policy took it",
        "types-tiny": "its wheel holds no module",
    }


# From the layer, not from the runtime


def test_a_package_that_only_the_runtime_has_is_refused(tmp_path: Path) -> None:
    needy = Made(files={"tiny/__init__.py": "import boto3\n"})
    found = refused(tmp_path, layer(tmp_path, needy), own={"boto3/__init__.py": "version = 'old'\n"})
    assert "tiny: tiny: ModuleNotFoundError: No module named 'boto3'" in found
    assert "the runtime's own copy hides that" in found


def test_a_package_of_the_runtime_that_is_optional_is_a_remark(tmp_path: Path) -> None:
    relaxed = Made(files={"tiny/__init__.py": "try:\n    import simplejson\nexcept ImportError:\n    pass\n"})
    (verified,) = proven(tmp_path, layer(tmp_path, relaxed), own={"simplejson.py": ""})
    assert verified.evidence.remarks == ("tiny: uses the runtime's own simplejson, and works without it",)


def test_a_module_that_an_import_takes_from_the_runtime_is_refused(tmp_path: Path) -> None:
    hollow = Made(files={"tiny/data.py": ""})
    own = {"tiny/__init__.py": "", "tiny-1.0.dist-info/METADATA": "Name: tiny\nVersion: 1.0\n"}
    found = refused(tmp_path, layer(tmp_path, hollow), own=own)
    assert "tiny: tiny.data: an import takes it from a package of the runtime that has its name and lacks it" in found


def test_metadata_that_only_the_runtime_has_is_refused(tmp_path: Path) -> None:
    built = layer(tmp_path, Made(), lacking=lambda path: ".dist-info/" in path)
    own = {"tiny-1.0.dist-info/METADATA": "Name: tiny\nVersion: 1.0\n"}
    assert "tiny: tiny: importlib.metadata finds another copy" in refused(tmp_path, built, own=own)


def test_metadata_that_nobody_has_is_refused(tmp_path: Path) -> None:
    built = layer(tmp_path, Made(), lacking=lambda path: ".dist-info/" in path)
    assert "tiny: tiny: importlib.metadata finds it nowhere" in refused(tmp_path, built)


# Native code


def broken_yaml(before: bytes, after: bytes) -> tuple[str, bytes]:
    """Return PyYAML's extension module with something else in it: its path and content."""
    ((path, content),) = ((path, content) for path, content in real_yaml().files.items() if path.endswith(".so"))
    assert isinstance(content, bytes)
    assert before in content
    return path, content.replace(before, after)


def test_a_broken_extension_module_is_refused_though_its_package_imports_without_it(tmp_path: Path) -> None:
    """yaml/__init__.py swallows the ImportError of its extension; loading each one does not."""
    path, content = broken_yaml(b"PyInit__yaml\0", b"PyInit__xaml\0")
    found = refused(tmp_path, layer(tmp_path, real_yaml(), extra={f"python/{path}": content}))
    assert "pyyaml: yaml.cyaml: ImportError: dynamic module does not define module export function" in found
    assert "what pip installs from the same wheels works" in found


def test_an_extension_module_beside_its_package_is_loaded_and_a_broken_one_refused(tmp_path: Path) -> None:
    path, broken = broken_yaml(b"PyErr_SetString\0", b"PyErr_XetString\0")
    files = {each.removeprefix("yaml/") if each == path else each: text for each, text in real_yaml().files.items()}
    beside = path.removeprefix("yaml/")
    (verified,) = proven(tmp_path, layer(tmp_path / "whole", real_yaml(files=files)))
    assert [(each.path, each.loaded) for each in verified.evidence.shared_objects] == [(f"python/{beside}", True)]
    found = refused(tmp_path, layer(tmp_path / "broken", real_yaml(files=files), extra={f"python/{beside}": broken}))
    assert "undefined symbol: PyErr_XetString" in found


def test_a_module_that_is_there_already_is_loaded_from_its_file_all_the_same(tmp_path: Path) -> None:
    """As mypyc's are, whose code is in one library that all share: importing them opens no file of theirs."""
    path, content = broken_yaml(b"PyErr_SetString\0", b"PyErr_SetString\0")
    native = "import sys, types\nsys.modules['yaml._yaml'] = types.ModuleType('yaml._yaml')\n"
    (verified,) = proven(tmp_path, layer(tmp_path, real_yaml(files={"yaml/__init__.py": native, path: content})))
    assert [each.loaded for each in verified.evidence.shared_objects] == [True]
    assert not [each for each in verified.evidence.remarks if "yaml" in each]


def test_a_library_that_a_loader_refuses_is_refused(tmp_path: Path) -> None:
    path, content = broken_yaml(b"PyErr_SetString\0", b"PyErr_XetString\0")
    found = refused(tmp_path, layer(tmp_path, real_yaml(), extra={f"python/{path}": content}))
    assert "undefined symbol: PyErr_XetString" in found


def test_an_extension_module_that_its_wheel_brings_broken_and_nothing_needs_is_a_remark(tmp_path: Path) -> None:
    path, content = broken_yaml(b"PyErr_SetString\0", b"PyErr_XetString\0")
    (verified,) = proven(tmp_path, layer(tmp_path, real_yaml(files={**real_yaml().files, path: content})))
    (remark,) = (each for each in verified.evidence.remarks if "PyErr_XetString" in each)
    assert remark.startswith(
        "pyyaml: yaml.cyaml (and 1 more) cannot be imported, in what pip installs neither: ImportError"
    )
    assert [native.loaded for native in verified.evidence.shared_objects] == [False]


def test_a_plain_library_is_loaded_too(tmp_path: Path) -> None:
    content = b"".join(
        value for path, value in real_yaml().files.items() if path.endswith(".so") and isinstance(value, bytes)
    )
    library = content.replace(b"PyInit__yaml\0", b"XyInit__yaml\0")
    made = real_yaml(files={"yaml/__init__.py": "", "yaml.libs/libyaml-0.so.2": library})
    (verified,) = proven(tmp_path, layer(tmp_path, made))
    (native,) = verified.evidence.shared_objects
    assert (native.path, native.loaded) == ("python/yaml.libs/libyaml-0.so.2", True)


# Bytecode


def test_bytecode_that_names_another_folder_is_refused(tmp_path: Path) -> None:
    path = "python/tiny/__init__.py"
    bytecode = compiled(path, b"x = 1\n").replace(b"/opt/python/tiny", b"/tmp/python/tiny")
    found = refused(tmp_path, layer(tmp_path, Made(), extra={cached(path): bytecode}))
    assert "names its source /tmp/python/tiny/__init__.py, not below /opt/python" in found


def test_bytecode_that_the_runtime_does_not_use_shows_when_it_compiles(tmp_path: Path) -> None:
    """The audit says that it is missing; that the import compiled is what the runtime itself did."""
    built = layer(tmp_path, Made(), lacking=lambda path: path.endswith("tiny/__pycache__/__init__.cpython-311.pyc"))
    found = refused(tmp_path, built)
    assert "python/tiny/__init__.py: has no bytecode" in found
    assert "python/tiny/__init__.py: was compiled at import" in found


# Trim rules that cut too much


def test_a_kept_aws_service_without_its_data_is_refused(tmp_path: Path) -> None:
    source = (
        "class EndpointConnectionError(Exception): pass\n"
        "class Operation:\n"
        "    name, input_shape = 'ListQueues', None\n"
        "class Client:\n"
        "    operation_names = ['ListQueues']\n"
        "    def __init__(self): self.meta = self.service_model = self.events = self\n"
        "    def operation_model(self, name): return Operation\n"
        "    def register(self, event, handler): self.handler = handler\n"
        "    def _make_api_call(self, operation, parameters):\n"
        "        self.handler(type('Request', (), {'url': 'https://sqs/'}))\n"
        "        raise EndpointConnectionError\n"
        "class Session:\n"
        "    def create_client(self, service, **_):\n"
        "        if service != 'sqs': raise LookupError(f'UnknownServiceError: {service}')\n"
        "        return Client()\n"
        "def get_session():\n"
        "    return Session()\n"
    )
    files = {"botocore/__init__.py": "", "botocore/session.py": source, "botocore/config.py": "Config = dict\n"}
    botocore = Made(name="botocore", files=files)
    kept = Layer(name="tiny-layer", trim=TrimPolicy(botocore_data=("sqs", "ssm")))
    found = refused(tmp_path, layer(tmp_path, botocore, settings=kept))
    assert "botocore: ssm: LookupError: UnknownServiceError: ssm" in found
    assert "the trim policy took data that botocore needs" in found
    assert "sqs:" not in found


def test_clients_that_fail_with_an_import_are_not_reported_besides(tmp_path: Path) -> None:
    source = "raise ImportError('no visitor')\n"
    botocore = Made(name="botocore", files={"botocore/__init__.py": source, "botocore/session.py": ""})
    kept = Layer(name="tiny-layer", trim=TrimPolicy(botocore_data=("sqs", "ssm")))
    with pytest.raises(VerificationError) as caught:
        proven(tmp_path, layer(tmp_path, botocore, settings=kept))
    assert [fault.where for fault in caught.value.faults] == ["botocore: botocore"]


def test_what_the_trim_policy_took_and_the_runtime_has_is_named_as_the_cause(tmp_path: Path) -> None:
    needy = Made(files={"tiny/__init__.py": "import urllib3\n"})
    taken = Made(name="urllib3", files={"urllib3_data.txt": ""}, modules=(), excluded=True)
    found = refused(tmp_path, layer(tmp_path, needy, taken), own={"urllib3.py": ""})
    assert "the runtime's own copy hides that" in found
    assert "the trim policy took urllib3, of urllib3; AWS changes its copy whenever it likes" in found


def test_what_the_trim_policy_took_is_named_as_the_cause(tmp_path: Path) -> None:
    needy = Made(files={"tiny/__init__.py": "import pycparser\n"})
    taken = Made(name="pycparser", files={"pycparser_data.txt": ""}, modules=(), excluded=True)
    assert "the trim policy took pycparser" in refused(tmp_path, layer(tmp_path, needy, taken))


# All at once, and who may say "verified"


def test_a_layer_that_imports_and_has_a_fault_in_its_bytes_is_refused(tmp_path: Path) -> None:
    extra = {"python/sitecustomize.py": b""}
    assert "runs code at start-up" in refused(tmp_path, layer(tmp_path, Made(), extra=extra))


def test_faults_of_the_audit_and_of_all_imports_come_together(tmp_path: Path) -> None:
    bad = Made(name="bad", files={"bad.py": "1 / 0\n"})
    worse = Made(name="worse", files={"worse.py": "import nowhere\n"})
    first = layer(tmp_path / "1", bad, extra={"python/sitecustomize.py": b""}, settings=Layer(name="first"))
    second = layer(tmp_path / "2", worse, extra={"python/sitecustomize.py": b""}, settings=Layer(name="second"))
    found = refused(tmp_path, first, second)
    for expected in ("runs code at start-up", "is in both layers", "ZeroDivisionError", "No module named 'nowhere'"):
        assert expected in found


@pytest.mark.parametrize("path", ["python/../../../escaped", "/escaped", "python/tiny/__init__.py/escaped"])
def test_a_layer_that_cannot_be_unpacked_safely_is_not_unpacked(tmp_path: Path, path: str) -> None:
    refused(tmp_path, layer(tmp_path, Made(), extra={path: b""}))
    assert not (tmp_path / "runtime").exists()


def test_a_layer_of_another_architecture_is_audited_and_the_evidence_says_no_more(tmp_path: Path) -> None:
    said: list[str] = []
    image = RuntimeImage("host", "", "x86_64", "this machine is x86_64")
    built = layer(tmp_path, Made(), spec={"architecture": "arm64", "image": image})
    (verified,) = verify([built], Means(runtime=FolderRuntime(tmp_path / "runtime"), say=said.append))
    assert not verified.evidence.imported
    assert verified.evidence.modules == ()
    assert said == ["python3.11 on arm64: audited, not imported: this machine is x86_64"]
    assert verified.evidence.not_imported == "this machine is x86_64"


def test_a_layer_of_another_architecture_is_still_refused_for_its_bytes(tmp_path: Path) -> None:
    built = layer(tmp_path, real_yaml(tags=("py3-none-any",)), spec={"architecture": "arm64"})
    assert "is for x86_64; the layer is for arm64" in refused(tmp_path, built)


def test_nothing_else_can_make_a_verified_layer(tmp_path: Path) -> None:
    built = layer(tmp_path, Made())
    (verified,) = proven(tmp_path, built)
    with pytest.raises(TypeError, match="made by deploy"):
        VerifiedLayer(built, verified.evidence, verify_module._Seal())
    with pytest.raises(TypeError):
        VerifiedLayer(built, verified.evidence)  # type: ignore[call-arg] # that is the point
    with pytest.raises((TypeError, ValueError)):
        replace(verified, built=replace(built, sha256=Sha256("0" * 64)))  # type: ignore[call-arg] # so is this


def test_evidence_is_restored_as_it_was(tmp_path: Path) -> None:
    built = layer(tmp_path, Made(), real_yaml())
    (verified,) = proven(tmp_path, built)
    again = restored(built, verified.evidence.to_json())
    assert again == verified
    assert isinstance(again.evidence, Evidence)


def test_evidence_about_other_bytes_is_not_restored(tmp_path: Path) -> None:
    built = layer(tmp_path, Made())
    (verified,) = proven(tmp_path, built)
    changed = replace(built, sha256=Sha256("0" * 64))
    with pytest.raises(VerificationError, match="the evidence kept for it is about"):
        restored(changed, verified.evidence.to_json())


def test_a_probe_without_an_answer_is_refused_with_its_output_and_blames_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "script", lambda: b"raise RuntimeError('it is broken')\n")
    found = refused(tmp_path, layer(tmp_path, Made()))
    assert "RuntimeError: it is broken" in found
    assert "the probe: ended with exit code 1 and without an answer" in found
    assert "tiny" not in found


def test_what_is_in_the_layer_takes_the_place_of_nothing_that_the_probe_imports(tmp_path: Path) -> None:
    poison = {
        "json/__init__.py": "raise RuntimeError('poisoned')\n",
        "selectors.py": "raise RuntimeError('poisoned')\n",
    }
    assert proven(tmp_path, layer(tmp_path, Made()), own=poison)


def test_what_the_probe_said_nothing_of_counts_as_not_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(python="3.11.0", glibc="2.26", machine="x86_64", runtime_modules=()).to_json()
    silent = f"import json\nprint(json.dumps(['place', {place!r}]))\n"
    monkeypatch.setattr(look, "script", silent.encode)
    found = refused(tmp_path, layer(tmp_path, Made(), real_yaml()))
    assert "pyyaml: yaml (and 1 more): was not looked at" in found


def test_an_account_that_leaves_something_out_does_not_count_as_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(python="3.11.0", glibc="2.26", machine="x86_64", runtime_modules=()).to_json()
    account = Account(subject="tiny: tiny", records=(Outcome(kind="module", what="tiny", home="layer"),)).to_json()
    silent = f"import json\nprint(json.dumps(['account', {account!r}]))\nprint(json.dumps(['place', {place!r}]))\n"
    monkeypatch.setattr(look, "script", silent.encode)
    found = refused(tmp_path, layer(tmp_path, Made(files={"tiny/__init__.py": "", "tiny/a.py": "", "tiny/b.py": ""})))
    assert "tiny: tiny.a: was not tried (and 1 more)" in found


def test_the_evidence_is_plain_json(tmp_path: Path) -> None:
    (verified,) = proven(tmp_path, layer(tmp_path, Made(), real_yaml()))
    raw: dict[str, Any] = json.loads(verified.evidence.to_json())
    assert raw["modules"][0]["module"] == "tiny"


def test_the_image_that_was_used_is_in_the_evidence(tmp_path: Path) -> None:
    built = layer(tmp_path, Made(), spec={"image": RuntimeImage("lambda:3.11", "sha256:abc")})
    (verified,) = proven(tmp_path, built)
    assert verified.evidence.image == "lambda:3.11 sha256:abc"
    assert verified.evidence.in_container


# What is in sys.modules need not be a module, and a module need not be plain


OWN = "import sys, types\nclass Own"


@pytest.mark.parametrize(
    "source",
    [
        f"{OWN}: pass\nsys.modules[__name__] = Own()\n",
        f"{OWN}:\n    __slots__ = ()\nsys.modules[__name__] = Own()\n",
        f"{OWN}:\n    def __getattr__(self, name): raise RuntimeError(name)\nsys.modules[__name__] = Own()\n",
        f"{OWN}(types.ModuleType):\n    __dict__ = property(lambda _: 1 / 0)\nsys.modules[__name__] = Own(__name__)\n",
        f"{OWN}:\n    __class__ = types.ModuleType\nsys.modules['tiny.lazy'] = Own()\n",
        "import sys\nsys.modules['tiny.gone'] = None\n",
    ],
    ids=["object", "without a dictionary", "raises for all", "dictionary raises", "claims to be one", "none"],
)
def test_whatever_a_package_puts_into_sys_modules_is_no_fault_of_it(tmp_path: Path, source: str) -> None:
    assert proven(tmp_path, layer(tmp_path, Made(files={"tiny/__init__.py": source})))


def test_an_error_whose_text_raises_is_a_failure_like_any_other(tmp_path: Path) -> None:
    source = "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute\n"
    assert "tiny: tiny: tiny.Mute: <exception str() failed>" in refused(
        tmp_path, layer(tmp_path, Made(files={"tiny/__init__.py": source}))
    )


def test_a_failure_of_the_probe_itself_blames_no_package_and_keeps_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = script().replace(b"compiled = watch_compiler()", b"compiled = unwatched()")
    monkeypatch.setattr(look, "script", lambda: broken)
    found = refused(tmp_path, layer(tmp_path, Made(), real_yaml()))
    assert "a fault of the pipeline, and of no package" in found
    assert "name 'unwatched' is not defined" in found
    assert "cause" not in found


# Where every package has the same user, as on a host


def test_a_package_that_ends_what_watches_it_is_blamed_alone(tmp_path: Path) -> None:
    evil = Made(name="evil", files={"evil.py": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n"})
    broken = Made(name="broken", files={"broken.py": "raise RuntimeError('no luck')\n"})
    with pytest.raises(VerificationError) as caught:
        proven(tmp_path, layer(tmp_path, evil, broken, Made()))
    assert sorted((fault.where, fault.what.partition(" (")[0]) for fault in caught.value.faults) == [
        ("broken: broken", "RuntimeError: no luck"),
        ("evil: evil", "it ended the process that watched it"),
    ]


def test_a_package_that_writes_into_its_own_report_is_refused_though_what_pip_installs_does_the_same(
    tmp_path: Path,
) -> None:
    source = (
        "import os\nfor each in os.listdir('/proc/self/fd'):\n    if int(each) > 2:\n"
        "        try: os.write(int(each), b'{}\\n')\n        except OSError: pass\n"
    )
    found = refused(tmp_path, layer(tmp_path, Made(files={"tiny/__init__.py": source}), real_yaml()))
    assert "tiny: tiny: something else wrote into its report" in found
    assert "what it says of itself proves nothing" in found
    assert "yaml" not in found
