"""What this machine's pip knows about the network: proxy, index, certificates. Nothing else of its environment."""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from .atomic import unreadable
from .errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_OPTIONS = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "retries", "cert")
_CERTIFICATES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_CREDENTIALS = re.compile(r"//[^/\s]*@")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class PipSettings:
    """Environment variables for a pip elsewhere, and the files that they name there, by file name."""

    environment: Mapping[str, str]
    files: Mapping[str, bytes]

    @property
    def loopback(self) -> tuple[str, ...]:
        """The variables that point to this very machine, which only a container in its network can reach."""
        return tuple(
            name
            for name, value in self.environment.items()
            if name.lower() != "no_proxy" and any(_host(each) in _LOOPBACK for each in value.split())
        )


def read(environment: Mapping[str, str], folder: str) -> PipSettings:
    """Collect the settings of this machine's pip: its configuration files, then its environment, which wins.

    Certificate files are to be put into `folder`, where the variables of the result look for them. Raises
    ConfigError for each that cannot be read. See https://pip.pypa.io/en/stable/topics/configuration/.
    """
    found = {f"PIP_{key.upper().replace('-', '_')}": value for key, value in _configured(environment)}
    names = [*(name for each in _PROXIES for name in (each, each.lower())), *_CERTIFICATES]
    names += [f"PIP_{key.upper().replace('-', '_')}" for key in (*_OPTIONS, "default-timeout")]
    found |= {name: environment[name] for name in names if name in environment}
    found = {name: value for name, value in found.items() if value}
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    for name in _CERTIFICATES:
        if path := found.get(name):
            try:
                files[f"{name.lower()}.pem"] = Path(path).read_bytes()
            except OSError as error:
                faults.append(
                    Fault(name, f"{path}: {error.strerror}", cure="name a file of CA certificates, or unset it")
                )
            found[name] = f"{folder}/{name.lower()}.pem"
    if faults:
        raise ConfigError(faults)
    return PipSettings(found, files)


def indexes(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `index-url` and `extra-index-url` of pip's configuration files, where they have them."""
    return {option: value for option, value in _configured(environment) if "index-url" in option}


def proxies(environment: Mapping[str, str]) -> PipSettings:
    """Collect only this machine's proxies, in the names that every program knows."""
    names = (name for each in _PROXIES for name in (each, each.lower()))
    return PipSettings({name: environment[name] for name in names if environment.get(name)}, {})


def _configured(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the options of pip's configuration files, least important first: a command's section beats [global]."""
    parser = configparser.RawConfigParser()
    for path in _files(environment):
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            cause = " ".join(str(error).split())
            fault = Fault(str(path), "is no configuration of pip", cause, "correct it; pip refuses it too")
            raise ConfigError([fault]) from error
        except OSError as error:
            raise ConfigError([unreadable(path, error)]) from error
    for section in ("global", "download"):
        for option in _OPTIONS:
            if parser.has_option(section, option):
                yield option, " ".join(parser.get(section, option).split())


def _files(environment: Mapping[str, str]) -> list[Path]:
    chosen = environment.get("PIP_CONFIG_FILE", "")
    home = Path(environment.get("HOME", "/"))
    user = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    usual = [Path("/etc/pip.conf"), home / ".pip/pip.conf", user / "pip/pip.conf"]
    return [] if chosen == "/dev/null" else [*usual, *([Path(chosen)] if chosen else [])]


def _host(url: str) -> str | None:
    return address(url if "://" in url else f"//{url}").hostname


def without_credentials(text: str) -> str:
    """Return a text with each address in it as it is without user and password, which may themselves hold an `@`."""
    return _CREDENTIALS.sub("//", text)


def address(url: str) -> SplitResult:
    """Return the parts of an index's address; raise ConfigError, which shows no password, where it has none."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - one that is none is found here alone
    except ValueError as error:
        shown = url.rpartition("@")[2]
        cure = "correct it, in pip's or uv's settings, or where the requirements name it"
        raise ConfigError([Fault(shown, "is no address of a package index", str(error), cure)]) from error
    return parts
