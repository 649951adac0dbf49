"""A local system that is kept running, for the commands of other terminals: dist/local.json."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import requests

from ..atomic import write
from ..errors import ConfigError, Fault
from ..invocation import advised
from .companion import Introduction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME = "local.json"


@dataclass(frozen=True)
class Session:
    """A running system: the process that holds it, the emulated AWS, the stage, and how its functions run."""

    process: int
    url: str
    stage: str
    on_host: bool
    introduction: Introduction
    outputs: Mapping[str, str]


@contextmanager
def kept(session: Session, dist: Path) -> Iterator[None]:
    """Tell of a session as long as it lasts; raise ConfigError where another one is running."""
    if find(dist) is not None:
        raise ConfigError([Fault(str(dist / NAME), "another local system is running", cure="end it with Ctrl-C")])
    write(dist / NAME, json.dumps(asdict(session), indent=1).encode())
    try:
        yield
    finally:
        (dist / NAME).unlink(missing_ok=True)


def find(dist: Path) -> Session | None:
    """Return the session that is running; None where there is none, or its process is gone."""
    try:
        found = json.loads((dist / NAME).read_text(encoding="utf-8"))
        session = Session(**found | {"introduction": Introduction(**found["introduction"])})
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None
    return session if _lives(session) else None


def demand(dist: Path) -> Session:
    """Return the session that is running; raise ConfigError where there is none."""
    session = find(dist)
    if session is None:
        raise ConfigError([Fault("--redeploy", "no local system is running", cure=advised("local", "--keep"))])
    return session


def _lives(session: Session) -> bool:
    try:
        os.kill(session.process, 0)
        return requests.get(f"{session.url}/_ministack/health", timeout=2).ok
    except (OSError, requests.RequestException):
        return False
