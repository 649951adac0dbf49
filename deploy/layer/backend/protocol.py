"""Where a layer is built and tried: in containers of the runtime image, or, marked as such, on this host.

`containers.ContainerRuntime` and `host.HostRuntime` are the two. Build and verify know only what is here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ...completed import Completed
    from ...container.digest import RuntimeImage
    from ..spec import LayerSpec

# The order in which Lambda's Python runtime looks for modules, before its own:
# https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html
TASK_ROOT = "/var/task"
OPT = "/opt"
# PATH and LD_LIBRARY_PATH, as its image sets them: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
PROGRAMS = "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"
HOST_NAME = "169.254.10.1"
"""As a function's: an address of its link. A machine's own would tell where it is."""
LIBRARIES = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"


class Sandbox(Protocol):
    """A fresh place to run the final bytes: no network, not root, nothing writable but /tmp.

    `opt` and `task` are where the layers' and the code's files are, as paths that hold inside the sandbox:
    /opt and /var/task wherever that can be had.
    """

    @property
    def opt(self) -> str: ...

    @property
    def task(self) -> str: ...

    @property
    def own_users(self) -> bool:
        """Whether what `run` runs may choose a user for each process that it starts."""
        ...

    @property
    def is_emulated(self) -> bool:
        """Whether this machine only runs what is inside by translating it."""
        ...

    def run(self, script: bytes, argument: str, environment: Mapping[str, str], timeout: float) -> Completed:
        """Run one of the pipeline's own scripts in a new interpreter that looks for modules as Lambda does.

        It gets one argument. What it starts of other people's code it has to confine itself; where `own_users` says
        so, it is root without any right but to become somebody else.
        """
        ...

    def invoke(self, handler: str, environment: Mapping[str, str], event: object, timeout: float) -> object:
        """Start the Lambda runtime with this handler, send one event, return the decoded answer.

        Raises VerificationError where the runtime does not answer, with its log.
        """
        ...


class Runtime(Protocol):
    @property
    def image(self) -> RuntimeImage: ...

    def fetch(self, spec: LayerSpec, requirements: str, into: Path) -> None:
        """Download the wheel of every requirement that fits the runtime into the folder, hashes required.

        `requirements` is the text of a hash-locked requirements file: what of the spec's pins or of the tools is not
        at hand yet.
        Raises BuildError with pip's output where one cannot be had.
        """
        ...

    def assemble(self, spec: LayerSpec, context: Mapping[str, bytes], *, use_cache: bool) -> dict[str, bytes]:
        """Run deploy/inside on the context without network; return what it left in out/, by file name.

        The context holds `Dockerfile.layer`, `deploy/inside/…`, `build/recipe.json`, `build/requirements.txt`,
        `wheels/*.whl` and `parts/*`. Raises BuildError with the log.
        """
        ...

    def sandbox(
        self, runtime: str, opt: Mapping[str, bytes], task: Mapping[str, bytes]
    ) -> AbstractContextManager[Sandbox]:
        """Open a sandbox that holds these files, by path below /opt and /var/task; it is removed on leaving.

        `runtime` is Lambda's name of one, such as python3.11.
        """
        ...

    def installed(self, runtime: str, wheels: Mapping[str, bytes]) -> AbstractContextManager[Sandbox]:
        """Open a sandbox that holds what pip installs from these wheels below /opt/python, and no code.

        `wheels` is content by file name. The runtime's own pip installs them, without network, without asking what
        they need, and compiles their modules. Raises BuildError with pip's output where it refuses one.
        """
        ...
