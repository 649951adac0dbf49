"""Publishes a verified layer, unless AWS has these bytes already.

The zip's sha256 is Lambda's CodeSha256, so AWS itself is asked. A list of versions does not show CodeSha256; the
digest at the start of each description tells which version is worth a second question.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

from ..aws import layers, uploads
from ..aws.arns import LayerVersionArn
from ..errors import AwsError, Fault, RolloutError
from ..published.descriptions import LENGTH, LayerNote
from .values import PublishedLayer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..aws.connection import Aws
    from ..aws.layers import LayerVersion
    from ..git import Commit
    from ..layer.spec import LayerSpec
    from ..layer.verify import VerifiedLayer
    from ..settings import Stage


def find(aws: Aws, verified: VerifiedLayer, attached: Iterable[str] = ()) -> PublishedLayer | None:
    """Find a version that has the layer's very bytes and fits its runtime and architecture: the newest.

    `attached` are ARNs that functions have: one of these is taken before, as what changed nothing is found by it alone.
    """
    return _attached(aws, verified, attached) or _listed(aws, verified)


def _attached(aws: Aws, verified: VerifiedLayer, attached: Iterable[str]) -> PublishedLayer | None:
    spec = verified.built.spec
    for arn in map(LayerVersionArn.parse, dict.fromkeys(attached)):
        if (arn.name, arn.account, arn.region) != (spec.layer.name, aws.account, aws.region):
            continue
        version, content = layers.find(aws, arn.name, arn.version) or (None, None)
        fits = version and spec.runtime in version.runtimes and spec.architecture in version.architectures
        if fits and content and content.sha256 == verified.built.sha256:
            return PublishedLayer(verified=verified, arn=str(arn), version=arn.version, reused=True)
    return None


def _listed(aws: Aws, verified: VerifiedLayer) -> PublishedLayer | None:
    sha256, spec = verified.built.sha256, verified.built.spec
    for each in _versions(aws, spec):
        note = LayerNote.parse(each.description)
        if note and not sha256.startswith(note.digest):
            continue
        if layers.content(aws, spec.layer.name, each.version).sha256 == sha256:
            return PublishedLayer(verified=verified, arn=each.arn, version=each.version, reused=True)
    return None


def publish(
    aws: Aws, stage: Stage, verified: VerifiedLayer, commit: Commit, origin: LayerNote | None = None
) -> PublishedLayer:
    """Make the layer available in AWS: the version that has its bytes, or a new one, read back.

    `origin` is the note of the version that this one is a copy of.

    Raises RolloutError for a layer that was not built in the runtime image and would go to a real account.
    """
    refuse_unproven(aws, verified)
    if found := find(aws, verified):
        return found
    built = verified.built
    description = describe(verified, commit, _previous_packages(aws, verified), origin)
    source = uploads.content(aws, stage, built.zip, built.sha256)
    try:
        made, there = layers.publish(aws, built.spec, source, description)
    except AwsError:
        # Its answer may have been lost on the way back.
        if found := find(aws, verified):
            return replace(found, reused=False)
        raise
    if there.sha256 != built.sha256:
        raise RolloutError([_other_bytes(made, there.sha256, built.sha256)])
    return PublishedLayer(verified=verified, arn=made.arn, version=made.version, reused=False)


def _versions(aws: Aws, spec: LayerSpec) -> Iterator[LayerVersion]:
    return layers.newest_first(aws, spec.layer.name, runtime=spec.runtime, architecture=spec.architecture)


def refuse_unproven(aws: Aws, verified: VerifiedLayer) -> None:
    """Raise RolloutError where nothing but this host says that the layer loads, and AWS is meant."""
    spec = verified.built.spec
    if spec.image.is_host and aws.is_amazons:
        raise RolloutError([_unproven(spec.layer.name)])


def describe(
    verified: VerifiedLayer, commit: Commit, before: Mapping[str, str] | None, origin: LayerNote | None = None
) -> str:
    """Say in at most 256 characters what a version is and what changed since `before`, packages by name.

    What does not fit is counted: `sha256:… git:… img:… +idna==3.7 -six requests==2.31->2.32 …(+4)`.
    """
    image = verified.built.spec.image
    named = "host" if image.is_host else image.digest.removeprefix("sha256:")[:12]
    text = str(replace(origin or LayerNote(verified.built.sha256[:12], commit.short, named), changes=""))
    after = {package.name: package.version for package in verified.built.report.packages}
    return _fitted(text, list(changes(before, after)) if before is not None else [])


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Yield what became of packages, as `+idna==3.7`, `-six` and `requests==2.31->2.32`, sorted by name."""
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield f"+{name}=={after[name]}"
        elif name not in after:
            yield f"-{name}"
        elif before[name] != after[name]:
            yield f"{name}=={before[name]}->{after[name]}"


def _fitted(text: str, words: list[str]) -> str:
    """Append as many words as a description holds, and the number of those that it does not."""
    for count in range(len(words), -1, -1):
        left = len(words) - count
        whole = " ".join([text, *words[:count], *([f"…(+{left})"] if left else [])])
        if len(whole) <= LENGTH:
            return whole
    return text


def _previous_packages(aws: Aws, verified: VerifiedLayer) -> Mapping[str, str] | None:
    """Read what the newest version of ours holds; None where there is none, or it does not tell."""
    spec = verified.built.spec
    ours = next((each for each in _versions(aws, spec) if LayerNote.parse(each.description)), None)
    if ours is None:
        return None
    try:
        archive = layers.download(layers.content(aws, spec.layer.name, ours.version))
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            report = json.loads(opened.read(f"channelwright/{spec.layer.name}.json"))
        return {package["name"]: package["version"] for package in report["packages"]}
    except (AwsError, zipfile.BadZipFile, KeyError, TypeError, ValueError):
        # The description is for people. One that says less is better than a release that stops here.
        return None


def _other_bytes(made: LayerVersion, there: str, here: str) -> Fault:
    return Fault(
        made.arn,
        f"AWS has other bytes than were sent: sha256 {there}, not {here}",
        cause="the upload was broken or the object in the bucket replaced",
        cure="delete this layer version and run it again",
    )


def _unproven(name: str) -> Fault:
    return Fault(
        name,
        "was built and verified on this host, not in the runtime image; a real AWS account does not get it",
        cause="--backend host",
        cure="deploy without --backend host, where there is a container engine",
    )
