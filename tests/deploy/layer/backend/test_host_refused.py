"""Where this machine allows no sandbox, or has another Python: refused, with what to do."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.errors import EngineError
from deploy.layer.backend import refusals
from deploy.layer.backend.host import HostRuntime

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.programs


@pytest.mark.parametrize(
    ("setting", "value", "cure"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0"),
        ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "raise user.max_user_namespaces"),
    ],
)
def test_a_setting_of_the_kernel_that_forbids_it_is_named_with_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, cure: str
) -> None:
    (tmp_path / setting).parent.mkdir()
    (tmp_path / setting).write_text(f"{value}\n")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    what, cause, advice = refusals.explained("mount /x: Permission denied\n", tmp_path)
    assert what == "this machine allows no sandbox: mount /x: Permission denied"
    assert setting.replace("/", ".") in cause
    assert cure in advice


def test_another_python_or_system_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(EngineError, match=r"Python 3\.11 on darwin") as caught:
        HostRuntime({})
    assert "Python 3.11 on Linux" in caught.value.faults[0].cure
