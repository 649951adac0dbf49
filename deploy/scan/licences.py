"""Every distribution's licence against the list that the project allows.

Expressions are SPDX's (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/): of an OR one side has to be
allowed, of an AND both, and a licence WITH an exception is another licence than that without. A distribution that
declares something else, as old ones do, is clarified in the configuration, by whoever read its licence file.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from license_expression import ExpressionError, LicenseSymbol, LicenseWithExceptionSymbol, get_spdx_licensing

from ..errors import ConfigError, Fault
from ..locking.lockfile import normalised
from .findings import ScanFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..published.contents import HeldPackage
    from ..settings import Scan
    from .targets import ScanTarget

# The classifiers and words that mean one SPDX licence and no other: "BSD License"
# is not among them, since it may be any of several.
_WORDS = {
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "the unlicense (unlicense)": "Unlicense",
}


def licences(target: ScanTarget, rules: Scan) -> Iterator[ScanFinding]:
    """Yield every distribution whose licence is not allowed, or not known."""
    clarified = {normalised(name): each.license for name, each in rules.clarify.items()}
    for package in target.contents.packages:
        declared = clarified.get(package.name) or _WORDS.get(package.license.lower(), package.license)
        if wrong := _wrong(declared, frozenset(rules.licenses)):
            yield _finding(target, package, *wrong)


def check(rules: Scan) -> None:
    """Raise ConfigError with everything in the rules that is no SPDX expression."""
    faults = [Fault(f"scan.licenses: {each}", reason) for each in rules.licenses if (reason := _unreadable(each))]
    faults += [
        Fault(f"scan.clarify.{name}.license: {each.license}", reason)
        for name, each in rules.clarify.items()
        if (reason := _unreadable(each.license))
    ]
    if faults:
        raise ConfigError(faults)


def _wrong(declared: str, allowed: frozenset[str]) -> tuple[str, str] | None:
    if not declared:
        return "declares no licence", "its metadata names none"
    if reason := _unreadable(declared):
        return f'declares "{declared}"', reason
    if not _allows(_spdx().parse(declared), {_spdx().parse(each).render() for each in allowed}):
        return f"is under {declared}", "scan.licenses does not allow that"
    return None


def _allows(expression: Any, allowed: set[str]) -> bool:
    if isinstance(expression, LicenseSymbol | LicenseWithExceptionSymbol):
        return expression.render() in allowed
    sides = (_allows(each, allowed) for each in expression.args)
    return any(sides) if expression.operator.strip() == "OR" else all(sides)


def _unreadable(declared: str) -> str:
    """Say why something is no SPDX expression; nothing where it is one."""
    try:
        _spdx().parse(declared, validate=True)
    except ExpressionError as error:
        return f"is no SPDX expression: {error}"
    return ""


@cache
def _spdx() -> Any:
    return get_spdx_licensing()


def _finding(target: ScanTarget, package: HeldPackage, what: str, cause: str) -> ScanFinding:
    return ScanFinding(
        kind="license",
        id=f"license:{package.name}",
        severity="medium",
        where=f"{target.where}: {package.name} {package.version}",
        what=what,
        cause=cause,
        cure="allow it in scan.licenses, say in scan.clarify what its licence file says, or do without the package",
    )
