"""The stage's functions: whether they and their aliases are there, and how Lambda says that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..template import source
from .findings import broken, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..published.functions import DeployedFunction
    from ..settings import Settings
    from .findings import Finding

_WORDS = {
    "Pending": ("Lambda is still making it", "wait a minute"),
    "Inactive": ("nothing invoked it for weeks", "invoke it: the first call fails, and Lambda gets it ready"),
}


def there(functions: Sequence[DeployedFunction], settings: Settings) -> Iterator[Finding]:
    cure = f"deploy: {source.OWN if settings.template is None else 'the template'} makes it"
    for each in functions:
        if each.latest is None:
            yield broken(f"there is no function {each.name}", "it was never made, or deleted by hand", cure)
        elif each.alias is None:
            yield broken(f"{each.name} has no alias {each.function.alias}", "traffic reaches no version", cure)
        elif each.live is None:
            cause = f"version {each.alias.version}, which it stands for, was deleted"
            yield broken(f"{each.where} leads nowhere", cause, "deploy: a new version is made, and the alias moved")
        else:
            yield ok(f"{each.where} is version {each.alias.version}")


def well(functions: Sequence[DeployedFunction], settings: Settings) -> Iterator[Finding]:
    """Look at state and last update, at what AWS has and the configuration says, at who gets traffic."""
    for each in functions:
        found = [*_states(each), *_disagreements(each, settings), *_divided(each)]
        yield from found or [ok(f"{each.name} is active, and its last update went well")]


def _states(each: DeployedFunction) -> Iterator[Finding]:
    for state in filter(None, (each.latest, each.live)):
        where = each.name if state.version == "$LATEST" else f"{each.name}:{state.version}"
        word, _, reason = state.state.partition(": ")
        if word in _WORDS:
            cause, cure = _WORDS[word]
            yield warning(f"{where} is {word}", reason or cause, cure)
        elif word not in {"", "Active"}:
            yield broken(f"{where} is {word}", reason, "remove that cause, then deploy")
        if state.version == "$LATEST" and state.update.startswith("Failed"):
            reason = state.update.partition(": ")[2]
            yield broken(f"the last update of {where} failed", reason, "remove that cause, then deploy")


def _disagreements(each: DeployedFunction, settings: Settings) -> Iterator[Finding]:
    if each.latest is None:
        return
    for key, wanted in (("Handler", each.function.handler), ("Runtime", settings.runtime)):
        if (has := each.latest.configuration.get(key)) != wanted:
            cause = f"config/pipeline.yaml says {wanted}"
            yield broken(f"{each.name} has {key} {has}", cause, "make the template and config/pipeline.yaml agree")


def _divided(each: DeployedFunction) -> Iterator[Finding]:
    if each.alias and each.alias.weighted:
        shares = ", ".join(f"{share:.0%} to version {version}" for version, share in each.alias.weights.items())
        cure = f"aws lambda update-alias --function-name {each.name} --name {each.alias.name}"
        cure += " --routing-config AdditionalVersionWeights={}"
        yield warning(f"{each.where} sends {shares}", "a deploy refuses to move a divided alias", cure)
