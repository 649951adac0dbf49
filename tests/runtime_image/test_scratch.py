from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.errors import EngineError
from tests.runtime_image import build


def test_what_the_kernel_has_mounted_is_found_below_a_folder_and_not_beside_it() -> None:
    assert Path("/proc") in build.mounted_below(Path("/"))
    assert build.mounted_below(Path("/nowhere")) == []


def test_a_folder_with_nothing_mounted_goes_whatever_happened_in_it() -> None:
    kept: list[Path] = []

    def interrupted() -> None:
        with build.scratch() as folder:
            kept.append(folder)
            (folder / "root").mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not kept[0].exists()


def test_nothing_is_removed_below_which_something_is_mounted_and_it_says_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(build, "MOUNTS", tmp_path / "mountinfo")
    kept: list[Path] = []

    def mounting() -> None:
        with build.scratch() as folder:
            kept.append(folder)
            for name in ("proc", "proc/sys fs"):
                (folder / "root" / name).mkdir(parents=True)
            (folder / "root/proc/sys fs/precious").touch()
            lines = [_line(folder / "root/proc"), _line(folder / "root/proc/sys fs"), _line(Path("/proc"))]
            build.MOUNTS.write_text("".join(lines))

    with pytest.raises(EngineError) as raised:
        mounting()
    root = kept[0] / "root"
    assert (root / "proc/sys fs/precious").exists()
    assert raised.value.faults[0].cure == f"`umount '{root}/proc/sys fs' {root}/proc`, then remove {kept[0]}"


def _line(point: Path) -> str:
    """Write a mount as proc_pid_mountinfo(5) shows it, in its own example but for the mount point."""
    escaped = os.fspath(point).replace(" ", r"\040")
    return f"36 35 98:0 /mnt1 {escaped} rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n"
