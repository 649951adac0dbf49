"""What git says of the commit that a source is at, for build backends that make a version of it: facts, no version.

Those backends ask git, which a build in the runtime has neither of. They also read what `git archive` writes down for
those who have no repository, and make the same version of that, by their own configuration:
https://setuptools-scm.readthedocs.io/en/latest/usage/#git-archives, dunamai's .git_archival.json. So `lock` asks git
once and records the answer, and every build, anywhere and later, is given that answer.
"""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import Fault, LockError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    # Asks git in a repository; None where it does not say.
    Ask = Callable[..., str | None]

READERS = frozenset({"setuptools-scm", "vcs-versioning", "dunamai"})
"""The distributions that read what is written here; hatch-vcs, flit-scm, uv-dynamic-versioning … are made of them."""

# What setuptools-scm asks, and so what it expects: https://setuptools-scm.readthedocs.io/en/latest/config/.
_DESCRIBE = ("--tags", "--long", "--match", "*[0-9]*")
_COMMANDS = ("git_describe_command", "describe_command")
# Options that say which tag counts. Others, such as --dirty, are of the folder and not of the commit.
_CHOOSING = re.compile(
    r"--(?:tags|all|long|first-parent|exact-match|dirty.*|abbrev=\d+|candidates=\d+|(?:match|exclude)=.+)"
)
_LINE = re.compile(
    r"^# Its version follows from (?P<name>\S+), commit (?P<commit>[0-9a-f]{40,64}) of (?P<date>\S+)"
    r"(?:, in (?P<within>.+))?; its files are (?P<files>[0-9a-f]{64})$",
    re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True)
class CommitDescription:
    """`name` is what `git describe` calls the commit, `date` the committer's (ISO 8601).

    `within` is the source's folder in its repository, empty at its top; `files` the digest that it had then.
    """

    name: str
    commit: str
    date: str
    within: str
    files: str

    @property
    def line(self) -> str:
        """Write it as a comment that `recorded` reads."""
        within = f", in {self.within}" if self.within else ""
        return (
            f"# Its version follows from {self.name}, commit {self.commit} of {self.date}{within}; "
            f"its files are {self.files}"
        )

    def added(self, files: Mapping[str, bytes], subdirectory: str) -> tuple[dict[str, bytes], str]:
        """Return a source's files where they lie in its repository, and its project's folder there.

        What is known of the commit is at the top and in that folder: setuptools-scm before 10 looks into the latter.
        """
        lines = {"node": self.commit, "node-date": self.date, "describe-name": self.name}
        text = "".join(f"{key}: {value}\n" for key, value in lines.items())
        known = {"hash-full": self.commit, "hash-short": self.commit[:7], "timestamp": self.date, "refs": ""}
        known |= {"describe": self.name}
        top = f"{self.within}/" if self.within else ""
        folder = "/".join(filter(None, (self.within, subdirectory)))
        made = {f"{top}{path}": content for path, content in files.items()}
        for each in {"", f"{folder}/" if folder else ""}:
            made |= {f"{each}.git_archival.txt": text.encode()}
            made |= {f"{each}.git_archival.json": json.dumps(known).encode()}
        return made, folder


def recorded(text: str) -> CommitDescription | None:
    """Read what a section of the build requirements says; None where it says nothing."""
    match = _LINE.search(text)
    return CommitDescription(**{key: value or "" for key, value in match.groupdict().items()}) if match else None


def described(  # noqa: PLR0913 - of whom, what it says of itself, for whom, and where it lies
    ask: Ask, pyproject: bytes, place: str, readers: Collection[str], *, within: str, digest: str
) -> CommitDescription:
    """Ask git of the commit that HEAD is in its repository.

    `pyproject` is its pyproject.toml, which says which tags count, `readers` are the distributions that building takes.
    Raises LockError where no tag is in reach because the clone has not the whole history, or where they are chosen in a
    way that is not obeyed here.
    """
    options, fallback = _asked(pyproject, place)
    # What setuptools-scm became shortens a commit by itself.
    length = ("--abbrev=40",) if "vcs-versioning" in readers else ()
    commit, date = (ask("log", "-1", f"--format={each}", "HEAD") or "" for each in ("%H", "%cI"))
    name = ask("describe", *length, *options, "HEAD") or ""
    if not name:
        if ask("rev-parse", "--is-shallow-repository") == "true":
            cause = "its version comes from git's tags, and this clone has not the whole history"
            cure = "`git fetch --unshallow --tags`; in GitHub Actions, `fetch-depth: 0` for actions/checkout"
            raise LockError([Fault(place, "has no tag in reach", cause, cure)])
        # What setuptools-scm takes where nothing was ever tagged.
        number, short = ask("rev-list", "--count", "HEAD"), ask("rev-parse", "--short", "HEAD")
        name = f"{fallback or '0.0'}-{number}-g{commit if length else short}"
    return CommitDescription(name=name, commit=commit, date=date, within=within, files=digest)


def is_read_by(names: Collection[str]) -> bool:
    """Tell whether one of the distributions that building takes makes a version of it."""
    return not READERS.isdisjoint(names)


def _asked(pyproject: bytes, place: str) -> tuple[tuple[str, ...], str]:
    """Return the options of `git describe` that a project asks for, and the version that it has without tags."""
    try:
        document = tomllib.loads(pyproject.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LockError([Fault(f"{place}: pyproject.toml", "is not TOML", str(error))]) from error
    found = dict(_settings(document.get("tool", {})))
    fallback = str(found.get("fallback_version", ""))
    command = next((found[each] for each in _COMMANDS if each in found), None)
    if command is None:
        return _DESCRIBE, fallback
    words = [str(each) for each in command] if isinstance(command, list) else shlex.split(str(command))
    options = [each for each in _joined(words[2:]) if not each.startswith("--dirty")]
    if words[:2] != ["git", "describe"] or not all(_CHOOSING.fullmatch(each) for each in options):
        cure = "use `git describe` with --tags, --match and --exclude, or give it a version in its pyproject.toml"
        raise LockError([Fault(place, f"{' '.join(words)} is not run here", "it names how its version is made", cure)])
    return tuple(options), fallback


def _settings(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield keys and values of a table and all within it."""
    for key, value in table.items():
        yield key, value
        if isinstance(value, dict):
            yield from _settings(value)


def _joined(words: list[str]) -> Iterator[str]:
    """Yield options in one word each, `--match X` as `--match=X`."""
    left = iter(words)
    for word in left:
        yield f"{word}={next(left, '')}" if word in {"--match", "--exclude", "--abbrev", "--candidates"} else word
