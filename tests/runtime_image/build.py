"""Builds the stand-in for the Lambda runtime image: `python -m tests.runtime_image.build`, as root on Debian.

An image that this very recipe made is left alone. Else the base is made by debootstrap, unless it is there, the
wheels are downloaded by the base's own pip, and Dockerfile does the rest. Prints the image's name at the end.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.container import Engine
from deploy.errors import EngineError, PipelineError
from deploy.layer import wheels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TAG = "channelwright-runtime:python3.11"
BASE = "channelwright-runtime-base:bookworm"
RECIPE = Path(__file__).parent
_LABEL = "channelwright.recipe"
_PACKAGES = "python3.11,python3-pip,ca-certificates,binutils"
_EMULATORS = {"x86_64": "aws-lambda-rie-x86_64", "aarch64": "aws-lambda-rie-arm64"}


def build(engine: Engine, environment: Mapping[str, str], say: Callable[[str], None]) -> str:
    """Make the stand-in unless it is there; return its name."""
    recipe = _recipe()
    digest = hashlib.sha256(b"".join(name.encode() + recipe[name] for name in sorted(recipe))).hexdigest()
    found = engine.inspect(TAG)
    if found and (found["Config"]["Labels"] or {}).get(_LABEL) == digest:
        say(f"{TAG} is there")
        return TAG
    if engine.inspect(BASE) is None:
        _make_base(engine, environment, say)
    say("downloading the runtime's own packages and the Runtime Interface Emulator")
    context = {
        **recipe,
        **{f"wheels/{name}": each for name, each in _fetch(engine, "requirements.txt", environment, say).items()},
        "aws-lambda-rie": _emulator(_fetch(engine, "emulator.txt", environment, say)),
    }
    say(f"building {TAG}")
    engine.build(context, {"BASE": BASE}, tag=TAG, labels={_LABEL: digest})
    return TAG


def _recipe() -> dict[str, bytes]:
    files = [RECIPE / "Dockerfile", *RECIPE.glob("*.txt"), *(RECIPE / "root").rglob("*")]
    return {str(path.relative_to(RECIPE)): path.read_bytes() for path in files if path.is_file()}


def _make_base(engine: Engine, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    say("making Debian bookworm with Python 3.11 by debootstrap; this takes about a minute")
    with tempfile.TemporaryDirectory(prefix="channelwright-base-") as folder:
        root, archive = Path(folder, "root"), Path(folder, "root.tar")
        _run(["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", "bookworm", str(root)], environment)
        unneeded = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man")
        _run(
            ["tar", "-C", str(root), *(f"--exclude=./{each}/*" for each in unneeded), "-cf", str(archive), "."],
            environment,
        )
        engine.import_root(archive, BASE)


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(environment))
    except FileNotFoundError as error:
        raise EngineError.of(command[0], "is not installed", cure="`nox -s engine` installs it") from error
    if done.returncode:
        raise EngineError.of(command[0], f"failed with code {done.returncode}", log=done.stdout + done.stderr)


def _fetch(
    engine: Engine, requirements: str, environment: Mapping[str, str], say: Callable[[str], None]
) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="channelwright-wheels-") as folder:
        wheels.fetch(engine, BASE, "python3.11", (RECIPE / requirements).read_text(), Path(folder), environment, say)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _emulator(downloaded: Mapping[str, bytes]) -> bytes:
    (wheel,) = downloaded.values()
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return archive.read(f"samcli/local/rapid/{_EMULATORS[platform.machine()]}")


if __name__ == "__main__":
    try:
        with Engine.connect(os.environ) as connected:
            print(build(connected, os.environ, lambda line: print(line, flush=True)))
    except PipelineError as failure:
        sys.exit(str(failure))
