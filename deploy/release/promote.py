"""Takes the very bytes that one stage runs, so that another stage may run them: read, doubted, fetched.

What a stage runs is promoted only where everything about it is known: one release, made by this pipeline in the
runtime image, as its notes say, and answering for it now. All that speaks against it is told at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..aws import layers
from ..aws.arns import LayerVersionArn
from ..errors import AwsError, Fault, PipelineError, RolloutError
from ..git import Commit
from ..published import contents
from ..published.descriptions import LayerNote
from ..published.foreign import fetch as fetch_foreign
from ..published.functions import differences, named, note_of
from . import health, history, rebuilt
from .deploy import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ..aws.connection import Aws
    from ..aws.functions import FunctionState
    from ..code.bundle import CodeBundle
    from ..container.digest import RuntimeImage
    from ..layer.values import BuiltLayer
    from ..published.contents import Contents
    from ..published.downloads import Downloads
    from ..published.functions import ServedFunction
    from ..settings import Architecture, Code, Settings, Stage


@dataclass(frozen=True, kw_only=True)
class FetchedLayer:
    """A layer version of ours that a live function has, and its zip."""

    arn: str
    name: str
    note: LayerNote
    path: Path
    held: Contents


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What a stage runs, fetched: one release, the code of each function by its key, and the layers they use."""

    stage: str
    release: str
    git: str
    code: Mapping[str, CodeBundle]
    layers: Mapping[Architecture, tuple[FetchedLayer, ...]]

    def built(self, settings: Settings, architecture: Architecture, image: RuntimeImage) -> tuple[BuiltLayer, ...]:
        """Return the layers of an architecture as built ones, to be proven in this image, in the settings' order."""
        fetched = {each.name: each for each in self.layers.get(architecture, ())}
        return tuple(
            rebuilt.layer(settings, name, architecture, image, path=fetched[name].path, held=fetched[name].held)
            for name in settings.layers
            if name in fetched
        )

    @property
    def origin(self) -> Origin:
        """What its copies shall say of where they come from."""
        sha, _, dirty = self.git.partition("+")
        notes = {each.held.sha256: each.note for group in self.layers.values() for each in group}
        return Origin(Commit(sha if sha != "none" else None, dirty=bool(dirty)), notes)


def fetch(aws: Aws, settings: Settings, stage: Stage, downloads: Downloads) -> Candidate:
    """Read and fetch what a stage runs; raise RolloutError with everything that speaks against promoting it."""
    functions, faults = history.observe(aws, settings, stage)
    doubts = _Doubts(settings, downloads, faults)
    release = doubts.release(functions)
    for served in functions:
        doubts.drift(served)
    foreign = {arn for each in functions for arn in settings.attached(each.function, aws.region)}
    arns = dict.fromkeys(arn for each in functions for arn in each.live.layers if arn not in foreign)
    found = {arn: each for arn in arns if (each := doubts.layer(arn)) is not None}
    code = doubts.code(functions)
    for served in functions:
        doubts.answer(aws, served, code.get(served.function.key), found)
    if faults:
        raise RolloutError(faults, log="\n".join(doubts.logs))
    note = note_of(functions[0].live)
    return Candidate(
        stage=stage.name,
        release=release,
        git=note.git if note else "none",
        code=code,
        layers=_by_architecture(functions, found),
    )


