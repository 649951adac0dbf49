"""`--backend`, the spelling that it had before, and what contradicts it."""

from __future__ import annotations

import argparse

import pytest

from deploy.commands import backend
from deploy.errors import ConfigError


def given(*words: str, default: str | None = "container") -> backend.ChosenBackend:
    parser = argparse.ArgumentParser()
    backend.add_arguments(parser, default=default, meaning="where")
    return backend.chosen(parser.parse_args(words))


def test_layers_are_built_in_containers_unless_this_host_is_asked_for() -> None:
    assert given() == backend.ChosenBackend(on_host=False)
    assert given("--backend", "host") == backend.ChosenBackend(on_host=True)
    assert given(default=None) == backend.ChosenBackend(on_host=None)


def test_the_former_spelling_is_taken_and_names_the_one_of_now(capsys: pytest.CaptureFixture[str]) -> None:
    assert given("--runtime", "host") == backend.ChosenBackend(on_host=True)
    assert capsys.readouterr().err == "--runtime is called --backend now\n"


def test_the_former_spelling_is_in_no_help() -> None:
    parser = argparse.ArgumentParser()
    backend.add_arguments(parser, default=None, meaning="where")
    assert "--runtime" not in parser.format_help()


@pytest.mark.parametrize("default", ["container", None])
def test_unconfined_without_this_host_is_refused_and_never_taken_for_it(default: str | None) -> None:
    with pytest.raises(ConfigError, match="add `--backend host`"):
        given("--unconfined", default=default)
    assert given("--unconfined", "--backend", "host", default=default).unconfined
