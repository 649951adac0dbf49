"""Images: found, pulled, built, read."""

from __future__ import annotations

import io
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import BuildError, EngineError
from . import archive, leftovers
from .build_log import BuildLog, follow_pull
from .digest import PLATFORMS, RuntimeImage, digest_of, names, own_name, repository
from .failures import NO_IMAGE, AbsentError, InUseError, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from docker import APIClient

    from ..settings import Architecture

LABEL = "channelwright"


@dataclass(frozen=True)
class Images:
    """What an engine does with images. Build steps have no network unless they are given one."""

    client: APIClient

    @property
    def architecture(self) -> Architecture:
        """The instruction set that the engine runs without emulation; raise EngineError where Lambda has it not."""
        with translated("asking the container engine for its architecture"):
            name = str(self.client.version()["Arch"])
        known = {theirs: ours for ours, theirs in PLATFORMS.items()} | {"x86_64": "x86_64", "aarch64": "arm64"}
        if name not in known:
            raise EngineError.of("the container engine", f"runs {name}, which Lambda does not have")
        return known[name]

    def resolve(self, reference: str, architecture: Architecture, say: Callable[[str], None]) -> RuntimeImage:
        """Find the image, pulling it where it is absent or of another architecture, and its digest."""
        found = self._here(reference, architecture)
        if found is None:
            before = self.inspect(reference)
            if before:
                say(f"the {reference} that is here is for {before['Architecture']}")
            self.pull(reference, architecture, say)
            if before:
                self._part(reference, architecture, before)
            found = self._here(reference, architecture)
        if found is None:
            here = self.inspect(reference)
            what = f"is for {here['Architecture']}, not {architecture}" if here else "was pulled and is not there"
            raise EngineError.of(reference, what, cure="name an image of that architecture, or change architectures")
        return found

    def _here(self, reference: str, architecture: Architecture) -> RuntimeImage | None:
        """Return the image of this architecture that has the name, or the one that is kept beside it."""
        for name in names(reference, architecture):
            found = self.inspect(name)
            if found and found["Architecture"] == PLATFORMS[architecture]:
                return RuntimeImage(name, digest_of(name, found))
        return None

    def _part(self, reference: str, architecture: Architecture, before: Mapping[str, Any]) -> None:
        """Give what was pulled a name of its own, and the name back to the image of the other architecture.

        One that is named by its digest keeps it; an engine has room for one image there, too.
        """
        pulled = self.inspect(reference)
        if pulled and pulled["Architecture"] == PLATFORMS[architecture] and "@" not in reference:
            self.tag(pulled["Id"], own_name(reference, architecture))
            self.tag(before["Id"], reference)

    def tag(self, image: str, name: str) -> None:
        """Give an image one more name."""
        where, _, version = name.rpartition(":") if repository(name) != name else (name, "", "latest")
        with translated(f"naming {name}"):
            self.client.tag(image, where, version)

    def inspect(self, reference: str) -> dict[str, Any] | None:
        """Return what the engine knows of a local image, None where there is none of this name."""
        client: Any = self.client
        with suppress(AbsentError), translated(reference):
            found: dict[str, object] = client.inspect_image(reference)
            return found
        return None

    def pull(self, reference: str, architecture: Architecture, say: Callable[[str], None]) -> None:
        say(f"pulling {reference} for {architecture}")
        platform = f"linux/{PLATFORMS[architecture]}"
        with translated(f"pulling {reference}", cure=NO_IMAGE):
            error = follow_pull(self.client.pull(reference, stream=True, decode=True, platform=platform), say)
        if error:
            raise EngineError.of(f"pulling {reference}", error, cure=NO_IMAGE)

    def registry_digest(self, reference: str) -> str:
        """Ask the image's registry which digest the name stands for now, `sha256:…`; nothing is pulled."""
        client: Any = self.client
        with translated(f"asking the registry for {reference}", cure="check the name and the network"):
            digest: str = client.inspect_distribution(reference)["Descriptor"]["digest"]
            return digest

    def import_root(self, root: Path, name: str, architecture: Architecture) -> None:
        """Make an image called `name` of a tar of a root file system whose programs are of this architecture."""
        client: Any = self.client
        with translated(f"importing {name}"), archive.of_image(root, name, PLATFORMS[architecture]) as packed:
            for event in client.load_image(packed):
                if "error" in event:
                    raise EngineError.of(name, event["error"])

    def build(self, context: Mapping[str, bytes], arguments: Mapping[str, str], **options: Any) -> str:
        """Build an image that stays; return its id. Options and errors are those of `built`; and a `tag`."""
        log = BuildLog()
        try:
            return self._build(log, context, arguments, **options)
        finally:
            for image in log.steps[::-1]:
                self._remove(image)

    @contextmanager
    def built(self, context: Mapping[str, bytes], arguments: Mapping[str, str], **options: Any) -> Iterator[str]:
        """Build an image and remove it, with all that its steps left, on leaving.

        `context` is the files by path, `arguments` the Dockerfile's; the options are `dockerfile`, its path in the
        context, `use_cache`, `labels`, `target` and `network`. Raises BuildError with the whole log.
        """
        log, build = BuildLog(), secrets.token_hex(8)
        try:
            name = options.get("dockerfile", "Dockerfile")
            owned = {**context, name: leftovers.owned(context[name], build)}
            yield self._build(log, owned, arguments, **options)
        finally:
            if not (log.image or log.error):
                leftovers.end(self.client, build)
            for image in log.images:
                self._remove(image)

    def _build(  # noqa: PLR0913 - each is one of the engine's options for a build
        self,
        log: BuildLog,
        context: Mapping[str, bytes],
        arguments: Mapping[str, str],
        *,
        dockerfile: str = "Dockerfile",
        use_cache: bool = True,
        tag: str = "",
        labels: Mapping[str, str] | None = None,
        target: str = "",
        network: str = "none",
    ) -> str:
        with translated(dockerfile, refused=BuildError):
            events = self.client.build(
                fileobj=io.BytesIO(archive.pack(context)),
                custom_context=True,
                dockerfile=dockerfile,
                buildargs=dict(arguments),
                labels={LABEL: "image", **(labels or {})},
                tag=tag or None,
                target=target or None,
                nocache=not use_cache,
                network_mode=network,
                use_config_proxy=False,
                rm=True,
                forcerm=True,
                decode=True,
            )
            log.follow(events)
        if log.error or not log.image:
            raise BuildError.of(dockerfile, log.error or "the engine made no image", log=log.text)
        return log.image

    def _remove(self, image: str) -> None:
        """Remove one image and none of its parents; one that has a name or that something else uses stays."""
        found = self.inspect(image)
        if found and not found["RepoTags"]:
            with suppress(AbsentError, InUseError), translated(f"removing image {image}"):
                self.client.remove_image(image, noprune=True)
