from __future__ import annotations

import json

from deploy.scan.bundled import Bundled, bundled
from tests.deploy.scan.conftest import package, target


def test_compiled_code_is_named_by_what_is_known_of_it() -> None:
    sbom = json.dumps({"bomFormat": "CycloneDX", "components": [{"name": "libfoo", "version": "1.2"}]})
    files = {
        "python/nacl/_sodium.abi3.so": "",
        "python/foo/_foo.so": "",
        "python/foo-1.dist-info/sboms/auditwheel.cdx.json": sbom,
        "python/bar.libs/libbar-0a1b.so.1": "",
        "python/bar/_bar.so": "",
        "python/own/_own.so": "",
        "python/six.py": "",
    }
    packages = [
        package("pynacl", owns=["nacl/"]),
        package("foo", owns=["foo/", "foo-1.dist-info/"]),
        package("bar", owns=["bar/", "bar.libs/"]),
        package("own", owns=["own/"]),
        package("six", owns=["six.py"]),
    ]
    assert list(bundled(target(files, *packages))) == [
        Bundled("bar", "1", "libbar-0a1b.so.1", 2),
        Bundled("foo", "1", "libfoo 1.2", 1),
        Bundled("own", "1", "", 1),
        Bundled("pynacl", "1", "libsodium", 1),
    ]


def test_an_sbom_that_cannot_be_read_is_named() -> None:
    files = {"python/x/x.so": "", "python/x-1.dist-info/sboms/odd.json": "no json"}
    (found,) = bundled(target(files, package("x", owns=["x/", "x-1.dist-info/"])))
    assert found.libraries == "odd.json"
