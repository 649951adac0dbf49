"""Which top-level packages a distribution is for, and which are its own affair."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...inside.look.values import Subject


def is_offered(module: str, subject: Subject, subjects: Iterable[Subject]) -> bool:
    """Tell a package that others import from a private one, as _soundfile is soundfile's.

    Of a distribution that has none but private ones, such as an accelerator, others import these.
    """
    own = (root for each in subjects if each.distribution == subject.distribution for root in each.roots)
    return not _is_private(module) or all(map(_is_private, own))


def _is_private(module: str) -> bool:
    return any(part.startswith("_") for part in module.split("."))
