"""Builds the stand-in for a Lambda runtime image, as root on Debian: `python -m tests.runtime_image.build`.

The recipe is written for python3.11. For another runtime its name takes that one's place, in paths and contents. That
for another architecture than this machine's is made of Debian's packages for it, by emulation; its name is the one
under which the pipeline looks for it beside the machine's own.

An image that this very recipe made is left alone. Else the base is made by debootstrap, unless it is there, the
wheels are downloaded by the base's own pip, and Dockerfile does the rest. Prints the image's name at the end.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.container.digest import PLATFORMS, own_name
from deploy.container.engine import Engine
from deploy.errors import EngineError, PipelineError
from deploy.layer.backend import pip_download
from deploy.runtimes.table import BASES
from deploy.settings import MACHINES, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from deploy.settings import Architecture

FIRST = "python3.11"
# The Debian that has the runtime's Python.
SUITES = {FIRST: "bookworm", "python3.13": "trixie"}
MOUNTS = Path("/proc/self/mountinfo")
RECIPE = Path(__file__).parent
_LABEL = "channelwright.recipe"
_PACKAGES = "python3-pip,ca-certificates"


def tag(target: Target) -> str:
    return _named("channelwright-runtime", target.runtime, target.architecture)


def _named(repository: str, version: str, architecture: Architecture) -> str:
    name = f"{repository}:{version}"
    return name if MACHINES[architecture] == platform.machine() else own_name(name, architecture)


def build(engine: Engine, environment: Mapping[str, str], say: Callable[[str], None], target: Target) -> str:
    """Make the stand-in unless it is there; return its name."""
    runtime = target.runtime
    recipe, name = _recipe(runtime), tag(target)
    base = _named("channelwright-runtime-base", SUITES[runtime], target.architecture)
    digest = hashlib.sha256(b"".join(name.encode() + recipe[name] for name in sorted(recipe))).hexdigest()
    found = engine.inspect(name)
    if found and (found["Config"]["Labels"] or {}).get(_LABEL) == digest:
        say(f"{name} is there")
        return name
    if engine.inspect(base) is None:
        _make_base(engine, environment, say, target, base)
    say("downloading the runtime's own packages and the Runtime Interface Emulator")

    def fetch(requirements: str) -> dict[str, bytes]:
        with tempfile.TemporaryDirectory(prefix="channelwright-wheels-") as folder:
            pip_download.fetch(
                engine, base, runtime, (RECIPE / requirements).read_text(), Path(folder), environment, say
            )
            return {path.name: path.read_bytes() for path in Path(folder).iterdir()}

    context = {
        **recipe,
        **{f"wheels/{wheel}": content for wheel, content in fetch("requirements.txt").items()},
        "aws-lambda-rie": _emulator(fetch("emulator.txt"), target.architecture),
    }
    say(f"building {name}")
    engine.build(context, {"BASE": base}, tag=name, labels={_LABEL: digest})
    return name


def _recipe(runtime: str) -> dict[str, bytes]:
    files = [RECIPE / "Dockerfile", *RECIPE.glob("*.txt"), *(RECIPE / "root").rglob("*")]
    changes = {f"(2, {BASES[FIRST].glibc_minor})": f"(2, {BASES[runtime].glibc_minor})", FIRST: runtime}
    made = {}
    for path in (each for each in files if each.is_file()):
        content = path.read_bytes()
        for ours, theirs in changes.items():
            content = content.replace(ours.encode(), theirs.encode())
        made[str(path.relative_to(RECIPE)).replace(FIRST, runtime)] = content
    return made


def _make_base(
    engine: Engine, environment: Mapping[str, str], say: Callable[[str], None], target: Target, base: str
) -> None:
    suite, packages = SUITES[target.runtime], f"{target.runtime},{_PACKAGES}"
    say(f"making Debian {suite} with {target} by debootstrap; this takes a minute, and some more by emulation")
    with scratch() as folder:
        root, archive = folder / "root", folder / "root.tar"
        options = ["--variant=minbase", f"--arch={PLATFORMS[target.architecture]}", f"--include={packages}"]
        _run(["debootstrap", *options, suite, str(root)], environment)
        unneeded = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man")
        _run(
            ["tar", "-C", str(root), *(f"--exclude=./{each}/*" for each in unneeded), "-cf", str(archive), "."],
            environment,
        )
        engine.import_root(archive, base, target.architecture)


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder and remove it again, unless something is mounted below: its files are not ours to remove.

    debootstrap mounts /proc and /sys in its target, and where it is interrupted they stay.
    """
    folder = Path(tempfile.mkdtemp(prefix="channelwright-base-")).resolve()
    try:
        yield folder
    finally:
        if mounted := mounted_below(folder):
            cure = f"`umount {shlex.join(map(str, mounted))}`, then remove {folder}"
            raise EngineError.of(str(folder), "stays, as something is mounted below it", cure=cure)
        shutil.rmtree(folder)


def mounted_below(folder: Path) -> list[Path]:
    """Return what is mounted below a folder, the innermost first.

    In the kernel's list a space in a path is `\\040`: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
    """
    points = (line.split(" ")[4] for line in MOUNTS.read_text().splitlines())
    paths = {Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), point)) for point in points}
    return sorted((path for path in paths if path.is_relative_to(folder)), reverse=True)


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(environment))
    except FileNotFoundError as error:
        raise EngineError.of(command[0], "is not installed", cure="`nox -s engine` installs it") from error
    if done.returncode:
        raise EngineError.of(command[0], f"failed with code {done.returncode}", log=done.stdout + done.stderr)


def _emulator(downloaded: Mapping[str, bytes], architecture: Architecture) -> bytes:
    (wheel,) = downloaded.values()
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return archive.read(f"samcli/local/rapid/aws-lambda-rie-{architecture}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runtime", nargs="?", default=FIRST, choices=SUITES)
    parser.add_argument("--architecture", choices=MACHINES)
    given = parser.parse_args()
    try:
        with Engine.connect(os.environ) as connected:
            wanted = Target(given.runtime, given.architecture or connected.architecture)
            print(build(connected, os.environ, lambda line: print(line, flush=True), wanted))
    except PipelineError as failure:
        sys.exit(str(failure))
