"""The life of a layer against another emulated AWS, moto's server: other people's reading of the same API.

`nox -s second-emulator` installs it and runs these. What it is known to do otherwise than AWS is told by tests that
have to fail: one that passes means that moto has learned it, and that the list is to be shortened.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from deploy.aws import grants, layers
from deploy.aws.connection import connect
from deploy.aws.grants import Grant
from deploy.git import Commit
from deploy.release.publish import find, publish
from tests.integration.shipment import STAGE, Shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.aws.connection import Aws

SERVER = os.environ.get("CHANNELWRIGHT_SECOND_EMULATOR", "")
COMMIT = Commit("c0ffee" * 6 + "c0de", dirty=False)
FRIEND = Grant("111122223333")

pytestmark = pytest.mark.skipif(not SERVER, reason="`nox -s second-emulator` installs moto and runs this")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([SERVER, "-H", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as tried:
                if not tried.connect_ex(("127.0.0.1", port)):
                    break
            assert server.poll() is None, "the server has ended"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def aws(url: str, monkeypatch: pytest.MonkeyPatch) -> Aws:
    for name, value in {"ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret", "ENDPOINT_URL": url}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    made = connect(STAGE)
    for each in layers.versions(made, "tiny-layer"):
        layers.delete(made, "tiny-layer", each.version)
    return made


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_what_is_published_is_found_by_its_digest_and_not_sent_again(aws: Aws, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    assert find(aws, layer) is None
    made = publish(aws, STAGE, layer, COMMIT)
    again = publish(aws, STAGE, layer, COMMIT)
    assert (made.reused, again.reused, again.arn) == (False, True, made.arn)
    (there,) = layers.versions(aws, "tiny-layer")
    assert there.description == "sha256:" + layer.built.sha256[:12] + " git:c0ffeec0ffee img:abababababab"
    assert (there.runtimes, there.architectures, there.license) == (("python3.11",), ("x86_64",), "MIT")


def test_other_bytes_are_another_version_and_a_number_is_not_given_twice(aws: Aws, shop: Shop) -> None:
    first, second = (publish(aws, STAGE, shop.layer({"idna": number}), COMMIT) for number in ("1", "2"))
    assert second.version == first.version + 1
    layers.delete(aws, "tiny-layer", second.version)
    assert [each.version for each in layers.versions(aws, "tiny-layer")] == [first.version]
    assert layers.find(aws, "tiny-layer", second.version) is None
    third = publish(aws, STAGE, shop.layer({"idna": "3"}), COMMIT)
    assert third.version == second.version + 1


def test_who_is_let_in_is_read_back_and_let_out(aws: Aws, shop: Shop) -> None:
    made = publish(aws, STAGE, shop.layer({"idna": "3.7"}), COMMIT)
    assert grants.read(aws, "tiny-layer", made.version).grants == {}
    grants.add(aws, ("tiny-layer", made.version), "friend", FRIEND, "")
    assert grants.read(aws, "tiny-layer", made.version).grants == {"friend": FRIEND}
    grants.remove(aws, ("tiny-layer", made.version), "friend", "")
    assert grants.read(aws, "tiny-layer", made.version).grants == {}


@pytest.mark.xfail(strict=True, reason="moto fails at GetLayerVersionByArn")
def test_a_version_is_read_by_its_arn(aws: Aws, shop: Shop) -> None:
    made = publish(aws, STAGE, shop.layer({"idna": "3.7"}), COMMIT)
    found = layers.read(aws, made.arn)
    assert found is not None


@pytest.mark.xfail(strict=True, reason="moto gives no link to the bytes")
def test_the_bytes_are_handed_out(aws: Aws, shop: Shop) -> None:
    made = publish(aws, STAGE, shop.layer({"idna": "3.7"}), COMMIT)
    content = layers.content(aws, "tiny-layer", made.version)
    assert layers.download(content) == made.verified.built.zip.read_bytes()


@pytest.mark.xfail(strict=True, reason="moto takes a change of a policy whatever revision it names")
def test_a_policy_that_somebody_else_changed_is_not_overwritten(aws: Aws, shop: Shop) -> None:
    made = publish(aws, STAGE, shop.layer({"idna": "3.7"}), COMMIT)
    grants.add(aws, ("tiny-layer", made.version), "friend", FRIEND, "")
    with pytest.raises(Exception, match="PreconditionFailed"):
        grants.add(aws, ("tiny-layer", made.version), "other", Grant("444455556666"), "of-the-past")
