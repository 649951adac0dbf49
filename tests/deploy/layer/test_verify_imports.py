"""What an import shows: layers imported by the real probe in a fresh interpreter."""

from __future__ import annotations

import py_compile
from typing import TYPE_CHECKING

import pytest

from deploy.errors import VerificationError
from deploy.inside.exchange import TrimPolicy
from deploy.settings import Layer
from tests.deploy.layer.synthetic import Made, compiled, layer, real_yaml

if TYPE_CHECKING:
    from pathlib import Path


from tests.deploy.layer.proving import broken_yaml, proven, refused

pytestmark = pytest.mark.programs


def test_a_module_that_its_wheel_brings_as_bytecode_alone_is_verified(tmp_path: Path) -> None:
    mode = py_compile.PycInvalidationMode.TIMESTAMP
    alone = {f"{path}.pyc": compiled(f"home/{path}.py", b"x = 1\n", mode=mode) for path in ("tiny", "other/__init__")}
    (verified,) = proven(tmp_path, layer(tmp_path, Made(files=alone)))
    assert [each.module for each in verified.evidence.modules] == ["other", "tiny"]


def test_an_import_that_raises_is_refused_with_its_last_line_and_place(tmp_path: Path) -> None:
    found = refused(tmp_path, layer(tmp_path, Made(files={"tiny/__init__.py": "\n\nraise ValueError('no luck')\n"})))
    assert "tiny: tiny: ValueError: no luck" in found
    assert "tiny/__init__.py:3)" in found


FAILING = {
    "needs": ("import missing_thing\n", "No module named 'missing_thing'", "no locked distribution brings the module"),
    "lacks": ("import lacks.gone\n", "No module named 'lacks.gone'", "part of a distribution is not in the layer"),
    "opens": ("open('/nowhere/data.json')\n", "No such file or directory", "a trim rule may have taken it"),
    "exits": ("raise SystemExit(3)\n", "SystemExit: 3", "it is a script"),
    "crashes": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n",
        "died of SIGSEGV",
        "native code crashed",
    ),
    "ends": ("import os\nos._exit(0)\n", "ended with exit code 0", "it is a script"),
    "fails": ("import os\nos._exit(7)\n", "ended with exit code 7", "it is a script"),
    "misfits": ("from json import nonsense\n", "cannot import name 'nonsense'", "do not fit each other"),
    "writes": (
        "print('noise on stdout')\nraise OSError(30, 'Read-only file system')\n",
        "Read-only",
        "only /tmp",
    ),
}


def test_each_failing_import_of_a_layer_is_told_with_its_likely_cause(tmp_path: Path) -> None:
    made = [Made(name=name, files={f"{name}/__init__.py": source}) for name, (source, _, _) in FAILING.items()]
    with pytest.raises(VerificationError) as caught:
        proven(tmp_path, layer(tmp_path, *made, real_yaml()))
    faults = {fault.where: fault for fault in caught.value.faults}
    assert set(faults) == {f"{name}: {name}" for name in FAILING}
    for name, (_, error, cause) in FAILING.items():
        assert error in faults[f"{name}: {name}"].what
        assert cause in faults[f"{name}: {name}"].cause


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


def test_a_module_that_is_there_already_is_loaded_from_its_file_all_the_same(tmp_path: Path) -> None:
    """As mypyc's are, whose code is in one library that all share: importing them opens no file of theirs."""
    path, content = broken_yaml(b"PyErr_SetString\0", b"PyErr_SetString\0")
    native = "import sys, types\nsys.modules['yaml._yaml'] = types.ModuleType('yaml._yaml')\n"
    (verified,) = proven(tmp_path, layer(tmp_path, real_yaml(files={"yaml/__init__.py": native, path: content})))
    assert [each.loaded for each in verified.evidence.shared_objects] == [True]
    assert not [each for each in verified.evidence.remarks if "yaml" in each]


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


OWN = "import sys, types\nclass Own"
PUT_THERE = {
    "objects": f"{OWN}: pass\nsys.modules[__name__] = Own()\n",
    "undictionaried": f"{OWN}:\n    __slots__ = ()\nsys.modules[__name__] = Own()\n",
    "raises": f"{OWN}:\n    def __getattr__(self, name): raise RuntimeError(name)\nsys.modules[__name__] = Own()\n",
    "divides": (
        f"{OWN}(types.ModuleType):\n    __dict__ = property(lambda _: 1 / 0)\nsys.modules[__name__] = Own(__name__)\n"
    ),
    "claims": f"{OWN}:\n    __class__ = types.ModuleType\nsys.modules['claims.lazy'] = Own()\n",
    "none": "import sys\nsys.modules['none.gone'] = None\n",
}


def test_whatever_a_package_puts_into_sys_modules_is_no_fault_of_it(tmp_path: Path) -> None:
    made = [Made(name=name, files={f"{name}/__init__.py": source}) for name, source in PUT_THERE.items()]
    assert proven(tmp_path, layer(tmp_path, *made))


def test_an_error_whose_text_raises_is_a_failure_like_any_other(tmp_path: Path) -> None:
    source = "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute\n"
    assert "tiny: tiny: tiny.Mute: <exception str() failed>" in refused(
        tmp_path, layer(tmp_path, Made(files={"tiny/__init__.py": source}))
    )
