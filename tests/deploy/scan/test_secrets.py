from __future__ import annotations

import base64
import marshal

import pytest

from deploy.scan.secrets import secrets
from tests.deploy.scan.conftest import target

ID = base64.b64encode(b"123456789012345678").decode().rstrip("=")
BODY = "MIIEowIBAAKCAQEA" + "Zm9vYmFy" * 8
# Put together here, so that no scanner takes this file for a leak.
SECRETS = {
    "an AWS access key": "AKIA" + "QYLPMN5HFIQR7XYA",
    "a GitHub token": "github" + "_pat_" + "A" * 22 + "_" + "b" * 59,
    "a GitLab token": "glpat" + "-" + "a1B2c3D4e5F6g7H8i9J0",
    "a PyPI token": "pypi-" + "AgEIcHlwaS5vcmc" + "x" * 80,
    "an npm token": "npm" + "_" + "a1B2c3" * 6,
    "a Discord bot token": f"{ID}.GabcdE." + "x" * 38,
    "a Discord webhook": "https://discord.com/api/" + "webhooks/123456789012345678/" + "x" * 68,
    "a Slack token": "xoxb" + "-123456789012-123456789012-" + "a" * 24,
    "a Slack webhook": "https://hooks.slack.com/" + "services/T00000000/B00000000/" + "x" * 24,
    "a Stripe live key": "sk" + "_live_" + "a" * 24,
    "a SendGrid key": "SG." + "a" * 22 + "." + "b" * 43,
    "a Google API key": "AIza" + "b" * 35,
    "a private key": f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n",
}


@pytest.mark.parametrize("what", SECRETS)
def test_each_kind_of_secret_is_found_in_sources_and_in_bytecode(what: str) -> None:
    compiled = marshal.dumps(compile(f"x, y = {SECRETS[what]!r}, 'zzz'", "x.py", "exec"))
    for path, content in (("x.env", f"X={SECRETS[what]}\n"), ("x.py", f"x = '{SECRETS[what]}'"), ("x.pyc", compiled)):
        (found,) = secrets(target({path: content}))
        assert (found.what, found.severity) == (f"holds {what}", "critical")
        assert SECRETS[what] not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",  # the key of AWS's own documentation
        "xAKIAQYLPMN5HFIQR7XYA",  # in the middle of a longer word, as in any image in base64
        "-----BEGIN RSA PRIVATE KEY-----",  # what a library that reads keys looks for
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "NotAnIdAtAllButBase64Text.GabcdE." + "x" * 38,
        "ghp_short",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert not list(secrets(target({"python/x.py": text})))


def test_a_key_in_json_is_found_with_its_line() -> None:
    (found,) = secrets(target({"python/x.json": f'{{\n"key": "-----BEGIN PRIVATE KEY-----\\n{BODY}\\n"}}'}))
    assert found.where == "dist/tiny.zip: python/x.json:2"
