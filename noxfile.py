"""The face of the pipeline. `nox -l` lists the sessions; everything after `--` goes to the command.

nox -s layer                   build the layer and prove it
nox -s deploy -- --stage dev   make it live
nox -s test                    prove the pipeline itself
"""

import hashlib
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"

PYPROJECT = nox.project.load_toml("pyproject.toml")
PIPELINE = PYPROJECT["project"]["dependencies"]


@nox.session(default=False)
def layer(session: nox.Session) -> None:
    """Build the layer inside the Lambda runtime image and prove that it works there."""
    _pipeline(session, "layer")


@nox.session(default=False)
def deploy(session: nox.Session) -> None:
    """Publish what changed and roll it out: `nox -s deploy -- --stage dev`."""
    _pipeline(session, "deploy")


@nox.session(default=False)
def register(session: nox.Session) -> None:
    """Tell Discord the bot's commands: `nox -s register -- --stage dev`."""
    _pipeline(session, "register")


@nox.session
def test(session: nox.Session) -> None:
    """Prove it: real containers, an emulated AWS, real files and HTTP."""
    # Not the lock: the emulated AWS pins a botocore of its own. What is locked is tried inside the containers.
    _install(session, *PIPELINE, *nox.project.dependency_groups(PYPROJECT, "test"), "-r", "requirements.in")
    session.run("pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types, the template and the configuration."""
    groups = nox.project.dependency_groups(PYPROJECT, "test", "lint")
    _install(session, *PIPELINE, *groups, "-r", "requirements.in")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("cfn-lint", "deploy/template.yaml")
    session.run("python", "-m", "deploy", "check")


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Lock requirements.in to versions and hashes that fit the runtime."""
    _pipeline(session, "lock")


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure size, build time and cold start against the usual ways."""
    _pipeline(session, "bench")


@nox.session(default=False)
def doctor(session: nox.Session) -> None:
    """Find what is wrong before it hurts: `nox -s doctor -- --stage dev`."""
    _pipeline(session, "doctor")


@nox.session(default=False)
def engine(session: nox.Session) -> None:
    """Install and start a container engine with the runtime image (Debian and Ubuntu, as root)."""
    _pipeline(session, "engine")


def _pipeline(session: nox.Session, command: str) -> None:
    _install(session, *PIPELINE)
    session.run("python", "-m", "deploy", command, *session.posargs)


def _install(session: nox.Session, *packages: str) -> None:
    """Install only when what is wanted changed, so that a run without changes takes no time."""
    wanted = [*packages, *(Path(each).read_text() for each in packages if each.endswith(".in"))]
    digest = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    stamp = Path(session.virtualenv.location, "channelwright-installed")
    if stamp.exists() and stamp.read_text() == digest:
        return
    session.install(*packages)
    stamp.write_text(digest)
