"""The wheels that a layer is made of, downloaded by the runtime image's own pip: the choice is the runtime's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ... import pip_settings
from ...errors import BuildError, Fault
from ...invocation import advised
from .platform_image import NAME_ANOTHER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ...container.engine import Engine

_SETTINGS = "/tmp/settings"  # noqa: S108 - inside a container that nothing else uses
_WHEELS = "/tmp/wheels"  # noqa: S108
_TIMEOUT = 1800
# What pip found for a requirement that nothing satisfies: the versions that have a wheel which fits.
_FITTING = re.compile(r"Could not find a version that satisfies .*\(from versions: (?P<versions>[^)]*)\)")
# What pip's output looks like, and what that means.
_CAUSES = (
    (
        r"THESE PACKAGES DO NOT MATCH THE HASHES",
        "a file of the index is not the one that was locked",
        f"find out why before all else: a tampered file looks just like this; if it is expected, {advised('lock')}",
    ),
    (
        r"\b401\b.*(Error|Unauthorized|Credentials)|Credentials not correct|\b403\b.*Forbidden",
        "401 or 403: a package index does not let in whoever asks",
        "correct its user and password where the index is named",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "the container does not trust the certificate that it was shown",
        "name your proxy's CA bundle in PIP_CERT; it reaches the container",
    ),
    (
        r"\"python3\.\d+\": executable file not found",
        "the image has no such Python: it is another runtime's",
        NAME_ANOTHER,
    ),
    (
        r"name resolution|Name or service not known|unreachable|NewConnectionError|ConnectTimeout|ProxyError",
        "containers have no way to the package index",
        "check the network and HTTPS_PROXY; `docker run --rm IMAGE` has to reach the index too",
    ),
)


def fetch(  # noqa: PLR0913, PLR0917 - what, where to, with what
    engine: Engine,
    image: str,
    python: str,
    requirements: str,
    into: Path,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    options: Sequence[str] = (),
) -> None:
    """Download the wheels of a hash-locked requirements file with the image's pip into a folder of this machine.

    `options` are pip's, where it is to choose for another platform than the image's own.

    The container has network and this machine's pip settings, and is removed with all that was in it. Raises
    BuildError with pip's output.
    """
    settings = pip_settings.read(environment, _SETTINGS)
    network = "bridge"
    if settings.loopback:
        network = "host"
        say(f"downloading in this machine's network, as {', '.join(settings.loopback)} points to it")
    files = {f"settings/{name}": content for name, content in settings.files.items()}
    with engine.container(image, network=network, writable=True) as container:
        container.copy_into("/tmp", {**files, "requirements.txt": requirements.encode()})  # noqa: S108
        variables = {"HOME": "/tmp", **settings.environment}  # noqa: S108
        done = container.call([*_command(python), *options], variables, timeout=_TIMEOUT)
        if done.code:
            raise BuildError([_fault(done.stdout + done.stderr)], log=done.stdout + done.stderr)
        for name, content in container.copy_out(_WHEELS).items():
            (into / name).write_bytes(content)


def _command(python: str) -> list[str]:
    return [
        *(python, "-m", "pip", "download", "--require-hashes", "--only-binary", ":all:", "--no-deps"),
        *("--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"),
        *("--dest", _WHEELS, "--requirement", "/tmp/requirements.txt"),  # noqa: S108
    ]


def _fault(output: str) -> Fault:
    last = next((line for line in reversed(output.splitlines()) if "ERROR" in line), "pip failed")
    for pattern, cause, cure in _CAUSES:
        if re.search(pattern, output):
            return Fault("downloading wheels", last.removeprefix("ERROR: "), cause, cure)
    if found := _FITTING.search(output):
        cause = "no wheel of that version fits this runtime and architecture"
        newest = found["versions"].rpartition(", ")[2]
        cause += ", or the index does not have it" if newest == "none" else f"; the newest that has one is {newest}"
        cure = f"{advised('lock')} takes versions that fit, and says which runtime has newer ones; nothing is compiled"
        return Fault("downloading wheels", last.removeprefix("ERROR: "), cause, cure)
    return Fault("downloading wheels", last.removeprefix("ERROR: "))
