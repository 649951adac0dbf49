"""What the docker SDK raises, as this project's errors: what happened, the likely cause, what to do."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import requests
from docker.errors import APIError, DockerException, TLSParameterError

from ..errors import EngineError, Fault, PipelineError
from ..invocation import advised
from ..settings import IMAGE_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .address import Address

# Seconds without a byte from the engine; a build step or a pull can be silent for long.
SILENCE = 600
NO_ENGINE = f"start Docker or Podman, or {advised('engine')} on Debian and Ubuntu, or go without one: `--backend host`"
NO_IMAGE = f"check the image's name and the network; {advised('engine')} builds a stand-in where it cannot be pulled"


class AbsentError(EngineError):
    """The engine is well and does not have what was named."""


class InUseError(EngineError):
    """The engine will not remove what something else uses, or is removing already."""


_TLS = "DOCKER_CERT_PATH names the folder with ca.pem, cert.pem and key.pem; without DOCKER_TLS_VERIFY none are needed"
# What the system said, within what several libraries say of it.
_OF_THE_SYSTEM = re.compile(r"\[Errno -?\d+\] ([^\"')\]]+)")

_REFUSALS = {HTTPStatus.NOT_FOUND: AbsentError, HTTPStatus.CONFLICT: InUseError}


@contextmanager
def translated(where: str, *, cure: str = "", refused: type[PipelineError] = EngineError) -> Iterator[None]:
    """Turn what the SDK raises into EngineError, or `refused` where the engine answered with a refusal."""
    try:
        yield
    except APIError as error:
        kind = _REFUSALS.get(HTTPStatus(error.status_code or 0), refused) if refused is EngineError else refused
        message = str(error.explanation or error)
        raise kind.of(where, message, cure=cure or _advice(message)) from error
    except requests.Timeout as error:
        raise EngineError.of(where, f"the container engine was silent for {SILENCE} s", cause=str(error)) from error
    except PermissionError as error:
        raise EngineError([_forbidden(str(error))]) from error
    except TLSParameterError as error:
        raise EngineError(
            [Fault("the container engine", "its certificates cannot be used", _first(error), _TLS)]
        ) from error
    except (DockerException, requests.RequestException, OSError) as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else _innermost(str(error))
        raise EngineError([Fault("", "no container engine answers", cause, NO_ENGINE)]) from error


@contextmanager
def answering(there: Address) -> Iterator[None]:
    """Name the address that was tried, and who named it, where no engine answers there."""
    try:
        yield
    except EngineError as error:
        raise EngineError(
            replace(each, cause=f"{there.url} ({there.named_by}): {each.cause}") for each in error.faults
        ) from error


def _innermost(message: str) -> str:
    """Return what the system said, where a message holds it, else all of it.

    >>> _innermost("Max retries exceeded (Caused by NewConnectionError(': [Errno 111] Connection refused'))")
    'Connection refused'
    """
    found = _OF_THE_SYSTEM.search(message)
    return found[1].strip() if found else message


def _first(error: TLSParameterError) -> str:
    """Return what is wrong, without what the SDK adds to each such error about its own use."""
    return str(error.msg).partition(". ")[0].rstrip(".")


def _forbidden(cause: str) -> Fault:
    cure = "run as a member of the group `docker` (sudo usermod -aG docker $USER, then log in again), or as root"
    return Fault("the container engine", "its socket may not be opened by this user", cause, cure)


def _advice(message: str) -> str:
    if "exec format error" in message:
        return "this machine cannot run that architecture: build there, or install QEMU's binfmt handlers"
    if "invalid reference format" in message:
        return f"correct `image` in config/pipeline.yaml, or {IMAGE_VARIABLE} where that is set"
    return ""
