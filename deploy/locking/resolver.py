"""The newest versions that fit one target, and the wheels of each that it can use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import Fault, LockError
from . import wheels
from .uv import log as uv_log
from .uv.interpreter import interpreter
from .uv.refusals import UNHEARD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..settings import Target
    from .uv.call import Uv
    from .wanted import Wanted
    from .wheels import LockedWheel

_PREFERRED = "pylock.toml"
_LIMITS = "limits.txt"
_ROUNDS = 20  # of leaving out versions whose wheels say nothing of the glibc that they need


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """One distribution: the names of those that need it, "" for the requirements, and its wheels that fit."""

    name: str
    version: str
    needed_by: frozenset[str]
    wheels: tuple[LockedWheel, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What fits a target. `unfit` maps a name to the newest version that did not fit, where it is newer.

    `yanked` is what to tell of versions that their publishers took back.
    """

    packages: tuple[Resolved, ...]
    unfit: Mapping[str, str]
    yanked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Resolver:
    """`versions` maps a runtime to its whole Python version."""

    uv: Uv
    wanted: Wanted
    versions: Mapping[str, str]

    def resolve(
        self,
        target: Target,
        preferred: Mapping[str, str],
        upgrade: Sequence[str] = (),
        limits: Mapping[str, str] | None = None,
        *,
        tells_unfit: bool = False,
    ) -> Answer:
        """Resolve for a target, keeping the `preferred` versions (by name) wherever they are possible.

        `upgrade` holds uv's options of that name, `limits` the newest version that a name may have. What did not fit is
        known with `tells_unfit` alone. Raises LockError with uv's own words. A version whose every wheel is for
        "linux", whatever its glibc, is passed over.
        """
        without: list[tuple[str, str]] = []
        log_of = uv_log.UNFIT if tells_unfit else uv_log.NEEDED_BY
        least = [*self.wanted.limits, *_at_most(limits or {})]
        for _ in range(_ROUNDS):
            try:
                answer = self._answer(target, preferred, upgrade, [*least, *_but(without)], log_of)
            except LockError as error:
                if without:
                    raise LockError([_untold(*each) for each in without], log=error.log) from error
                raise
            untold = [(each.name, each.version) for each in answer.packages if not each.wheels]
            if not untold:
                return answer
            without += untold
        raise LockError([_untold(*each) for each in without])

    def newest(self, target: Target, names: Mapping[str, str]) -> dict[str, Resolved]:
        """Return the newest version of each that fits a target, up to the one given; none where none fits.

        Raises LockError where no index answers.
        """
        if not names:
            return {}
        lines = [f"{name}<={version}" for name, version in names.items()]
        try:
            pylock, _ = self.uv.compile(interpreter(target, self.versions), lines, {}, "--no-deps")
        except LockError as error:
            if any(each.what == UNHEARD for each in error.faults):
                raise
            if len(names) == 1:
                return {}
            apart = [self.newest(target, {name: version}) for name, version in names.items()]
            return {name: found for each in apart for name, found in each.items()}
        return {
            name: Resolved(name=name, version=each.version, needed_by=frozenset(), wheels=each.wheels)
            for name, each in wheels.listed(pylock).items()
        }

    def _answer(
        self, target: Target, preferred: Mapping[str, str], upgrade: Sequence[str], limits: Sequence[str], log_of: str
    ) -> Answer:
        files = {_PREFERRED: preferring(preferred)} if preferred else {}
        files |= {_LIMITS: "\n".join(limits) + "\n"} if limits else {}
        options = ["-o", _PREFERRED, *(("--constraint", _LIMITS) if limits else ()), *upgrade]
        options += ["--prerelease", "allow"] if self.wanted.prerelease else []
        python = interpreter(target, self.versions)
        pylock, log = self.uv.compile(python, self.wanted.lines, files, *options, log_of=log_of)
        listed = wheels.listed(pylock)
        told = uv_log.read(log, {name: each.version for name, each in listed.items()})
        found = tuple(
            Resolved(
                name=name,
                version=each.version,
                needed_by=told.needed_by[name],
                wheels=tuple(wheel for wheel in each.wheels if wheels.fits(wheel, target)),
            )
            for name, each in listed.items()
        )
        return Answer(packages=found, unfit=told.unfit, yanked=told.yanked)


def preferring(preferred: Mapping[str, str]) -> str:
    """Write versions as uv reads those that it is to keep: a lock that was there before."""
    entries = (f'[[packages]]\nname = "{name}"\nversion = "{version}"' for name, version in preferred.items())
    packages = list(entries) or ["packages = []"]
    return "\n".join(['lock-version = "1.0"', 'created-by = "channelwright"', *packages]) + "\n"


def _at_most(limits: Mapping[str, str]) -> list[str]:
    return [f"{name}<={version}" for name, version in limits.items()]


def _but(without: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{name}!={version}" for name, version in without]


def _untold(name: str, version: str) -> Fault:
    return Fault(
        f"{name}=={version}",
        "has no wheel that says which glibc it needs",
        cause="its wheels for Linux are tagged `linux`, as a build on some machine is before `auditwheel repair`",
        cure="repair them with auditwheel and publish them again, or use another version or package",
    )
