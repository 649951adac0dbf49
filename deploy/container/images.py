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
from .digest import RuntimeImage, digest_of
from .failures import NO_IMAGE, AbsentError, InUseError, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from docker import APIClient

    from ..settings import Architecture

LABEL = "channelwright"
_PLATFORMS: dict[Architecture, str] = {"x86_64": "amd64", "arm64": "arm64"}


@dataclass(frozen=True)
class Images:
    """What an engine does with images. Build steps have no network unless they are given one."""

    client: APIClient

    @property
    def architecture(self) -> Architecture:
        """The instruction set that the engine runs without emulation; raise EngineError where Lambda has it not."""
        with translated("asking the container engine for its architecture"):
            name = str(self.client.version()["Arch"])
        known = {theirs: ours for ours, theirs in _PLATFORMS.items()} | {"x86_64": "x86_64", "aarch64": "arm64"}
        if name not in known:
            raise EngineError.of("the container engine", f"runs {name}, which Lambda does not have")
        return known[name]

    def resolve(self, reference: str, architecture: Architecture, say: Callable[[str], None]) -> RuntimeImage:
        """Find the image, pulling it where it is absent or of another architecture, and its digest."""
        found = self.inspect(reference)
        if found is None or found["Architecture"] != _PLATFORMS[architecture]:
            if found:
                say(f"the {reference} that is here is for {found['Architecture']}")
            self.pull(reference, architecture, say)
            found = self.inspect(reference)
        if found is None or found["Architecture"] != _PLATFORMS[architecture]:
            what = f"is for {found['Architecture']}, not {architecture}" if found else "was pulled and is not there"
            raise EngineError.of(reference, what, cure="name an image of that architecture, or change architectures")
        return RuntimeImage(reference, digest_of(reference, found))

    def inspect(self, reference: str) -> dict[str, Any] | None:
        """Return what the engine knows of a local image, None where there is none of this name."""
        client: Any = self.client
        with suppress(AbsentError), translated(reference):
            found: dict[str, object] = client.inspect_image(reference)
            return found
        return None

    def pull(self, reference: str, architecture: Architecture, say: Callable[[str], None]) -> None:
        say(f"pulling {reference} for {architecture}")
        platform = f"linux/{_PLATFORMS[architecture]}"
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

    def import_root(self, root: Path, name: str) -> None:
        """Make an image called `name` of a tar of a root file system."""
        repository, _, tag = name.rpartition(":")
        with translated(f"importing {name}"):
            self.client.import_image_from_file(str(root), repository=repository, tag=tag)

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
