"""Makes a machine ready for containers: the engine, its helpers, the runtime image. Only where asked for.

Debian and Ubuntu, as root. What is there is left alone, so a second run changes nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import EngineError
from ..invocation import command as typed
from .engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..settings import Architecture

    Say = Callable[[str], None]

# Debian's packages, each known by a command that it brings; more than one where they say no more than recommend it.
PACKAGES = {
    "dockerd": "docker.io",
    "debootstrap": "debootstrap",  # makes the stand-in's base
}
EMULATORS = {
    "qemu-aarch64-static": "qemu-user-static",  # translates arm64 for other machines
}
FOR_TESTS = {
    "docker-registry": "docker-registry",  # proves pinning by digest
    "chromium": "chromium",  # reads the pages as people do
    "jq": "jq",  # the workflows' steps call it
    "fish": "fish",  # completes commands
    "zsh": "zsh",  # does too
    "gcc": "gcc libc6-dev",  # compiles shared objects for the audit
    "bwrap": "bubblewrap",  # one of the ways to contain on the host
    "unzip": "unzip",  # another reader of the layer's zip
}
LOG = Path("/var/log/channelwright-dockerd.log")
STAND_IN = Path(__file__).parents[2] / "tests/runtime_image/build.py"
_ADMINISTRATORS = ":/usr/local/sbin:/usr/sbin:/sbin"
_INSTALL_SECONDS, _START_SECONDS = 1200, 60


def ready(
    image: str, architecture: Architecture, environment: Mapping[str, str], say: Say, *, for_tests: bool = False
) -> str:
    """Install and start what is missing, get the image or its stand-in; return the name of the one to use.

    `for_tests` installs besides what only the pipeline's own tests need. The image may be of another architecture
    than this machine: emulation.enable lets it run.
    """
    running = answers(environment)
    if environment.get("DOCKER_HOST") and not running:
        where, what = f"DOCKER_HOST={environment['DOCKER_HOST']}", "no engine answers there"
        raise EngineError.of(where, what, cure="start it, or unset DOCKER_HOST to have one installed and started here")
    commands = [command for command in PACKAGES if not (running and command == "dockerd")]
    install([*commands, *(FOR_TESTS if for_tests else ())], environment, say)
    if not answers(environment):
        start(environment, say)
    with Engine.connect(environment) as engine:
        return _image(engine, image, architecture, environment, say)


def answers(environment: Mapping[str, str]) -> bool:
    try:
        with Engine.connect(environment):
            return True
    except EngineError:
        return False


def install(commands: Sequence[str], environment: Mapping[str, str], say: Say) -> None:
    """Install the packages of those commands that are missing."""
    packages = PACKAGES | EMULATORS | FOR_TESTS
    lacking = [command for command in commands if shutil.which(command, path=_path(environment)) is None]
    missing = [package for command in lacking for package in packages[command].split()]
    if not missing:
        return
    _demand_debian_root(f"installing {', '.join(missing)}", environment)
    say(f"installing {', '.join(missing)}")
    quiet = {**environment, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ("-o", "DPkg::Lock::Timeout=300")
    run(["apt-get", *wait, "update", "--quiet"], quiet, _INSTALL_SECONDS)
    run(["apt-get", *wait, "install", "--quiet", "--yes", "--no-install-recommends", *missing], quiet, _INSTALL_SECONDS)


def start(environment: Mapping[str, str], say: Say) -> None:
    """Start the engine so that it outlives this process; wait until it answers."""
    _demand_debian_root("starting the engine", environment)
    if Path("/run/systemd/system").is_dir():
        say("starting docker.service")
        run(["systemctl", "start", "docker"], environment, _START_SECONDS)
        return
    say(f"starting dockerd; its log is {LOG}")
    launch(["dockerd"], LOG, environment, _START_SECONDS)


def launch(command: Sequence[str], log: Path, environment: Mapping[str, str], seconds: float) -> None:
    """Start an engine in a session of its own; raise EngineError with its log unless it answers in time."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [shutil.which(command[0], path=_path(environment)) or command[0], *command[1:]],
            env={**environment, "PATH": _path(environment)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + seconds
    while not answers(environment):
        if process.poll() is not None:
            what = f"ended with code {process.returncode}"
            raise EngineError.of(command[0], what, log=log.read_text(errors="replace")[-4000:])
        if time.monotonic() > deadline:
            process.terminate()
            process.wait()
            what = f"did not answer within {seconds:g} s"
            raise EngineError.of(command[0], what, log=log.read_text(errors="replace")[-4000:])
        time.sleep(0.2)


def _image(engine: Engine, image: str, architecture: Architecture, environment: Mapping[str, str], say: Say) -> str:
    try:
        return engine.resolve(image, architecture, say).reference
    except EngineError as error:
        say(f"{image} cannot be had: {error.faults[0].what.splitlines()[-1]}")
    if not STAND_IN.is_file():
        cause = "what stands for it is made from a checkout of the pipeline's repository, and this is none"
        cure = "name an image that can be had as `image`, or run `nox -s engine` in such a checkout"
        raise EngineError.of(image, "cannot be had", cause=cause, cure=cure)
    say("building the stand-in for it: it is good for tests and trials, not for what ships")
    return _build_stand_in(architecture, environment, say)


def _build_stand_in(architecture: Architecture, environment: Mapping[str, str], say: Say) -> str:
    """Run the recipe as its own program: nothing in the pipeline imports from the tests."""
    root = STAND_IN.parents[2]
    command = [sys.executable, "-u", "-m", "tests.runtime_image.build", "--architecture", architecture]
    last = ""
    with subprocess.Popen(
        command, cwd=root, env=dict(environment), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        if process.stdout is not None:
            for line in process.stdout:
                last = line.rstrip()
                say(f"  {last}")
    if process.returncode:
        raise EngineError.of("the stand-in", "could not be built; the reason is above", cause=last)
    return last


def run(command: Sequence[str], environment: Mapping[str, str], seconds: float) -> None:
    """Run a program of this machine to its end; raise EngineError with its whole output if it fails."""
    path = _path(environment)
    program = shutil.which(command[0], path=path) or command[0]
    try:
        done = subprocess.run(
            [program, *command[1:]],
            env={**environment, "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        log = (error.stdout or b"").decode(errors="replace")
        raise EngineError.of(" ".join(command), f"did not end within {seconds:g} s", log=log) from error
    if done.returncode:
        raise EngineError.of(" ".join(command), f"failed with code {done.returncode}", log=done.stdout)


def _demand_debian_root(doing: str, environment: Mapping[str, str]) -> None:
    if shutil.which("apt-get", path=_path(environment)) is None:
        cure = "install and start Docker or Podman the way of your system, then run this again for the image"
        raise EngineError.of(doing, "this is not Debian or Ubuntu", cure=cure)
    if os.geteuid() != 0:
        raise EngineError.of(doing, "takes root", cure=f'sudo env "PATH=$PATH" {typed("engine")}')


def _path(environment: Mapping[str, str]) -> str:
    """Return PATH with the administrator's folders, which root's own need not have in a container."""
    return f"{environment.get('PATH', os.defpath)}{_ADMINISTRATORS}"
