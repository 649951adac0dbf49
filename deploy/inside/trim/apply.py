"""What is left out of a layer: one rule per key of the trim policy, in the order in which they take files.

A rule gets the files that are still there and the recipe. It answers with what it changes: new content by path, None
for a file that goes. A file is counted for the first rule that takes it. A rule that was withdrawn for a distribution
changes nothing of it; one that nobody asked for or refused only says what it would take.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ..exchange import Applied, Recipe, Saving, Spared
from ..files import Later
from ..refusal import Refused, fault, suggestion
from . import botocore, metadata, plain, readers, unreached

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..files import Files
    from ..parts import Parts

Change = dict[str, bytes | None]
Rule = Callable[["Files", Recipe, "Parts"], Change]


def _on_files(rule: Callable[[Files, Recipe], Change]) -> Rule:
    """Make a rule of one that has nothing to remember."""
    return lambda files, recipe, _: rule(files, recipe)


RULES: dict[str, Rule] = {
    "exclude": _on_files(plain.exclude),
    "tests": unreached.tests,
    "stubs": _on_files(plain.stubs),
    "scripts": _on_files(plain.scripts),
    "metadata": _on_files(metadata.metadata),
    "ca-bundle": _on_files(plain.ca_bundle),
    "zone-data": _on_files(plain.zone_data),
    "compiled-twins": _on_files(plain.compiled_twins),
    "boto3-resources": _on_files(botocore.resources),
    "botocore-data": _on_files(botocore.data),
    "botocore-endpoints": botocore.endpoints,
}
# Takes the compressor besides.
DOCUMENTATION = "botocore-documentation"
# Looks at content alone, and is done in deploy.inside.trim.symbols.
SYMBOLS = "debug-symbols"
# Not a choice: what a wheel brings of it would be stale, or stand in the way of what is made here.
BYTECODE = "bytecode"
LEFTOVERS = "leftovers"
# Done in deploy.inside.bytecode once the rules are: takes the sources, where bytecode is to be in their place.
SOURCELESS = "sourceless"

CHOICES = (*RULES, DOCUMENTATION, SYMBOLS)
"""The keys of the trim policy."""
NAMES = (BYTECODE, LEFTOVERS, *CHOICES)
"""Every rule, in the order in which they take files."""

_WITHDRAWN = "it was withdrawn for it"


@dataclass(frozen=True)
class Trimmed:
    """The files that stay, what each rule did to which distribution, what it left alone, and what more could go."""

    files: Files
    parts: Parts
    applied: tuple[Applied, ...] = ()
    spared: tuple[Spared, ...] = ()
    offered: tuple[Saving, ...] = ()

    def after(self, rule: str, change: Change, recipe: Recipe) -> Trimmed:
        """Return what is left once a rule did this, as far as it was not withdrawn."""
        change, spared = _spared(rule, self, change, recipe)
        return replace(
            self,
            files=changed(self.files, change),
            applied=(*self.applied, *applied(rule, self.files, change)),
            spared=(*self.spared, *spared),
        )

    def without_sources(self, compiled: Files, recipe: Recipe) -> Trimmed:
        """Return what was done once bytecode took the place of sources, which can be withdrawn as a rule can."""
        gone: Change = dict.fromkeys(path for path in self.files if path not in compiled)
        kept = sorted(name for name, rules in recipe.withdrawn.items() if SOURCELESS in rules)
        return replace(
            self,
            applied=(*self.applied, *applied(SOURCELESS, self.files, gone)),
            spared=(*self.spared, *(Spared(rule=SOURCELESS, distribution=each, reason=_WITHDRAWN) for each in kept)),
        )


def trim(files: Files, recipe: Recipe, deflate: Callable[[bytes], bytes], parts: Parts) -> Trimmed:
    """Apply every rule that is on; raise Refused with every setting that does not fit what is there.

    `parts` may have from before what takes a rule much work.
    """
    faults = list(_unknown(recipe.withdrawn))
    result = Trimmed(files, parts).after(BYTECODE, plain.bytecode(files, recipe), recipe)
    result = result.after(LEFTOVERS, plain.leftovers(result.files, recipe), recipe)
    rules = RULES | {DOCUMENTATION: partial(botocore.documentation, deflate=deflate)}
    for name, rule in rules.items():
        if (asked := is_on(name, recipe)) is False:
            continue
        try:
            change = rule(result.files, recipe, parts)
        except Refused as refused:
            faults += refused.faults
            continue
        if asked:
            result = result.after(name, change, recipe)
        elif offered := list(applied(name, result.files, _spared(name, result, change, recipe)[0])):
            result = replace(result, offered=(*result.offered, _saving(name, offered)))
    if faults:
        raise Refused(faults)
    return result


def is_on(rule: str, recipe: Recipe) -> bool | None:
    """Tell whether the policy asks for a rule; None where it says neither yes nor no."""
    setting: object = getattr(recipe.trim, rule.replace("-", "_"))
    return setting if setting is None else bool(setting) and setting != "all"


def savings(recipe: Recipe, done: Sequence[Applied]) -> tuple[Saving, ...]:
    """Sum up what each rule that is on saved, in the order in which they ran."""
    rules = [BYTECODE, LEFTOVERS, *(rule for rule in CHOICES if is_on(rule, recipe))]
    return tuple(_saving(rule, [each for each in done if each.rule == rule]) for rule in rules)


def changed(files: Files, change: Change) -> Files:
    """Return the files as they are after a change; one that is new has the owner of its folder's other files."""
    result = {path: file for path, file in files.items() if path not in change}
    for path, content in change.items():
        if content is not None:
            result[path] = replace(files[_origin(path, files)], held=Later.of(content))
    return result


