"""Everything that the pipeline refuses, in one tree.

    PipelineError            a refused run: exit code 1, the message, no traceback
    ├── UsageError           the command line is wrong: exit code 2, with the command's usage
    ├── ConfigError          config/pipeline.yaml or the environment is wrong
    ├── LockError            requirements.txt cannot be used, or does not follow from requirements.in
    ├── EngineError          no container engine, or it failed
    ├── BuildError           the layer could not be assembled
    ├── VerificationError    the layer was built and is not fit to ship
    ├── AwsError             AWS refused a call
    └── RolloutError         a release could not be made live, and what it left

Anything else that escapes is a bug of the pipeline and keeps its traceback.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


_SHOWN = 40  # words of which one can be chosen


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where it is, what happened, the likely cause, what to do next."""

    where: str
    what: str
    cause: str = ""
    cure: str = ""

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        lines += [f"    cause: {self.cause}"] if self.cause else []
        lines += [f"    do:    {self.cure}"] if self.cure else []
        return "\n".join(lines)


class PipelineError(Exception):
    """A run that is refused. It holds every fault found, not just the first.

    >>> print(PipelineError.of("config/pipeline.yaml", "no such file", cure="write one"))
    config/pipeline.yaml: no such file
        do:    write one
    """

    exit_code = 1

    def __init__(self, faults: Iterable[Fault], *, log: str = "") -> None:
        self.faults = tuple(faults)
        self.log = log
        super().__init__(*self.faults)

    @classmethod
    def of(cls, where: str, what: str, *, cause: str = "", cure: str = "", log: str = "") -> Self:
        """Make an error of a single fault; `log` is the raw output it comes from, and is never dropped."""
        return cls([Fault(where, what, cause, cure)], log=log)

    def __str__(self) -> str:
        text = "\n".join(str(fault) for fault in self.faults)
        return f"{self.log.rstrip()}\n\n{text}" if self.log else text


class UsageError(PipelineError):
    """A command line that cannot be understood; `usage` is how the command is called."""

    exit_code = 2

    def __init__(self, faults: Iterable[Fault], *, usage: str = "") -> None:
        super().__init__(faults)
        self.usage = usage

    def __str__(self) -> str:
        return f"{self.usage}{super().__str__()}"


class ConfigError(PipelineError):
    pass


class LockError(PipelineError):
    pass


class EngineError(PipelineError):
    pass


class BuildError(PipelineError):
    pass


class VerificationError(PipelineError):
    pass


class AwsError(PipelineError):
    pass


class RolloutError(PipelineError):
    pass


def suggest(word: str, known: Collection[str]) -> str:
    """Say what to do about a word that is not known: take the one that was probably meant, or one of these.

    A number is never taken for another one.

    >>> suggest("proud", ["dev", "prod"]), suggest("python3.10", ["python3.11", "python3.12"])
    ('did you mean prod?', 'use one of: python3.11, python3.12')
    """
    near = meant(word, known)
    return f"did you mean {near}?" if near else f"use one of: {_named(sorted(known)) or 'none is defined'}"


def meant(word: str, known: Collection[str]) -> str:
    """Return the word that was probably meant, empty where none is near.

    >>> meant("3.11", ["python3.11", "python3.12"]), meant("python3.10", ["python3.11"])
    ('python3.11', '')
    """
    ends = [each for each in known if word and word[0].isdigit() and each.endswith(word)]
    if len(ends) == 1:
        return ends[0]
    import difflib

    # Two short options are much alike by their hyphens alone.
    bare = {each.lstrip("-"): each for each in known}
    near = [bare[each] for each in difflib.get_close_matches(word.lstrip("-"), bare, n=1)]
    return near[0] if near and _letters(near[0]) != _letters(word) else ""


def _named(words: Sequence[str]) -> str:
    others = len(words) - _SHOWN
    return ", ".join([*words[:_SHOWN], *([f"and {others} more"] if others > 0 else [])])


def _letters(word: str) -> str:
    """Return a word without its digits."""
    return "".join(each for each in word if not each.isdigit())
