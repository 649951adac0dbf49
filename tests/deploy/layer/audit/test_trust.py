"""What a function is told of whom to believe, and whether its layers bring it."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.exceptions import InvalidConfigError

from deploy.layer.audit import trust
from deploy.layer.evidence import FunctionUnderTest
from deploy.settings import Target

OPT = {"python/certifi/certificates/0123abcd.0", "python/certifi/aws.pem"}


def told(**environment: str) -> list[str]:
    target = Target("python3.11", "x86_64")
    function = FunctionUnderTest(key="bot", handler="bot.x", environment=environment, memory=128, target=target)
    return [fault.what for fault in trust.faults([function], OPT)]


@pytest.mark.parametrize("folder", ["/opt/python/certifi/certificates", "/opt/python/certifi/certificates/"])
def test_what_a_layer_brings_is_fine_and_so_is_what_lies_elsewhere(folder: str) -> None:
    bundle = "/opt/python/certifi/aws.pem"
    assert told(SSL_CERT_DIR=folder, AWS_CA_BUNDLE=bundle, SSL_CERT_FILE="/etc/pki/tls/cert.pem") == []


@pytest.mark.parametrize("name", trust.VARIABLES)
@pytest.mark.parametrize("path", ["/opt/python/certifi/cert", "/opt/python/certifi/aws.pem/x", "/opt/ca.pem"])
def test_what_no_layer_brings_is_a_fault(name: str, path: str) -> None:
    assert told(**{name: path}) == [f"{name} is {path}, which none of its layers brings"]


def test_an_empty_bundle_for_botocore_is_a_fault() -> None:
    assert told(AWS_CA_BUNDLE="", REQUESTS_CA_BUNDLE="") == ["has an empty AWS_CA_BUNDLE"]


def test_botocore_itself_refuses_an_empty_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why it is a fault: a function would not start."""
    monkeypatch.setenv("AWS_CA_BUNDLE", "")
    with pytest.raises(InvalidConfigError):
        botocore.session.Session().create_client(
            "sts", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="s"
        )