@dataclass(frozen=True)
class _Doubts:
    """Looks for what speaks against promoting a stage; `faults` is what was found so far, with `logs` of functions."""

    settings: Settings
    downloads: Downloads
    faults: list[Fault]
    logs: list[str] = field(default_factory=list)

    def note(self, error: PipelineError) -> None:
        self.faults.extend(error.faults)
        self.logs.extend([error.log] if error.log else [])

    def release(self, functions: Sequence[ServedFunction]) -> str:
        try:
            return history.current(functions) if functions else ""
        except RolloutError as error:
            self.note(error)
            return ""

    def drift(self, served: ServedFunction) -> None:
        """Note where the function is no longer what its release made of it."""
        latest, live = served.latest, served.live
        if note_of(live) is None:
            what = f"stands for version {live.version}, which this pipeline did not make"
            self.faults.append(Fault(served.where, what, cure="deploy the stage again"))
        if (different := ", ".join(differences(latest, live))) and not _was_live(served, latest):
            self.faults.append(_drifted(served, different))
        if live.architecture not in self.settings.architectures:
            cure = f"add {live.architecture} to `architectures`"
            self.faults.append(Fault(served.where, f"runs on {live.architecture}", cure=cure))
        wanted = self.settings.attached(served.function, self.downloads.aws.region)
        if (names := named(live.layers, wanted)) != wanted:
            what = f"has the layers {', '.join(names) or 'none'}; config/pipeline.yaml says "
            said = ", ".join(wanted) or "none"
            cause = "the configuration is of another commit than the release"
            self.faults.append(Fault(served.where, what + said, cause, "check out the release's commit, or deploy"))

    def layer(self, arn: str) -> FetchedLayer | None:
        """Fetch a layer version that is ours and is what its note says; note it where it is not."""
        name = LayerVersionArn.parse(arn).short
        try:
            found = layers.read(self.downloads.aws, arn)
            held = contents.read(self.downloads.layer(found[1], name), name) if found else None
        except AwsError as error:
            self.note(error)
            return None
        if found is None or held is None:
            self.faults.append(_deleted(name))
            return None
        note = LayerNote.parse(found[0].description)
        faults = list(_not_ours(name, note, held))
        self.faults.extend(faults)
        if note is None or faults:
            return None
        path = self.downloads.path(held.sha256)
        return FetchedLayer(arn=arn, name=found[0].layer, note=note, path=path, held=held)

    def code(self, functions: Sequence[ServedFunction]) -> dict[str, CodeBundle]:
        """Fetch the code of each function, by its key: one for all that have the same sources."""
        shared: dict[Code, dict[str, ServedFunction]] = {}
        for each in functions:
            shared.setdefault(self.settings.code_of(each.function), {}).setdefault(each.live.sha256, each)
        self.faults.extend(_different(digests) for digests in shared.values() if len(digests) > 1)
        fetched: dict[str, CodeBundle | None] = {}
        for each in functions:
            if each.live.sha256 not in fetched:
                fetched[each.live.sha256] = self.fetched(each)
        return {each.function.key: code for each in functions if (code := fetched[each.live.sha256])}

    def fetched(self, served: ServedFunction) -> CodeBundle | None:
        live = served.live
        try:
            self.downloads.code(served.name, live.version, live.sha256)
        except AwsError as error:
            self.note(error)
            return None
        return rebuilt.code(self.downloads.path(live.sha256))

    def answer(
        self, aws: Aws, served: ServedFunction, code: CodeBundle | None, found: Mapping[str, FetchedLayer]
    ) -> None:
        """Ask the live version whether it runs the bytes that were fetched; note it where it does not."""
        live, event = served.live, served.function.health
        wanted = set(self.settings.attached(served.function, aws.region))
        if code is None or event is None or not set(live.layers) <= set(found) | wanted:
            return
        try:
            zips = [found[arn].path if arn in found else fetch_foreign(arn, self.downloads) for arn in live.layers]
            health.check(aws, served.name, live.version, event, health.expected(code, zips))
        except PipelineError as error:
            self.note(error)


def _by_architecture(
    functions: Sequence[ServedFunction], found: Mapping[str, FetchedLayer]
) -> Mapping[Architecture, tuple[FetchedLayer, ...]]:
    groups: dict[Architecture, dict[str, FetchedLayer]] = {}
    for each in functions:
        own = {arn: found[arn] for arn in each.live.layers if arn in found}
        groups.setdefault(each.live.architecture, {}).update(own)
    return {architecture: tuple(group.values()) for architecture, group in groups.items()}


def _was_live(served: ServedFunction, latest: FunctionState) -> bool:
    """Whether $LATEST is what a release left there that was live and rolled back from: the history tells."""
    passed = (served.found.version(each.version) for each in served.history)
    return any(each is not None and not any(differences(latest, each)) for each in passed)


def _not_ours(name: str, note: LayerNote | None, held: Contents) -> Iterator[Fault]:
    """Yield why a layer version may not be promoted."""
    cure = "deploy the stage again"
    if note is None or held.manifest is None:
        cause = held.unreadable or "its description or its manifest says nothing of it"
        yield Fault(name, "is not a layer of this pipeline", cause, cure)
        return
    if not held.sha256.startswith(note.digest):
        yield Fault(name, f"holds sha256 {held.sha256[:12]}…; its description says {note.digest}…", cure=cure)
    if note.image == "host":
        cause = "it was built and verified on a host, not in the runtime image"
        yield Fault(name, "is not verified", cause, "deploy the stage without --backend host")
    if missing := rebuilt.lacks(held):
        yield Fault(name, f"its manifest does not tell {', '.join(missing)}", "an older pipeline made it", cure)


def _drifted(served: ServedFunction, differences: str) -> Fault:
    return Fault(
        f"{served.name}:$LATEST",
        f"has other {differences} than version {served.live.version}, which is live, and never was live itself",
        cause="a deploy did not finish, or something else changed it",
        cure="deploy the stage again, and see that it works, before it is promoted",
    )


def _different(digests: Mapping[str, ServedFunction]) -> Fault:
    said = ", ".join(f"{each.where} {sha256[:12]}…" for sha256, each in digests.items())
    return Fault("the functions", f"run different code: {said}", cure="deploy the stage again")


def _deleted(name: str) -> Fault:
    return Fault(
        name, "was deleted: its bytes are no more to be had", cure="deploy the stage again, which publishes it"
    )
