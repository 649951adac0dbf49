"""A look at one tree, taken in a sandbox: the accounts of all that there was to look at.

A probe that ends before its last word was ended by something that it looked at, if it works where there is nothing to
look at. What it gave no account of is then looked at again, each alone: so what ends it once more is known, and nothing
else is blamed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import VerificationError
from ...inside.look.bounds import LATE, Bounds
from ...inside.look.place import Place
from ...inside.look.values import Account, Asked, Bytecode, Described, Outcome, Plan
from ...terminal.characters import in_one_line
from ..template_environment import LEAST_MEMORY, TRIAL_REGION, lambda_environment
from .script import script

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...completed import Completed
    from ...inside.look.values import Handler, Subject
    from ..backend.protocol import Sandbox

PATIENCE = 1800.0
_BOUNDS = Bounds()
_EMULATED = 5  # times as long as native, at the least
_ENDED_IT = "it ended the process that watched it"
_NOWHERE = Place(python="", glibc="", machine="", runtime_modules=())
_NAME = "api"  # of a function that any layer could be for
_METADATA, _SERVICES = "metadata", "client: "
# What Lambda itself sets besides, and the runtime's client has where a function is invoked:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html. Nothing listens there.
_SET_BY_THE_RUNTIME = {
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
    "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    "AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1:2000",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
    "PYTHONPATH": "/var/runtime",
    "_HANDLER": "lambda_function.lambda_handler",
}


@dataclass(frozen=True, kw_only=True)
class WantedLook:
    """What is to be looked at, whatever the tree and the place.

    `runtime_provides` are the distributions that may come from the runtime itself.
    """

    subjects: tuple[Subject, ...] = ()
    distributions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    handlers: tuple[Handler, ...] = ()
    runtime_provides: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.subjects or self.distributions or self.services or self.handlers)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was seen, and where; `log` is what the looking process itself wrote to stderr."""

    place: Place
    accounts: tuple[Account, ...]
    log: str = ""

    def account(self, key: str) -> Account | None:
        return next((each for each in self.accounts if each.subject == key), None)

    def described(self) -> Iterator[Described]:
        """Yield what the process said that reads metadata, and imports nothing; nobody else speaks of it."""
        for each in self.accounts:
            for record in each.records if each.subject == _METADATA and not each.intruded else ():
                if isinstance(record, Described):
                    yield record
                elif isinstance(record, Outcome) and record.error:  # what it has to be read of ended the process
                    yield Described(distribution=record.what, error=record.error)

    def clients(self) -> Iterator[Outcome]:
        """Yield how the request to each AWS service ended, as the process says that was to ask it."""
        for each in self.accounts:
            services = set() if each.intruded else asked_services(each)
            yield from (record for record in outcomes(each) if record.kind == "client" and record.what in services)

    def shared_objects(self, subjects: Iterable[Subject]) -> dict[str, bool]:
        """Return whether each shared object was opened, by its path below python/, as the process says that was to."""
        return {each.what: not each.error for each in self._opened(subjects)}

    def imported_objects(self, subjects: Iterable[Subject]) -> frozenset[str]:
        """Return the paths of the shared objects that an import of these loads."""
        return frozenset(each.what for each in self._opened(subjects) if each.home)

    def _opened(self, subjects: Iterable[Subject]) -> Iterator[Outcome]:
        for subject in subjects:
            account = self.account(subject.key)
            for record in outcomes(account) if account else ():
                if record.kind == "shared object" and record.what in subject.shared:
                    yield record

    @property
    def is_late(self) -> bool:
        """Whether something took too long, which says as much of the machine, and of what else ran there."""
        return any(record.error.startswith(LATE) for each in self.accounts for record in outcomes(each))

    def and_also(self, other: Look) -> Look:
        return replace(self, accounts=(*self.accounts, *other.accounts), log=self.log + other.log)

    def to_json(self) -> str:
        return json.dumps([self.place.to_json(), [each.to_json() for each in self.accounts]])

    @classmethod
    def from_json(cls, text: str) -> Look:
        place, accounts = json.loads(text)
        return cls(place=Place.from_json(place), accounts=tuple(map(Account.from_json, accounts)))


def is_of_metadata(account: Account) -> bool:
    return account.subject == _METADATA


def asked_services(account: Account) -> set[str]:
    """Return the AWS services that a process was to ask something; none where that was not what it was for."""
    return set(account.subject.removeprefix(_SERVICES).split()) if account.subject.startswith(_SERVICES) else set()


def outcomes(account: Account) -> Iterator[Outcome]:
    """Yield what a process says that it tried; what it says of each is one line."""
    for record in account.records:
        if isinstance(record, Outcome):
            yield replace(record, error=in_one_line(record.error), at=in_one_line(record.at))


def asked(account: Account) -> frozenset[str]:
    """Return the top-level names that no import of this subject found."""
    return frozenset(name for record in account.records if isinstance(record, Asked) for name in record.names)


def bytecode(account: Account) -> Bytecode:
    none = Bytecode(compiled=(), misnamed=(), used=0)
    return next((record for record in account.records if isinstance(record, Bytecode)), none)


