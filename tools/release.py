"""What `nox -s package` makes of a tag: the text of the release, and packages that are fit to be published.

    python -m tools.release text TAG FILE     writes the changelog's section of this version
    python -m tools.release packages FOLDER   looks at what was built, and starts the command that it brings

Exit code 1, with every reason, where the tag, pyproject.toml, the pipeline and CHANGELOG.md do not name one version,
or the packages are not one sdist and one wheel that brings the command and nothing of the bot.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from deploy import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[1]
COMMAND = "channelwright"
_TAG = re.compile(r"v(\d+\.\d+\.\d+)")
_SECTION = re.compile(r"^## \[?(?P<version>[^\]\s]+)\]?[^\n]*\n(?P<text>.*?)(?=^## |^\[|\Z)", re.MULTILINE | re.DOTALL)


def section(changelog: str, version: str) -> str | None:
    """Return what a changelog in the format of keepachangelog.com says of a version; None where it has no section."""
    found = {each["version"]: each["text"].strip() for each in _SECTION.finditer(changelog)}
    return found.get(version)


def disagreements(tag: str, project: Path) -> Iterator[str]:
    """Yield what does not fit a tag, each with what to do."""
    named = _TAG.fullmatch(tag)
    if named is None:
        yield f"{tag}: is no tag of a release; it is vMAJOR.MINOR.PATCH"
        return
    version = named[1]
    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("version")
    for where, other in {"pyproject.toml: version": declared, "deploy/__init__.py: __version__": __version__}.items():
        if other not in {version, None}:
            yield f"{where} is {other}, the tag {tag}: set it before the commit is tagged"
    if not section((project / "CHANGELOG.md").read_text(encoding="utf-8"), version):
        yield f"CHANGELOG.md: has no section {version} with text: give Unreleased this version and the day"


def unfit(packages: Path, bot: Path) -> Iterator[str]:
    """Yield why what was built is not what is to be published."""
    names = sorted(path.name for path in packages.iterdir() if not path.name.startswith("."))
    wheels = [each for each in names if each.endswith(".whl")]
    if len(wheels) != 1 or len(names) != len(wheels) + sum(each.endswith(".tar.gz") for each in names):
        yield f"{packages}: holds {', '.join(names) or 'nothing'}, not one wheel and its sdist"
        return
    with ZipFile(packages / wheels[0]) as wheel:
        files = wheel.namelist()
        entries = "".join(wheel.read(each).decode() for each in files if each.endswith(".dist-info/entry_points.txt"))
    if not (
        brought := re.search(rf"^\[console_scripts\][^\[]*^{COMMAND}\s*=\s*(\w+)", entries, re.MULTILINE | re.DOTALL)
    ):
        yield f"{wheels[0]}: brings no command {COMMAND}"
    own = {path.name for path in bot.iterdir()}
    for each in sorted({file.partition("/")[0] for file in files}):
        if each in own:
            yield f"{wheels[0]}: holds {each}, which is the bot's"
        elif not each.endswith(".dist-info") and brought and each != brought[1]:
            yield f"{wheels[0]}: holds {each} beside {brought[1]}, which is the pipeline"


def unstartable(packages: Path) -> Iterator[str]:
    """Yield why the command does not start, in an environment of its own, and say which version it is."""
    (wheel,) = packages.glob("*.whl")
    line = ["uv", "tool", "run", "--isolated", "--from", str(wheel), COMMAND, "--version"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode or __version__ not in done.stdout.split():
        yield f"{wheel.name}: {COMMAND} --version: {(done.stderr or done.stdout).strip() or 'says nothing'}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    tasks = parser.add_subparsers(dest="task", required=True)
    text = tasks.add_parser("text")
    text.add_argument("tag")
    text.add_argument("file", type=Path)
    tasks.add_parser("packages").add_argument("folder", type=Path)
    asked = parser.parse_args(arguments)
    if asked.task == "text":
        wrong = list(disagreements(asked.tag, PROJECT))
    else:
        wrong = list(unfit(asked.folder, PROJECT / "src")) or list(unstartable(asked.folder))
    for each in wrong:
        print(each, file=sys.stderr)
    if not wrong and asked.task == "text":
        asked.file.parent.mkdir(parents=True, exist_ok=True)
        said = section((PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), asked.tag.removeprefix("v"))
        asked.file.write_text(f"{said}\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
