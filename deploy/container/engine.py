"""The engine: the connection, containers, and the volumes that carry files into them."""

from __future__ import annotations

import secrets
import socket
import sys
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import docker
from docker.tls import TLSConfig
from docker.utils import kwargs_from_env

from ..terminal.characters import plain
from . import archive, bounds, leftovers
from .address import Address, address
from .calls import Container
from .failures import NO_IMAGE, SILENCE, AbsentError, InUseError, answering, translated
from .images import LABEL, Images

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

KEEP_VARIABLE = "CHANNELWRIGHT_KEEP_CONTAINERS"
# The kernel's number for nobody, whatever the image calls it.
_NOBODY = "65534:65534"
# A container that waits for calls ends by itself if the one who would have removed it was killed.
_IDLE = ["sleep", "3600"]


@dataclass(frozen=True)
class About:
    """An engine, as it describes itself: `architecture` in Docker's words, `root` the folder that holds its images.

    `is_local` tells that it was reached over a Unix socket, so that `root` may be on this machine.
    """

    version: str
    architecture: str
    root: str
    is_local: bool


@dataclass(frozen=True)
class Engine(Images):
    """An open connection to a container engine. Threads may share it."""

    keep: bool = False

    @classmethod
    def connect(cls, environment: Mapping[str, str]) -> Engine:
        """Connect to the engine that docker itself would take; raise EngineError where none answers.

        Which one that is says `deploy.container.address`.
        """
        there = address(environment)
        there.refuse_ssh()
        with answering(there), translated("the container engine"):
            _knock(there.url)
            client = docker.DockerClient(**_options(there, environment), timeout=SILENCE)
        return cls(client.api, keep=bool(environment.get(KEEP_VARIABLE)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def about(self) -> About:
        """Ask the engine what it is."""
        client: Any = self.client
        with translated("the container engine"):
            version, info = client.version(), client.info()
        return About(
            version=version["Version"],
            architecture=version["Arch"],
            root=info.get("DockerRootDir", ""),
            is_local=client.base_url.startswith("http+docker:"),
        )

    @contextmanager
    def container(  # noqa: PLR0913 - each is one freedom that a container may be given
        self,
        image: str,
        command: Sequence[str] = (),
        *,
        environment: Mapping[str, str] | None = None,
        volumes: Mapping[str, str] | None = None,
        filled: Mapping[str, str] | None = None,
        folders: Sequence[str] = (),
        capabilities: Sequence[str] = (),
        user: str = _NOBODY,
        processes: int = bounds.PROCESSES,
        temporary: int = bounds.TEMPORARY,
        network: str = "none",
        writable: bool = False,
        entrypoint: Sequence[str] = (),
        port: int | None = None,
    ) -> Iterator[Container]:
        """Start a container that can do no harm: not root, no capabilities but those named, no way to new ones.

        Without a command it waits for calls; with one, the image's entrypoint gets it, or the one given. `volumes` are
        mounted read-only, by path; root can write to those to be `filled`, and to `folders`, which are its own. Unless
        `writable`, nothing else can be written but /tmp, of `temporary` bytes; `network` is the engine's name of one.
        """
        options: dict[str, Any] = {
            **bounds.BOUNDS,
            "mounts": [*bounds.mounts(volumes or {}, read_only=True), *bounds.mounts(filled or {}, read_only=False)],
            "network_mode": network,
            "cap_add": list(capabilities),
            "pids_limit": processes,
            **bounds.writable(everything=writable, shared=bool(filled or folders or writable), temporary=temporary),
            "port_bindings": {port: ("127.0.0.1",)} if port else None,
        }
        given: dict[str, Any] = {"environment": dict(environment or {}), "user": user, "entrypoint": entrypoint}
        given |= {"folders": folders, "ports": [port] if port else None}
        given |= {"hostname": bounds.HOST_NAME if network == "none" else None}
        with self._created(image, command, **given, **options) as name:
            with translated(f"starting a container of {image}"):
                self.client.start(name)
            yield Container(self.client, name)

    @contextmanager
    def volumes(self, image: str, contents: Mapping[str, Mapping[str, bytes]]) -> Iterator[dict[str, str]]:
        """Make a volume with these files for each path; give the volumes' names, by path.

        A container of `image` is made to reach into them, and never started.
        """
        names = {path: _name() for path in contents}
        with ExitStack() as stack:
            for name in names.values():
                stack.callback(self._remove_volume, name)
                with translated("making a volume"):
                    self.client.create_volume(name, labels=self._labels("volume"))
            with self._created(image, mounts=bounds.mounts(names, read_only=False)) as filler:
                for path, files in contents.items():
                    with translated(f"filling {path}"):
                        self.client.put_archive(filler, path, archive.pack(files))
            yield names

    def read(self, image: str, path: str) -> dict[str, bytes]:
        """Return the files of a folder of an image, by path below it; nothing is started."""
        with self._created(image) as name, translated(f"{image}: {path}"):
            chunks, _ = self.client.get_archive(name, path)
            return archive.unpack(chunks)

    @contextmanager
    def _created(  # noqa: PLR0913 - as container
        self,
        image: str,
        command: Sequence[str] = (),
        *,
        environment: Mapping[str, str] | None = None,
        user: str = "",
        entrypoint: Sequence[str] = (),
        ports: Sequence[int] | None = None,
        hostname: str | None = None,
        folders: Sequence[str] = (),
        **host: object,
    ) -> Iterator[str]:
        """Create a container under a name chosen before, so that it goes even if creating it is interrupted."""
        name = _name()
        client: Any = self.client
        try:
            with translated(f"making a container of {image}", cure=NO_IMAGE):
                client.create_container(
                    image,
                    list(command or _IDLE),
                    name=name,
                    entrypoint=list(entrypoint) or (None if command else []),
                    ports=ports,
                    hostname=hostname,
                    environment=environment,
                    user=user,
                    volumes=list(folders),
                    labels=self._labels("container"),
                    host_config=client.create_host_config(**host),
                    use_config_proxy=False,
                )
            yield name
        finally:
            self._remove_container(name)

    def _labels(self, kind: str) -> dict[str, str]:
        """Label what goes with this run; what is kept on purpose is nobody's leftover."""
        return {LABEL: kind} if self.keep else leftovers.labels(kind)

    def _remove_container(self, name: str) -> None:
        if self.keep:
            print(plain(f"kept container {name}"), file=sys.stderr)
            return
        with suppress(AbsentError, InUseError), translated(f"removing container {name}"):
            self.client.remove_container(name, force=True, v=True)

    def _remove_volume(self, name: str) -> None:
        if not self.keep:
            with suppress(AbsentError), translated(f"removing volume {name}"):
                self.client.remove_volume(name)


def _options(there: Address, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return how the SDK reaches an address: with the certificates of DOCKER_CERT_PATH or of the context."""
    options: dict[str, object] = {**kwargs_from_env(environment=dict(environment))}
    if there.certificates:
        pair = (there.certificates / "cert.pem", there.certificates / "key.pem")
        authority = there.certificates / "ca.pem"
        options["tls"] = TLSConfig(
            client_cert=(str(pair[0]), str(pair[1])) if pair[0].exists() else None,
            ca_cert=str(authority) if authority.exists() else None,
            verify=authority.exists(),
        )
    return options | {"base_url": there.url, "version": "auto"}


def _knock(host: str) -> None:
    """Raise OSError where nothing listens at a Unix socket: the SDK would only say so with a socket left open."""
    if host.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(host.removeprefix("unix://"))


def _name() -> str:
    return f"{LABEL}-{secrets.token_hex(6)}"
