"""What layers the live versions have, against what the configuration, the newest versions and the lock say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ..aws import layers
from ..aws.arns import LayerVersionArn
from ..container.digest import RuntimeImage
from ..errors import AwsError
from ..invocation import advised
from ..layer.spec import every_spec
from ..locking.locked import pins as pins_of
from ..published import contents
from ..published.functions import named
from ..settings import Target
from .findings import broken, ok, unknown, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..aws.connection import Aws
    from ..aws.layers import LayerContent
    from ..published.contents import Contents
    from ..published.downloads import Downloads
    from ..published.functions import DeployedFunction
    from ..settings import Architecture, Settings
    from .findings import Finding

_LISTED = 4


@dataclass(frozen=True)
class Attached:
    """A layer version of live versions. `content` is None where it was deleted, `refused` why it is not known."""

    arn: str
    content: LayerContent | None
    refused: AwsError | None = None

    @property
    def parsed(self) -> LayerVersionArn:
        return LayerVersionArn.parse(self.arn)

    @property
    def name(self) -> str:
        return self.parsed.name

    @property
    def short(self) -> str:
        """The layer and the version, as people name them: tiny:3."""
        return self.parsed.short

    @property
    def size(self) -> int:
        """Bytes of its zip."""
        return self.content.size if self.content else 0

    def opened(self, downloads: Downloads) -> Contents | None:
        """Download it, unless it was before, and look into it; None where it cannot be had."""
        if self.content is None:
            return None
        return contents.read(downloads.layer(self.content, self.arn), self.arn)


def read(aws: Aws, functions: Sequence[DeployedFunction]) -> Mapping[str, Attached]:
    """Ask AWS for each layer version that the live versions have, by ARN."""
    arns = sorted({arn for each in functions if each.live for arn in each.live.layers})
    return {arn: _read(aws, arn) for arn in arns}


def _read(aws: Aws, arn: str) -> Attached:
    try:
        found = layers.read(aws, arn)
    except AwsError as error:
        return Attached(arn, None, error)
    return Attached(arn, found[1] if found else None)


def attached(settings: Settings, functions: Sequence[DeployedFunction], region: str) -> Iterator[Finding]:
    """Compare the layers of every live version with those that the configuration gives the function."""
    for each in functions:
        if each.live is None:
            continue
        wanted = list(settings.attached(each.function, region))
        has = list(named(each.live.layers, wanted))
        cure = f"deploy: {advised('deploy')}"
        for name in (name for name in wanted if name not in has):
            cause = "nothing was ever rolled out, or somebody changed the function by hand"
            yield broken(f"{each.where} does not have the layer {name}", cause, cure)
        for name in (name for name in has if name not in wanted):
            cause = f"functions.{each.function.key}.layers does not name it: the next deploy takes it off"
            yield warning(f"{each.where} has the layer {name}", cause, "name it there, or leave it to the deploy")
        if sorted(has) == sorted(wanted):
            if has == wanted:
                yield ok(f"{each.where} has {', '.join(has) or 'no layers, as configured'}")
            else:
                cause = "of the same file in two layers, the last layer's is used"
                yield warning(f"{each.where} has its layers in another order: {', '.join(has)}", cause, cure)


def current(
    aws: Aws, settings: Settings, found: Mapping[str, Attached], functions: Sequence[DeployedFunction]
) -> Iterator[Finding]:
    """See whether newer versions are published than the live ones, and whether the live ones are still there."""
    architectures = _architectures(functions)
    for each in found.values():
        if each.refused:
            yield unknown(f"{each.arn}", str(each.refused), "have it shared with this account, or allow the call")
        elif each.content is None:
            cause = "functions that have it go on running; whoever changes them has to take another version"
            yield warning(f"{each.short} was deleted", cause, "deploy: the layer is published again")
        elif each.name in settings.layers and each.parsed.account == aws.account:
            yield _behind(aws, settings, each, architectures[each.arn])


def _behind(aws: Aws, settings: Settings, each: Attached, architecture: str) -> Finding:
    versions = layers.newest_first(aws, each.name, runtime=settings.runtime, architecture=architecture)
    newest = next((version.version for version in versions), each.parsed.version)
    if newest == each.parsed.version:
        return ok(f"{each.short} is the newest version")
    cause = "it was published since, and not rolled out to this stage; or this stage was rolled back"
    return warning(f"{each.short} is live, and {newest} is published", cause, "deploy, if it is meant to")


def as_locked(
    settings: Settings, found: Mapping[str, Attached], functions: Sequence[DeployedFunction], downloads: Downloads
) -> Iterator[Finding]:
    """Compare what the live layers hold with what the lock says that they should, for the architecture they run on."""
    architectures = _architectures(functions)
    locked = {each: _locked(settings, Target(settings.runtime, each)) for each in set(architectures.values())}
    for each in found.values():
        shares = locked[architectures[each.arn]]
        opened = each.opened(downloads) if each.name in shares else None
        if opened is None:
            continue
        differences = list(_differences(opened.versions, shares[each.name]))
        if not differences:
            yield ok(f"{each.short} holds what {settings.requirements} locks")
            continue
        more = f" and {len(differences) - _LISTED} more" if len(differences) > _LISTED else ""
        what = f"{each.short} is not what is locked: {', '.join(differences[:_LISTED])}{more}"
        yield warning(what, "the lock changed since it was rolled out", "deploy, or go back to the lock that is live")


def _architectures(functions: Sequence[DeployedFunction]) -> Mapping[str, Architecture]:
    """Return for each layer version that is live the architecture that it runs on."""
    return {arn: each.live.architecture for each in functions if each.live for arn in each.live.layers}


def _locked(settings: Settings, target: Target) -> Mapping[str, Mapping[str, str]]:
    """Return by layer the versions that the lock has for a target."""
    image = RuntimeImage(settings.image_of(target.runtime), "")
    made = every_spec(settings, image, target, partial(pins_of, target=target))
    return {spec.layer.name: {pin.name: pin.version for pin in spec.pins} for spec in made}


def _differences(live: Mapping[str, str], locked: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(live.keys() | locked.keys()):
        if live.get(name) != locked.get(name):
            yield f"{name} {live.get(name, 'not there')}, {locked.get(name, 'nothing')} locked"