def applied(rule: str, files: Files, change: Change) -> Iterator[Applied]:
    """Say of every distribution what a change takes from it, and the bytes that this saves."""
    for owner, part in sorted(_by_owner(files, change).items()):
        before = sum(_weight(path, files, part) for path in part if path in files)
        after = sum(len(content) for content in part.values() if content is not None)
        yield Applied(
            rule=rule,
            distribution=owner,
            taken=tuple(
                sorted(path for path, content in part.items() if content is None and not _replaced(path, part))
            ),
            changed=tuple(sorted(path for path, content in part.items() if content is not None)),
            bytes=before - after,
        )


def _by_owner(files: Files, change: Change) -> dict[str, Change]:
    parts: dict[str, Change] = {}
    for path, content in change.items():
        parts.setdefault(files[_origin(path, files)].owner, {})[path] = content
    return parts


def _spared(rule: str, trimmed: Trimmed, change: Change, recipe: Recipe) -> tuple[Change, tuple[Spared, ...]]:
    """Take out of a change what it does to distributions that the rule has to leave alone, and say why."""
    changes = _by_owner(trimmed.files, change)
    reasons = {owner: _WITHDRAWN for owner in changes if rule in recipe.withdrawn.get(owner, ())}
    reading = readers.of(rule, trimmed.files, change, trimmed.parts)
    reasons = {owner: why for owner, why in reading.items() if owner in changes} | reasons
    left = {path: content for owner, part in changes.items() if owner not in reasons for path, content in part.items()}
    return left, tuple(Spared(rule=rule, distribution=owner, reason=reasons[owner]) for owner in sorted(reasons))


def _unknown(withdrawn: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for distribution, rules in withdrawn.items():
        for rule in rules:
            if rule not in {*CHOICES, SOURCELESS}:
                yield fault(f"withdrawn {distribution}", f"{rule} is no trim rule", cure=suggestion(rule, CHOICES))


def _saving(rule: str, done: Sequence[Applied] | Iterator[Applied]) -> Saving:
    each = list(done)
    files = sum(len(one.taken) + len(one.changed) for one in each)
    return Saving(rule=rule, files=files, bytes=sum(one.bytes for one in each))


def _weight(path: str, files: Files, change: Change) -> int:
    """Return a file's size; for one that is unpacked by the change, its size unpacked, which gzip stores last."""
    file = files[path]
    return int.from_bytes(file.content[-4:], "little") if _replaced(path, change) else file.size


def _replaced(path: str, change: Change) -> bool:
    """Tell whether a change puts a compressed file's content, unpacked, in its place."""
    return path.endswith(".gz") and path.removesuffix(".gz") in change


def _origin(path: str, files: Files) -> str:
    """Return the file that a changed one was made of: itself, or its compressed form."""
    return path if path in files else f"{path}.gz"
