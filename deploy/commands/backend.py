"""Where layers are built and tried, as the command line says it: in containers, or on this host."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ConfigError
from ..terminal.characters import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

UNCONFINED = (
    "on this host, run packages' code without a sandbox: for a machine that allows none. What the code could reach "
    "then is printed"
)


@dataclass(frozen=True, kw_only=True)
class ChosenBackend:
    """`on_host` is None where the command line leaves it open."""

    on_host: bool | None
    unconfined: bool = False


def add_arguments(parser: argparse.ArgumentParser, *, default: str | None, meaning: str) -> None:
    """Add `--backend`, `--unconfined`, and the spelling that `--backend` had before."""
    choices = ["container", "host"]
    parser.add_argument("--backend", choices=choices, default=default, help=meaning)
    parser.add_argument("--runtime", choices=choices, dest="backend", action=_Renamed, help=argparse.SUPPRESS)
    parser.add_argument("--unconfined", action="store_true", help=UNCONFINED)


def chosen(arguments: argparse.Namespace) -> ChosenBackend:
    """Return what was chosen; raise ConfigError for what contradicts itself."""
    backend, unconfined = arguments.backend, arguments.unconfined
    if unconfined and backend != "host":
        cause = "containers confine, and an engine may be found" if backend is None else "containers confine"
        raise ConfigError.of("--unconfined", "is of a build on this host", cause=cause, cure="add `--backend host`")
    return ChosenBackend(on_host=None if backend is None else backend == "host", unconfined=unconfined)


class _Renamed(argparse.Action):
    """Takes the former spelling, and names the one of now."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[object] | None,
        option_string: str | None = None,
    ) -> None:
        del parser
        print(plain(f"{option_string} is called --backend now"), file=sys.stderr)
        setattr(namespace, self.dest, values)
