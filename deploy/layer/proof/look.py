"""A look at one tree, taken in a sandbox: the accounts of all that there was to look at.

A probe that ends before its last word was ended by something that it looked at. What it gave no account of is then
looked at again, each alone: so what ends it once more is known, and nothing else is blamed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import VerificationError
from ...inside.look.bounds import Bounds
from ...inside.look.place import Place
from ...inside.look.values import Account, Asked, Bytecode, Described, Outcome, Plan
from ..template_environment import LEAST_MEMORY, TRIAL_REGION, lambda_environment
from .script import script

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...completed import Completed
    from ...inside.look.values import Handler, Subject
    from ..backend.protocol import Sandbox

PATIENCE = 1800.0
_BOUNDS = Bounds()
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
        said = (record for each in self.accounts if each.subject == _METADATA for record in each.records)
        return (record for record in said if isinstance(record, Described))

    def clients(self) -> Iterator[Outcome]:
        """Yield how the request to each AWS service ended, as the process says that was to ask it."""
        for each in self.accounts:
            services = each.subject.removeprefix(_SERVICES).split() if each.subject.startswith(_SERVICES) else []
            yield from (record for record in outcomes(each) if record.kind == "client" and record.what in services)

    def shared_objects(self, subjects: Iterable[Subject]) -> dict[str, bool]:
        """Return whether each shared object was opened, by its path below python/, as the process says that was to."""
        seen = ((subject, self.account(subject.key)) for subject in subjects)
        return {
            record.what: not record.error
            for subject, account in seen
            for record in (outcomes(account) if account else ())
            if record.kind == "shared object" and record.what in subject.shared
        }

    def and_also(self, other: Look) -> Look:
        return replace(self, accounts=(*self.accounts, *other.accounts), log=self.log + other.log)

    def to_json(self) -> str:
        return json.dumps([self.place.to_json(), [each.to_json() for each in self.accounts]])

    @classmethod
    def from_json(cls, text: str) -> Look:
        place, accounts = json.loads(text)
        return cls(place=Place.from_json(place), accounts=tuple(map(Account.from_json, accounts)))


def outcomes(account: Account) -> Iterator[Outcome]:
    return (record for record in account.records if isinstance(record, Outcome))


def asked(account: Account) -> frozenset[str]:
    """Return the top-level names that no import of this subject found."""
    return frozenset(name for record in account.records if isinstance(record, Asked) for name in record.names)


def bytecode(account: Account) -> Bytecode:
    none = Bytecode(compiled=(), misnamed=(), used=0)
    return next((record for record in account.records if isinstance(record, Bytecode)), none)


def take(sandbox: Sandbox, wanted: WantedLook, runtime: str, bounds: Bounds = _BOUNDS) -> Look:
    """Look at what a sandbox holds; raise VerificationError, which blames no package, where the look itself failed."""
    look, whole = _once(sandbox, wanted, runtime, bounds)
    if not whole:
        for part in _missing(wanted, look):
            again, whole = _once(sandbox, part, runtime, bounds)
            look = look.and_also(again if whole else replace(again, accounts=tuple(_ended(part))))
    if crashed := [each for each in look.accounts if each.crash]:
        what = f"failed itself at {crashed[0].subject}: a fault of the pipeline, and of no package"
        cure = "report it with what is above"
        raise VerificationError.of("the probe", what, cure=cure, log="".join(each.crash for each in crashed))
    return look


def _once(sandbox: Sandbox, wanted: WantedLook, runtime: str, bounds: Bounds) -> tuple[Look, bool]:
    """Run the probe once; return what it gave, and whether it came to its end."""
    plan = Plan(
        layer=sandbox.opt,
        code=sandbox.task,
        region=TRIAL_REGION,
        own_users=sandbox.own_users,
        subjects=wanted.subjects,
        distributions=wanted.distributions,
        services=wanted.services,
        handlers=wanted.handlers,
        bounds=replace(bounds, filtered=bounds.filtered and not sandbox.is_emulated),
        runtime_provides=wanted.runtime_provides,
    )
    environment = lambda_environment(_NAME, TRIAL_REGION, memory=LEAST_MEMORY, runtime=runtime)
    variables = {**environment, **_SET_BY_THE_RUNTIME, "LAMBDA_TASK_ROOT": sandbox.task}
    done = sandbox.run(script(), plan.to_json(), variables, PATIENCE)
    try:
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        accounts = tuple(Account.from_json(content) for kind, content in lines if kind == "account")
        places = [Place.from_json(content) for kind, content in lines if kind == "place"]
    except ValueError as error:
        raise _unanswered(done) from error
    if not places and not accounts and done.code > 0:
        raise _unanswered(done)
    place = places[0] if places else Place(python="", glibc="", machine="", runtime_modules=())
    return Look(place=place, accounts=accounts, log=done.stderr), bool(places)


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
    if wanted.distributions and not any(look.described()):
        yield replace(one, distributions=wanted.distributions)
    answered = {each.what for each in look.clients()}
    yield from (replace(one, services=(each,)) for each in wanted.services if each not in answered)
    yield from (replace(one, subjects=(each,)) for each in wanted.subjects if each.key not in seen)
    yield from (replace(one, handlers=(each,)) for each in wanted.handlers if each.key not in seen)


def _ended(part: WantedLook) -> Iterator[Account]:
    """Yield the account of what ended the probe even when it was looked at alone."""
    names = [each.key for each in part.subjects] + [each.key for each in part.handlers]
    names += [f"{_SERVICES}{each}" for each in part.services] or ([] if names else [_METADATA])
    for name in names:
        yield Account(subject=name, records=(), intruded="it ended the process that watched it")


def by_kind(account: Account | None) -> Mapping[tuple[str, str], Outcome]:
    """Return an account's outcomes by what they are about; none where there is no account."""
    return {(each.kind, each.what): each for each in outcomes(account)} if account else {}
