"""Write the least configuration that works, from what is in the project.

It looks for the lock (uv.lock, pylock.toml, requirements with hashes) or what is to be locked, and for functions: in
CloudFormation and SAM templates, serverless.yml, .chalice/config.json with app.py, else in modules that have a handler.
Nothing is run. What would be written is shown, with what could not be taken over, before anything is written. No file
that exists is changed, but for a uv.lock that has no wheels for the functions' runtime: what uv would change in it is
shown like the rest.

  channelwright init            show it, and ask
  channelwright init --plan     show it, and stop
  channelwright init --github   write the workflow for GitHub Actions as well
"""

from __future__ import annotations

import configparser
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..atomic import write
from ..configuration import CONFIG
from ..errors import ConfigError, Fault
from ..init import handlers, locks, look, written
from ..init.propose import Proposal, propose
from ..init.values import Survey
from ..invocation import advised, command, command_in
from ..keys.document import refuse_no_folder
from ..keys.faults import faults
from ..locking.locked import UV_LOCK
from . import confirm, read_only

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from ..console import Console
    from ..init.locks import FoundLock

WORKFLOW = Path(".github/workflows/release.yml")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "init",
        help="write the least configuration that works, from what is in the project",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--github", action="store_true", help=f"write {WORKFLOW} as well, or it alone")
    parser.add_argument("--plan", "--dry-run", action="store_true", help="say what would be written, and stop")
    parser.add_argument("--yes", action="store_true", help="write it unasked, as CI must")
    parser.add_argument("--region", help="the region of the stages (default: a template's, else this user's own)")
    parser.add_argument("--json", action="store_true", help="print JSON alone; all else goes to stderr")


def run(arguments: argparse.Namespace) -> int:
    project, console = arguments.project, read_only.console(arguments)
    _refuse_existing(project, github=arguments.github)
    _refuse_region(arguments.region or "")
    found: tuple[str, ...] = ()
    if (project / CONFIG).exists():
        proposal = Proposal(files={}, stages=_stages(project), left=(), following=())
    else:
        found, proposal = _proposed(project, arguments.region or "")
    files = {path: text for path, text in proposal.files.items() if not (project / path).exists()}
    files |= {WORKFLOW: _workflow(project, proposal.stages)} if arguments.github else {}
    _show(found, proposal, files, console)
    if not arguments.plan:
        confirm.ask("write this?", yes=arguments.yes)
        proposal = _relocked(proposal, console)
        _write(project, files, proposal.following, console)
    if arguments.json:
        from .output.init import InitOutput

        read_only.print_json(
            InitOutput(
                written=not arguments.plan,
                files={path.as_posix(): text for path, text in files.items()},
                found=found,
                left=proposal.left,
                following=proposal.following,
                changes=_changes(proposal),
            )
        )
    return 0


def _show(found: Sequence[str], proposal: Proposal, files: Mapping[Path, str], console: Console) -> None:
    for title, lines in (("found", found), ("not taken over", proposal.left)):
        if lines:
            console.say("\n".join([title, *(f"  {line}" for line in lines)]))
    for path, text in files.items():
        console.say(f"{path}")
        for line in text.splitlines():
            console.say(f"  | {line}".rstrip())
    for name, lines in _changes(proposal).items():
        console.say(f"{name}, changed by `uv lock`")
        for line in lines:
            console.say(f"  | {line}")
    console.say()


def _changes(proposal: Proposal) -> dict[str, tuple[str, ...]]:
    return {UV_LOCK: proposal.relocking.lines} if proposal.relocking else {}


def _relocked(proposal: Proposal, console: Console) -> Proposal:
    """Change a uv.lock as was shown; `lock` comes next where that was not all."""
    if not proposal.relocking:
        return proposal
    with console.step("uv lock"):
        whole = proposal.relocking.carry_out(os.environ)
    console.say(f"{UV_LOCK}: changed")
    return proposal if whole else replace(proposal, following=(command("lock"), *proposal.following))


def _write(project: Path, files: Mapping[Path, str], following: Sequence[str], console: Console) -> None:
    for path, text in files.items():
        write(project / path, text.encode())
        console.say(f"{path}: written")
    for line in following:
        console.say(f"next: {line}")


def _refuse_existing(project: Path, *, github: bool) -> None:
    """Raise ConfigError where there is nothing left to write without changing a file that exists."""
    refuse_no_folder(project)
    if github and (project / WORKFLOW).exists():
        raise ConfigError([Fault(str(project / WORKFLOW), "is there already, and is left alone")])
    if not github and (project / CONFIG).exists():
        cure = f"change it by hand; {advised('init', '--github')} adds the workflow"
        raise ConfigError([Fault(str(project / CONFIG), "is there already, and is left alone", cure=cure)])


def _refuse_region(region: str) -> None:
    """Raise ConfigError for a region that no stage could have."""
    found = faults({"stages": {"dev": {"region": region}}}) if region else []
    if wrong := [Fault(f"--region {region}", what, cure=cure) for where, what, cure in found if "region" in where]:
        raise ConfigError(wrong)


def _proposed(project: Path, region: str) -> tuple[tuple[str, ...], Proposal]:
    survey = look.survey(project, os.environ)
    if not survey.functions:
        # What lies in folders beside another tool's files is that tool's.
        survey = Survey(programs=(*survey.programs, *handlers.read(project, in_folders=not survey.programs)))
    lists = list(dict.fromkeys(path for each in survey.programs for path in each.requirements))
    lock = locks.look(project, lists)
    chosen = region or next((each.region for each in survey.programs if each.region), "") or _region()
    proposal = propose(project, survey, lock, chosen, os.environ)
    return (*_found(project, survey, lock), *proposal.found), proposal


def _found(project: Path, survey: Survey, lock: FoundLock | None) -> list[str]:
    return [
        *(each.what for each in survey.programs),
        *([] if survey.programs else [_layer_alone(project)]),
        lock.what if lock else "no requirements: functions without a layer",
    ]


def _layer_alone(project: Path) -> str:
    """Say that there are no functions, and which folders are projects of their own that have some."""
    if within := handlers.projects_within(project):
        named = ", ".join(map(str, within))
        first = command_in(str(within[0]), "init")
        return f"no functions here: a layer alone; {named} have handlers, and {first} writes one's own configuration"
    return "no functions: no module has a `handler(event, context)`; a layer alone, to which `functions` may be added"


def _region() -> str:
    """Return the region of this user's AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html."""
    if given := os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"):
        return given
    profile = os.environ.get("AWS_PROFILE", "default")
    config = configparser.ConfigParser(default_section="", interpolation=None)
    try:
        config.read(os.environ.get("AWS_CONFIG_FILE") or Path("~/.aws/config").expanduser(), encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return ""
    section = profile if profile == "default" else f"profile {profile}"
    return config.get(section, "region", fallback="")


def _stages(project: Path) -> tuple[str, ...]:
    from ..configuration import load

    return tuple(load(project, os.environ).stages)


def _workflow(project: Path, stages: tuple[str, ...]) -> str:
    """Write the workflow for the pipeline that runs here: the release that is installed, or a checkout's commit."""
    from .. import __version__, git

    own = Path(__file__).parents[2]
    commit = git.commit(own).sha if (own / "noxfile.py").is_file() else None
    return written.workflow(commit or f"v{__version__}", git.branch(project) or "main", stages)
