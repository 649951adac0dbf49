from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import ConfigError
from deploy.pip_settings import PipSettings, read

if TYPE_CHECKING:
    from pathlib import Path

ALONE = {"PIP_CONFIG_FILE": "/dev/null"}


def test_proxy_and_index_are_taken_and_nothing_else() -> None:
    network = {
        "HTTPS_PROXY": "http://proxy.invalid:3128",
        "no_proxy": "localhost",
        "PIP_INDEX_URL": "https://index.invalid/simple",
        "PIP_TRUSTED_HOST": "index.invalid",
    }
    secrets = {
        "AWS_SECRET_ACCESS_KEY": "a",
        "GITHUB_TOKEN": "b",
        "PATH": "/bin",
        "PIP_FIND_LINKS": "/x",
        "HTTP_PROXY": "",
    }
    assert read({**ALONE, **network, **secrets}, "/s") == PipSettings(network, {})


def test_certificates_travel_as_files_and_their_variables_follow(tmp_path: Path) -> None:
    (tmp_path / "a.crt").write_bytes(b"A")
    (tmp_path / "b.crt").write_bytes(b"B")
    found = read({**ALONE, "PIP_CERT": f"{tmp_path}/a.crt", "SSL_CERT_FILE": f"{tmp_path}/b.crt"}, "/s")
    assert found.environment == {"PIP_CERT": "/s/pip_cert.pem", "SSL_CERT_FILE": "/s/ssl_cert_file.pem"}
    assert found.files == {"pip_cert.pem": b"A", "ssl_cert_file.pem": b"B"}


def test_every_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        read({**ALONE, "PIP_CERT": f"{tmp_path}/none", "REQUESTS_CA_BUNDLE": str(tmp_path)}, "/s")
    assert [fault.where for fault in raised.value.faults] == ["PIP_CERT", "REQUESTS_CA_BUNDLE"]


def test_pips_own_files_count_and_the_environment_wins(tmp_path: Path) -> None:
    config = tmp_path / ".config/pip/pip.conf"
    config.parent.mkdir(parents=True)
    config.write_text(
        "[global]\nindex-url = https://a.invalid/simple\nextra-index-url =\n  https://b.invalid\n  https://c.invalid\n"
        "[download]\ntimeout = 5\n[install]\nproxy = http://not.this\n"
    )
    chosen = tmp_path / "chosen.conf"
    chosen.write_text("[download]\ntimeout = 7\n[global]\ncert =\nproxy = http://p.invalid\n")
    found = read(
        {"HOME": str(tmp_path), "PIP_CONFIG_FILE": str(chosen), "PIP_INDEX_URL": "https://wins.invalid"}, "/s"
    ).environment
    assert found["PIP_INDEX_URL"] == "https://wins.invalid"
    assert found["PIP_EXTRA_INDEX_URL"] == "https://b.invalid https://c.invalid"
    assert found["PIP_TIMEOUT"] == "7"
    assert found["PIP_PROXY"] == "http://p.invalid"
    assert "PIP_CERT" not in found


@pytest.mark.parametrize(
    ("settings", "loopback"),
    [
        ({"PIP_INDEX_URL": "http://user:secret@localhost:3141/root"}, ("PIP_INDEX_URL",)),
        ({"HTTPS_PROXY": "127.0.0.1:3128"}, ("HTTPS_PROXY",)),
        ({"PIP_EXTRA_INDEX_URL": "https://a.invalid http://[::1]:80/"}, ("PIP_EXTRA_INDEX_URL",)),
        ({"PIP_INDEX_URL": "https://a.invalid", "NO_PROXY": "localhost,127.0.0.1", "PIP_TIMEOUT": "3"}, ()),
    ],
)
def test_settings_that_only_this_machine_can_reach_are_known(
    settings: dict[str, str], loopback: tuple[str, ...]
) -> None:
    assert read({**ALONE, **settings}, "/s").loopback == loopback
