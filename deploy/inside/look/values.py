"""The plan of a look and what comes of it: typed values, as JSON across the border between host and runtime image.

A look is taken at one unpacked tree: the reference, which is what pip installs from the wheels, or a final zip. It
judges nothing. Each process that a look starts reports on one subject alone; its account is written by the process
that started it, and the host makes the verdict of two looks.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ..strict import Reader
from .bounds import Bounds

# Bound before any package's code runs, which may replace the module's.
_dumps = json.dumps
Kind = Literal["module", "shared object", "resources", "client", "handler", "metadata"]


@dataclass(frozen=True, kw_only=True)
class DataFiles:
    """The files beside the modules of one package that are no modules, by name."""

    package: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A top-level package as one distribution has it: `roots` are the highest names that run code when imported.

    `modules` are dotted names, `shared` paths below python/ of shared objects, extension modules or not.
    """

    distribution: str
    top: str
    roots: tuple[str, ...]
    modules: tuple[str, ...]
    shared: tuple[str, ...]
    data: tuple[DataFiles, ...]

    @property
    def key(self) -> str:
        return f"{self.distribution}: {self.top}"


@dataclass(frozen=True, kw_only=True)
class Handler:
    """A function's handler as Lambda names it, with all of the function's environment."""

    key: str
    handler: str
    environment: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to look at. `layer` and `code` are folders: /opt and /var/task, or those that take their places.

    `distributions` are those whose metadata is read, `services` those of AWS that a client asks something of.
    `own_users` lets every subject run as a user of its own, which takes root's right to choose one; `bounds` are those
    of each subject by itself.
    `runtime_provides` are distributions that may be imported from the runtime, with what they require.
    """

    layer: str
    code: str
    region: str
    own_users: bool
    subjects: tuple[Subject, ...] = ()
    distributions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    handlers: tuple[Handler, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)
    runtime_provides: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        raw = json.loads(text)
        subjects = tuple(_subject(each) for each in raw.pop("subjects"))
        handlers = tuple(
            Handler(**{**each, "environment": tuple((name, value) for name, value in each["environment"])})
            for each in raw.pop("handlers")
        )
        bounds = Bounds(**raw.pop("bounds"))
        return cls(
            subjects=subjects, handlers=handlers, bounds=bounds, **{name: frozen(value) for name, value in raw.items()}
        )


def _subject(raw: dict[str, Any]) -> Subject:
    files = tuple(DataFiles(package=each["package"], names=tuple(each["names"])) for each in raw.pop("data"))
    return Subject(data=files, **{name: frozen(value) for name, value in raw.items()})


@dataclass(frozen=True, kw_only=True)
class Begun:
    """The process is about to run code that may end it."""

    kind: Kind
    what: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One thing that was tried. `error` is what was raised in one line, empty where it works.

    `at` is the file and line that raised, `home` where a module was found (layer, code, python, runtime), or a shared
    object that an import had loaded, `ms` how long it took, with all that it imported itself. `note` is what else is
    worth knowing, such as the error that a request is expected to end with.
    """

    kind: Kind
    what: str
    error: str = ""
    at: str = ""
    home: str = ""
    ms: float = 0.0
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Described:
    """What importlib.metadata answers about a distribution; `home` is "" where it finds none.

    `files` is None where it has no RECORD, `absent` are those of them that are not there, `packages` the import names
    that lead to the distribution. `error` is what it raises where it cannot read what it found.
    """

    distribution: str
    error: str = ""
    version: str = ""
    home: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    requires: tuple[str, ...] = ()
    entry_points: tuple[str, ...] = ()
    files: tuple[str, ...] | None = None
    absent: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A top-level name that an import looked for and did not find; `names` are all of one subject."""

    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Bytecode:
    """What became of the bytecode of a layer, or of the code.

    `compiled` are modules that were compiled when imported, `misnamed` those whose bytecode names another file, `used`
    says how many used theirs.
    """

    compiled: tuple[str, ...]
    misnamed: tuple[tuple[str, str], ...]
    used: int


@dataclass(frozen=True, kw_only=True)
class Crash:
    """The look's own code failed; before any code of a package ran, that is a fault of the pipeline, and of none."""

    trace: str


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The last word of a process; `changed` names the parts of the look that are no longer what they were."""

    changed: tuple[str, ...] = ()


Record = Begun | Outcome | Described | Asked | Bytecode | Crash | Finished
# Made before any package's code runs, as above.
_READER: Reader[Record] = Reader((Begun, Outcome, Described, Asked, Bytecode, Crash, Finished))


def written(record: Record) -> str:
    """Write a record as one line of JSON."""
    return _dumps({"record": type(record).__name__, **asdict(record)})


def read(line: str) -> Record:
    """Read what `written` wrote; raise ValueError where a line is anything else."""
    return _READER.read(line)


@dataclass(frozen=True, kw_only=True)
class Account:
    """What is known of one subject, written by the process that watched it.

    `intruded` says how something tried to speak in its place, `crash` is a failure of the look itself; both are ""
    where there is nothing. `printed` counts bytes, of which `tail` are the last.
    """

    subject: str
    records: tuple[Record, ...]
    intruded: str = ""
    crash: str = ""
    printed: int = 0
    tail: str = ""

    def to_json(self) -> str:
        return json.dumps({**_plain(self), "records": [written(each) for each in self.records]})

    @classmethod
    def from_json(cls, text: str) -> Account:
        raw = json.loads(text)
        return cls(**{**raw, "records": tuple(read(each) for each in raw["records"])})


def _plain(account: Account) -> dict[str, object]:
    fields = ("subject", "intruded", "crash", "printed", "tail")
    return {name: getattr(account, name) for name in fields}


def frozen(value: object) -> Any:
    """Return what JSON gave with its lists as tuples, however deep."""
    return tuple(frozen(each) for each in value) if isinstance(value, list) else value