def take(sandbox: Sandbox, wanted: WantedLook, runtime: str, bounds: Bounds = _BOUNDS) -> Look:
    """Look at what a sandbox holds; raise VerificationError, which blames no package, where the look itself failed."""
    if sandbox.is_emulated:
        bounds = replace(bounds, filtered=False, silence=_EMULATED * bounds.silence, seconds=_EMULATED * bounds.seconds)
    look, done = _once(sandbox, wanted, runtime, bounds)
    if not look.place.python:
        look = replace(look, place=_place_alone(sandbox, wanted, runtime, bounds, done))
        for part in _missing(wanted, look):
            again, _ = _once(sandbox, part, runtime, bounds)
            look = look.and_also(again if again.place.python else replace(again, accounts=tuple(_ended(part))))
    if crashed := [each for each in look.accounts if each.crash]:
        what = f"failed itself at {crashed[0].subject}: a fault of the pipeline, and of no package"
        cure = "report it with what is above"
        raise VerificationError.of("the probe", what, cure=cure, log="".join(each.crash for each in crashed))
    return look


def _place_alone(sandbox: Sandbox, wanted: WantedLook, runtime: str, bounds: Bounds, ended: Completed) -> Place:
    """Run the probe where no package's code runs; return the place, and raise VerificationError where it fails, too."""
    look, _ = _once(sandbox, WantedLook(runtime_provides=wanted.runtime_provides), runtime, bounds)
    if not look.place.python:
        raise _unanswered(ended)
    return look.place


def _once(sandbox: Sandbox, wanted: WantedLook, runtime: str, bounds: Bounds) -> tuple[Look, Completed]:
    """Run the probe once; return what it gave, without a place where it did not come to its end, and how it ended."""
    plan = Plan(
        layer=sandbox.opt,
        code=sandbox.task,
        region=TRIAL_REGION,
        own_users=sandbox.own_users,
        subjects=wanted.subjects,
        distributions=wanted.distributions,
        services=wanted.services,
        handlers=wanted.handlers,
        bounds=bounds,
        runtime_provides=wanted.runtime_provides,
    )
    environment = lambda_environment(_NAME, TRIAL_REGION, memory=LEAST_MEMORY, runtime=runtime)
    variables = {**environment, **_SET_BY_THE_RUNTIME, "LAMBDA_TASK_ROOT": sandbox.task}
    done = sandbox.run(script(), plan.to_json(), variables, _patience(wanted, bounds))
    place, accounts = _NOWHERE, []
    for line in done.stdout.splitlines():
        try:
            kind, content = json.loads(line)
            if kind == "account":
                accounts.append(Account.from_json(content))
            else:
                place = Place.from_json(content)
        except (ValueError, TypeError, KeyError):  # a line that is none is no account: it is looked at again, alone
            return Look(place=_NOWHERE, accounts=tuple(accounts), log=done.stderr), done
    return Look(place=place, accounts=tuple(accounts), log=done.stderr), done


def _patience(wanted: WantedLook, bounds: Bounds) -> float:
    """Return how long a look may take, in seconds: so long that whatever takes too long passes its own bound before."""
    return PATIENCE + bounds.seconds * (len(wanted.subjects) + len(wanted.handlers) + len(wanted.services) + 1)


def _unanswered(done: Completed) -> VerificationError:
    return VerificationError.of(
        "the probe",
        f"ended with exit code {done.code} and without an answer",
        cause="the runtime's Python could not run it; this is a fault of the pipeline, and of no package",
        cure="see its output above",
        log=f"{done.stderr}{done.stdout[-2000:]}",
    )


def _missing(wanted: WantedLook, look: Look) -> Iterator[WantedLook]:
    """Yield what a look gave no account of, each by itself."""
    seen = {each.subject for each in look.accounts}
    one = WantedLook(runtime_provides=wanted.runtime_provides)
    described = {each.distribution for each in look.described()}
    yield from (replace(one, distributions=(each,)) for each in wanted.distributions if each not in described)
    answered = {each.what for each in look.clients()}
    yield from (replace(one, services=(each,)) for each in wanted.services if each not in answered)
    yield from (replace(one, subjects=(each,)) for each in wanted.subjects if each.key not in seen)
    yield from (replace(one, handlers=(each,)) for each in wanted.handlers if each.key not in seen)


def _ended(part: WantedLook) -> Iterator[Account]:
    """Yield the account of what ended the probe even when it was looked at alone."""
    keys = [each.key for each in part.subjects] + [each.key for each in part.handlers]
    for name in (*keys, *(f"{_SERVICES}{each}" for each in part.services)):
        yield Account(subject=name, records=(), intruded=_ENDED_IT)
    for name in part.distributions:
        yield Account(subject=_METADATA, records=(Described(distribution=name, error=_ENDED_IT),))


def by_kind(account: Account | None) -> Mapping[tuple[str, str], Outcome]:
    """Return an account's outcomes by what they are about; none where there is no account."""
    return {(each.kind, each.what): each for each in outcomes(account)} if account else {}
