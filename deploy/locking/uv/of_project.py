"""uv as a project has it: with the indexes that all its steps ask, and its cooldown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...kept import Kept
from .. import cooldown, indexes
from .call import Uv

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...settings import Settings


def uv_of(settings: Settings, source: str, environment: Mapping[str, str], say: Callable[[str], object]) -> Uv:
    """Return the uv that resolves what `source` wants; say which indexes are not asked."""
    given = indexes.environment(settings, environment, resolving=True)
    taken = indexes.taken(settings, environment)
    for url in indexes.passed_over(settings, environment):
        say(f"{url} is not asked: the environment names another default in its place")
    for url in indexes.local(settings, environment):
        say(f"{url} is not asked: containers cannot reach a folder of this machine")
    return Uv(
        source=source,
        cache=Kept.from_environment(environment).root,
        environment=given,
        asked=indexes.shown(indexes.environment(settings, environment)),
        taken=taken,
        cooldown=cooldown.options(settings.lock),
        takes_undated=bool(settings.lock.undated),
    )
