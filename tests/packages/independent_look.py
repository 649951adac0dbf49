"""A look at /opt/python that shares no code with the pipeline's: run inside the runtime image, prints JSON.

modules        each module that is there, with the last line of what its import raised, "" where it works. One process
               imports all of a top-level name; where it dies, another goes on behind the module that ended it
distributions  what importlib.metadata answers of each: all headers, requirements, entry points, and the files that it
               names and that are not there
packages       packages_distributions(), of what lies in /opt/python
"""

import importlib
import importlib.machinery
import importlib.metadata
import json
import os
import signal
import sys
import traceback
from pathlib import Path

ROOT = Path("/opt/python")
SUFFIXES = sorted((*importlib.machinery.EXTENSION_SUFFIXES, ".py"), key=len, reverse=True)
SECONDS = 60


def modules() -> dict[str, list[str]]:
    """Return the dotted names of what could be imported, by top-level name; a source and its compiled twin are one."""
    found: dict[str, dict[str, None]] = {}
    for path in sorted(ROOT.rglob("*")):
        suffix = next((each for each in SUFFIXES if path.name.endswith(each)), None)
        parts = path.relative_to(ROOT).parts
        if not suffix or path.is_dir():
            continue
        names = [*parts[:-1], parts[-1].removesuffix(suffix)]
        if names[-1] == "__init__":
            names.pop()
        if names and names[-1] != "__main__" and all(each.isidentifier() for each in names):
            found.setdefault(names[0], {})[".".join(names)] = None
    return {top: list(names) for top, names in found.items()}


def imported(names: list[str]) -> dict[str, str]:
    """Import names one after the other, in a process of their own and as many more as die of it."""
    outcomes: dict[str, str] = {}
    while len(outcomes) < len(names):
        reading, writing = os.pipe()
        if (pid := os.fork()) == 0:
            for descriptor in (0, 1):
                os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
            with os.fdopen(writing, "w") as report:
                for name in names[len(outcomes) :]:
                    signal.alarm(SECONDS)
                    print(json.dumps([name, tried(name)]), file=report, flush=True)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as report:
            outcomes.update(json.loads(line) for line in report)
        _, status = os.waitpid(pid, 0)
        if len(outcomes) < len(names):
            outcomes[names[len(outcomes)]] = f"ended the process: {os.waitstatus_to_exitcode(status)}"
    return outcomes


def tried(name: str) -> str:
    try:
        importlib.import_module(name)
    except BaseException as error:  # noqa: BLE001 - whatever a package raises is what is looked for
        return traceback.format_exception_only(error)[-1].strip()
    return ""


def described(distribution: importlib.metadata.Distribution) -> dict[str, object]:
    files = distribution.files
    return {
        "headers": (distribution.read_text("METADATA") or "").splitlines(),
        "requires": distribution.requires,
        "entry_points": sorted(f"{each.group}: {each.name} = {each.value}" for each in distribution.entry_points),
        "top_level": distribution.read_text("top_level.txt"),
        "has_files": files is not None,
        "absent": sorted(str(each) for each in files or () if not Path(each.locate()).exists()),
    }


if __name__ == "__main__":
    outcomes = {name: why for names in modules().values() for name, why in imported(names).items()}
    distributions = {each.name: described(each) for each in importlib.metadata.distributions(path=[str(ROOT)])}
    own = set(distributions)
    packages = {
        name: sorted(set(owners) & own)
        for name, owners in importlib.metadata.packages_distributions().items()
        if set(owners) & own
    }
    json.dump({"modules": outcomes, "distributions": distributions, "packages": packages}, sys.stdout)
