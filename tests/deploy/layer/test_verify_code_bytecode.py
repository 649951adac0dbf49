"""The bytecode that code brings: of its own source, and used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.code import bytecode
from tests.deploy.layer.trying_code import GOOD, function, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploy.layer.verify_code import CodeEvidence
    from deploy.settings import CodeBytecode

pytestmark = pytest.mark.programs


def compiled(policy: CodeBytecode, **sources: str) -> dict[str, str | bytes]:
    files = {f"{name}.py": text.encode() for name, text in sources.items()}
    return dict(bytecode.added(files, policy, bytecode.here))


@pytest.mark.parametrize("policy", ["unchecked-hash", "sourceless"])
def test_code_that_brings_its_bytecode_is_proven_with_it(
    trial: Callable[..., CodeEvidence], policy: CodeBytecode
) -> None:
    files = compiled(policy, bot=GOOD["bot.py"])
    assert trial(files, function(bytecode=policy)).answered
    assert sum(name.endswith(".pyc") for name in files) == 1


def test_bytecode_of_another_source_is_refused(trial: Callable[..., CodeEvidence]) -> None:
    files = {**compiled("unchecked-hash", bot="import nowhere\n"), **GOOD}
    found = refusal(trial, files, function(bytecode="unchecked-hash"))
    assert "code: __pycache__/bot.cpython-311.pyc: is stale: it was compiled from another source" in found


def test_a_module_without_the_bytecode_that_was_asked_for_is_refused(trial: Callable[..., CodeEvidence]) -> None:
    found = refusal(trial, GOOD, function(bytecode="unchecked-hash"))
    assert "code: bot.py: has no bytecode" in found
    assert "bot.py: was compiled when it was imported, so its bytecode is not used" in found
    assert "bot.py: has no bytecode" in refusal(trial, GOOD, function(bytecode="sourceless"))
    assert trial(GOOD, function()).answered


def test_bytecode_that_python_has_no_use_for_shows_when_it_compiles(trial: Callable[..., CodeEvidence]) -> None:
    """All is right with the bytes, and the code keeps Python from finding them."""
    entry_module = "import sys\nsys.implementation.cache_tag = 'other'\nimport rest\nhandler = rest.handler\n"
    files = compiled("unchecked-hash", bot=entry_module, rest=GOOD["bot.py"])
    found = refusal(trial, files, function(bytecode="unchecked-hash"))
    assert "rest.py: was compiled when it was imported, so its bytecode is not used" in found
    assert "bot.py: was compiled" not in found
