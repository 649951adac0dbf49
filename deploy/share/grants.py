"""Who may use a layer's versions: what config/pipeline.yaml declares against what AWS has, and the difference.

A grant belongs to one layer version, so it has to be made anew with every version that is published:
https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html. The id of each statement says
that it is the pipeline's; a statement with any other id was made by somebody else, and is told from ours by that.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ..aws import grants
from ..aws.grants import EVERYONE, Grant
from ..errors import AwsError, ConfigError, Fault, RolloutError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ..aws.connection import Aws
    from ..settings import Layer, Settings, Share

OURS = "channelwright-"
State = Literal["granted", "missing", "surplus", "foreign"]
_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """A layer version's grants as they are, and as they are to be. Both are keyed by statement id.

    A version that is not `in_use` any more gets no new grants, and loses those that are not declared any more.
    """

    layer: str
    version: int
    there: Mapping[str, Grant]
    declared: Mapping[str, Grant]
    in_use: bool = True

    @property
    def where(self) -> str:
        return f"{self.layer}:{self.version}"

    @property
    def missing(self) -> Mapping[str, Grant]:
        wanted = self.declared if self.in_use else {}
        return {sid: grant for sid, grant in wanted.items() if self.there.get(sid) != grant}

    @property
    def surplus(self) -> Mapping[str, Grant]:
        """What the pipeline granted and the configuration does not, or no more."""
        ours = {sid: grant for sid, grant in self.there.items() if sid.startswith(OURS)}
        return {sid: grant for sid, grant in ours.items() if self.declared.get(sid) != grant}

    @property
    def foreign(self) -> Mapping[str, Grant]:
        """What somebody else granted."""
        return {sid: grant for sid, grant in self.there.items() if not sid.startswith(OURS)}

    @property
    def granted(self) -> Mapping[str, Grant]:
        return {sid: grant for sid, grant in self.there.items() if self.declared.get(sid) == grant}

    @property
    def is_as_declared(self) -> bool:
        return not self.missing and not self.surplus

    def rows(self) -> Iterator[tuple[State, str, Grant]]:
        """Yield every grant with its state and its statement's id."""
        yield from (("granted", sid, grant) for sid, grant in self.granted.items())
        yield from (("missing", sid, grant) for sid, grant in self.missing.items())
        yield from (("surplus", sid, grant) for sid, grant in self.surplus.items())
        yield from (("foreign", sid, grant) for sid, grant in self.foreign.items())

    def lines(self) -> Iterator[str]:
        """Yield the difference as people read it."""
        yield from (f"{self.where}  + {grant}" for grant in self.missing.values())
        yield from (f"{self.where}  - {grant}" for grant in self.surplus.values())


def declared(share: Share | None) -> Mapping[str, Grant]:
    """Return the grants that the configuration asks for, by the ids of the statements that make them."""
    if share is None:
        return {}
    accounts = {f"{OURS}account-{each}": Grant(each) for each in share.accounts}
    everyone = {f"{OURS}public": Grant(EVERYONE)} if share.public else {}
    organization = (
        {f"{OURS}organization-{share.organization}": Grant(EVERYONE, share.organization)} if share.organization else {}
    )
    return accounts | organization | everyone


def refuse_unasked_public(settings: Settings, *, asked: bool) -> None:
    """Raise ConfigError unless public layers are asked for twice: in the configuration, and on the command line."""
    public = [layer.name for layer in settings.layers.values() if layer.share and layer.share.public]
    if public and not asked:
        raise ConfigError([_unasked(name) for name in public])
    if asked and not public:
        cure = "declare it: share: {public: true}, or leave --public out"
        raise ConfigError([Fault("--public", "no layer is declared public", cure=cure)])


def plan(
    aws: Aws, layer: Layer, versions: Sequence[int], *, in_use: Collection[int] | None = None
) -> tuple[Sharing, ...]:
    """Ask AWS for the grants of layer versions, several at once; all of them are `in_use` where that is not said."""
    wanted = declared(layer.share)

    def look(version: int) -> Sharing:
        there = grants.read(aws, layer.name, version).grants
        used = in_use is None or version in in_use
        return Sharing(layer=layer.name, version=version, there=there, declared=wanted, in_use=used)

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return tuple(threads.map(look, versions))


def settle(aws: Aws, sharing: Sharing, *, foreign: bool = False) -> list[str]:
    """Apply a difference where there is one; return it as people read it."""
    if sharing.is_as_declared and not (foreign and sharing.foreign):
        return []
    apply(aws, sharing, foreign=foreign)
    taken = [f"{sharing.where}  - {grant}, which others made" for grant in sharing.foreign.values()]
    return [*sharing.lines(), *(taken if foreign else ())]


def apply(aws: Aws, sharing: Sharing, *, foreign: bool = False) -> Sharing:
    """Make a difference go away, with `foreign` what others granted too; return what AWS has then.

    Raises RolloutError where that is not what was declared, AwsError where AWS refuses, as it does when somebody
    else changes the policy at the same time.
    """
    for sid in [*sharing.surplus, *(sharing.foreign if foreign else ())]:
        _change(aws, sharing, sid, None)
    for sid, grant in sharing.missing.items():
        _change(aws, sharing, sid, grant)
    after = replace(sharing, there=grants.read(aws, sharing.layer, sharing.version).grants)
    if not after.is_as_declared or (foreign and after.foreign):
        raise RolloutError([_otherwise(after)])
    return after


def _change(aws: Aws, sharing: Sharing, sid: str, wanted: Grant | None) -> None:
    """Grant something, or take it away, at the policy's present revision; nothing where somebody did so meanwhile.

    A change whose answer was lost was made if AWS says so.
    """
    target = (sharing.layer, sharing.version)
    before = grants.read(aws, *target)
    if before.grants.get(sid) == wanted:
        return
    try:
        if wanted is None:
            grants.remove(aws, target, sid, before.revision)
        else:
            grants.add(aws, target, sid, wanted, before.revision)
    except AwsError:
        if grants.read(aws, *target).grants.get(sid) != wanted:
            raise


def _unasked(name: str) -> Fault:
    return Fault(
        f"layers.{name}.share.public",
        "would let every AWS account use the layer; that is not done on the configuration's word alone",
        cause="a public layer is read by anybody who knows or guesses its name",
        cure="add --public to the command as well, or take `public: true` away",
    )


def _otherwise(after: Sharing) -> Fault:
    differences = "; ".join([*after.lines(), *(f"{after.where}  {each}" for each in after.foreign.values())])
    return Fault(
        f"the policy of {after.where}",
        f"is not as it was just made: {differences}",
        cause="somebody else changed it at the same time",
        cure="let that end, then run it again",
    )
