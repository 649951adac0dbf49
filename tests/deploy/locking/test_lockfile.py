from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import LockError
from deploy.locking.lockfile import normalised, read
from deploy.settings import Target

if TYPE_CHECKING:
    from pathlib import Path

TARGET = Target("python3.11", "x86_64")
A, B = "a" * 64, "b" * 64


def lock(folder: Path, text: str) -> Path:
    path = folder / "requirements.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_pins_are_read_with_all_their_hashes_sorted_by_name(tmp_path: Path) -> None:
    path = lock(
        tmp_path,
        f"# made by nox -s lock\nPyYAML==6.0.3 \\\n    --hash=sha256:{B} \\\n    --hash=sha256:{A}\n    # via x\n"
        f"boto3==1.44.5 --hash=sha256:{A}\n",
    )
    assert [(pin.name, pin.version, pin.hashes) for pin in read(path, TARGET)] == [
        ("boto3", "1.44.5", (A,)),
        ("pyyaml", "6.0.3", (A, B)),
    ]


def test_a_marker_that_excludes_the_runtime_leaves_the_pin_out(tmp_path: Path) -> None:
    path = lock(
        tmp_path,
        f"colorama==0.4.6 ; sys_platform == 'win32' --hash=sha256:{A}\n"
        f"cffi==2.1.1 ; platform_python_implementation != 'PyPy' \\\n --hash=sha256:{A}\n"
        f"tzdata==2026.1 ; python_version >= '3.9' and sys_platform == 'linux' --hash=sha256:{B}\n",
    )
    assert [pin.name for pin in read(path, TARGET)] == ["cffi", "tzdata"]


def test_what_only_another_runtime_or_architecture_needs_is_read_for_that_one(tmp_path: Path) -> None:
    path = lock(
        tmp_path,
        f"old==1 ; python_version == '3.11' --hash=sha256:{A}\nnew==1 ; python_version == '3.13' --hash=sha256:{A}\n"
        f"arm==1 ; platform_machine == 'aarch64' --hash=sha256:{A}\n",
    )
    targets = (TARGET, Target("python3.13", "x86_64"), Target("python3.13", "arm64"))
    assert [[pin.name for pin in read(path, each)] for each in targets] == [["old"], ["new"], ["arm", "new"]]


def test_extras_do_not_change_the_name(tmp_path: Path) -> None:
    assert read(lock(tmp_path, f"requests[socks]==2.34.2 --hash=sha256:{A}\n"), TARGET)[0].name == "requests"


def test_every_bad_line_is_reported_with_its_number(tmp_path: Path) -> None:
    path = lock(
        tmp_path,
        f"boto3>=1\nrequests==2.34.2\n\n-e ./x\nyaml==1 --hash=sha256:{A}\nYAML==1 --hash=sha256:{A}\n"
        "six==1 --hash=md5:00\n",
    )
    with pytest.raises(LockError) as caught:
        read(path, TARGET)
    found = {fault.where.rsplit(":", 1)[-1]: fault.what for fault in caught.value.faults}
    assert found == {
        "1": "not an exact version with hashes: boto3>=1",
        "2": "requests==2.34.2 has no sha256 hash",
        "4": "a source without a hash: -e ./x",
        "6": "yaml is locked twice",
        "7": "six==1 has no sha256 hash",
    }


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_an_empty_lock_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(LockError, match="locks nothing"):
        read(lock(tmp_path, text), TARGET)


def test_a_missing_lock_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="nox -s lock"):
        read(tmp_path / "requirements.txt", TARGET)


def test_names_have_one_spelling() -> None:
    assert {normalised(name) for name in ("Discord_Interactions", "discord.interactions", "discord--interactions")} == {
        "discord-interactions"
    }
