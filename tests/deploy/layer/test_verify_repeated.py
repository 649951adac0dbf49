"""What many modules of a package begin with is run a few times at most where it raises the same each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.layer.proving import proven
from tests.deploy.layer.synthetic import Made, layer

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.layer.verify import VerifiedLayer

pytestmark = pytest.mark.programs

USERS = tuple(f"user{number:02}" for number in range(40))


def begun_with(settings: str, tmp_path: Path) -> VerifiedLayer:
    """Prove a package of which every module but one begins with the import of these settings."""
    users = {f"tiny/{name}.py": "from tiny import settings\n" for name in USERS}
    more = {"tiny/__init__.py": "", "tiny/settings.py": settings, "tiny/zulu.py": ""}
    (verified,) = proven(tmp_path, layer(tmp_path, Made(files={**users, **more})))
    return verified


def test_settings_that_find_no_home_are_not_read_for_each_module_that_begins_with_them(tmp_path: Path) -> None:
    read = tmp_path / "read"
    settings = f"with open({str(read)!r}, 'a') as file: file.write('.')\nraise OSError(30, 'no home')\n"
    verified = begun_with(settings, tmp_path)
    assert len(read.read_text(encoding="utf-8")) < len(USERS)
    (remark,) = verified.evidence.remarks
    assert "no home" in remark
    assert f"{len(USERS)}" in remark


@pytest.mark.parametrize("reason", ["'zulu first'", "hex(id(object()))"], ids=["the same each time", "otherwise"])
def test_those_that_work_once_another_module_is_there_are_imported_by_all(reason: str, tmp_path: Path) -> None:
    verified = begun_with(f"import sys\nif 'tiny.zulu' not in sys.modules: raise ImportError({reason})\n", tmp_path)
    assert not verified.evidence.remarks
