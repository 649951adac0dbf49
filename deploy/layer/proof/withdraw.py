"""Which trim rule made a difference: by the path that an error names, else by trying one after the other.

The build reports file by file which rule took or changed what of which distribution. A rule that the error points to
is tried first; then those that touched the distribution, or the one whose line raised. What a user excluded by path
is not given back: it was asked for with a reason. It is a remark, or a fault where a top-level package needs it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..cache_key import digest, proven_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ...inside.exchange import Applied
    from ..spec import LayerSpec
    from .judge import Worse
    from .reference import KeptReference

EXCLUDE, BYTECODE = "exclude", "bytecode"
_MODULE = re.compile(r"No module named '([^']+)'")
_NAME = re.compile(r"cannot import name '([^']+)' from (?:partially initialized module )?'([^']+)'")
_PATH = re.compile(r"/python/([^\s'\":)]+)")


@dataclass(frozen=True)
class Rule:
    """A trim rule, for one distribution."""

    name: str
    distribution: str

    def __str__(self) -> str:
        return f"{self.name} for {self.distribution}"


@dataclass
class Withdrawals:
    """What was found to break something, and what was tried and did not help."""

    applied: Sequence[Applied]
    found: dict[Rule, Worse] = field(default_factory=dict)
    tried: dict[tuple[str, str], set[Rule]] = field(default_factory=dict)
    picked: dict[Rule, list[Worse]] = field(default_factory=dict)

    def next(self, worse: Iterable[Worse]) -> bool:
        """Pick a rule to try for each difference that is left; say whether there is any."""
        left = list(worse)
        self._learn({each.key for each in left})
        self.picked = {}
        before = {about: set(rules) for about, rules in self.tried.items()}
        for each in left:
            tried = before.get((each.kind, each.error), set()) | set(self.found)
            rule = next((rule for rule in candidates(each, self.applied) if rule not in tried), None)
            if rule is not None:
                # By the error: what comes back with a rule that did not help fails for the same reason.
                self.tried.setdefault((each.kind, each.error), set()).add(rule)
                self.picked.setdefault(rule, []).append(each)
        return bool(self.picked)

    def _learn(self, left: set[tuple[str, str, str]]) -> None:
        """Keep the rules without which a difference is gone."""
        for rule, because in self.picked.items():
            gone = [each for each in because if each.key not in left]
            if gone:
                self.found[rule] = gone[0]

    def done(self) -> None:
        """Note that no difference is left."""
        self._learn(set())
        self.picked = {}

    @property
    def by_distribution(self) -> dict[str, tuple[str, ...]]:
        """Return the rules to withdraw now, those found and those to be tried."""
        rules = [*self.found, *self.picked]
        names = sorted({rule.distribution for rule in rules})
        return {name: tuple(sorted({rule.name for rule in rules if rule.distribution == name})) for name in names}


def excluded(worse: Worse, applied: Sequence[Applied]) -> str:
    """Return the path that the user's own `exclude` took and that a difference points to, or nothing."""
    paths = list(_named(worse))
    for each in applied:
        if each.rule == EXCLUDE and (hit := next((path for path in each.taken if _is_of(path, paths)), None)):
            return hit
    return ""


def took(error: str, applied: Sequence[Applied]) -> Rule | None:
    """Return the rule that took what an error names, where one did."""
    paths = list(_spelt(error))
    hits = (each for each in applied if each.rule != EXCLUDE and any(_is_of(path, paths) for path in each.taken))
    return next((Rule(each.rule, each.distribution) for each in hits), None)


def candidates(worse: Worse, applied: Sequence[Applied]) -> list[Rule]:
    """Return the rules that may have made a difference, the likeliest first."""
    paths = list(_named(worse))
    touching = [each for each in applied if each.rule not in {EXCLUDE, BYTECODE} and (each.taken or each.changed)]
    near = {worse.distribution, *_owners(worse, touching)}
    pointed = [each for each in touching if any(_is_of(path, paths) for path in (*each.taken, *each.changed))]
    others = [each for each in touching if each.distribution in near]
    rules = [Rule(each.rule, each.distribution) for each in (*pointed, *sorted(others, key=_by_kind(worse)))]
    return list(dict.fromkeys(rules))


def _by_kind(worse: Worse) -> Callable[[Applied], bool]:
    """Sort the rules first that touch what a difference is about."""
    hint = {"client": "botocore", "shared object": "debug-symbols", "metadata": "metadata"}.get(worse.kind, "")
    return lambda each: not (hint and each.rule.startswith(hint))


def _named(worse: Worse) -> Iterator[str]:
    """Yield the paths below python/, without an ending, that a difference is about."""
    yield from _spelt(worse.error)
    if worse.kind in {"shared object", "resources"}:
        yield worse.what if worse.kind == "shared object" else worse.what.replace(".", "/")


def _spelt(error: str) -> Iterator[str]:
    """Yield the paths below python/, without an ending, that an error names."""
    for module in _MODULE.findall(error):
        yield module.replace(".", "/")
    for name, module in _NAME.findall(error):
        yield f"{module}.{name}".replace(".", "/")
    for path in _PATH.findall(error):
        yield path.removesuffix("/")


def _is_of(path: str, named: Sequence[str]) -> bool:
    """Tell whether a path is one that was named, lies below it, or is the module of that name."""
    return any(path == each or path.startswith((f"{each}/", f"{each}.")) for each in named)


def _owners(worse: Worse, applied: Iterable[Applied]) -> Iterator[str]:
    """Yield the distributions whose top-level package the line that raised belongs to."""
    match = _PATH.search(worse.at)
    top = match[1].partition("/")[0] if match else ""
    for each in applied:
        if top and any(path.partition("/")[0] == top for path in (*each.taken, *each.changed)):
            yield each.distribution


def merged(spec: Mapping[str, Sequence[str]], more: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return what is withdrawn by both, by distribution."""
    names = sorted({*spec, *more})
    return {name: tuple(sorted({*spec.get(name, ()), *more.get(name, ())})) for name in names}


def known(kept: KeptReference, spec: LayerSpec) -> LayerSpec:
    """Return a spec without the trim rules that were withdrawn from it before."""
    text = kept.checks(_key(spec))
    if text is None:
        return spec
    return replace(spec, withdrawn={name: tuple(rules) for name, rules in json.loads(text).items()})


def remember(kept: KeptReference, first: LayerSpec, last: LayerSpec) -> None:
    """Keep what had to be withdrawn from a layer, so that the next run builds it without at once."""
    if last.withdrawn != first.withdrawn:
        kept.keep_checks(_key(replace(first, withdrawn={})), json.dumps(dict(last.withdrawn)))


def _key(spec: LayerSpec) -> str:
    """Name what was withdrawn from a spec by what decides the layer, and the look at it."""
    return digest(["withdrawn", proven_by(), spec.fingerprint])
