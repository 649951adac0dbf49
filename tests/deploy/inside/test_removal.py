"""Folders that somebody else filled go, however deep, and whatever their modes are."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from deploy.inside.look import removal
from deploy.temporary import folders

if TYPE_CHECKING:
    from pathlib import Path

DEEP = 1500
NAME = "d" * 200  # so that no path leads to the end


def nested(place: Path, *, closed: bool = False) -> None:
    """Make folders in folders, with a file at the end; closed to their owner, where that is asked for."""
    where = os.open(place, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir(NAME, dir_fd=where)
        below = os.open(NAME, os.O_RDONLY, dir_fd=where)
        os.fchmod(where, 0 if closed else 0o700)
        os.close(where)
        where = below
    os.close(os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=where))
    os.close(where)


@pytest.mark.parametrize("closed", [False, True])
def test_folders_that_no_path_leads_to_are_removed(tmp_path: Path, *, closed: bool) -> None:
    place = tmp_path / "place"
    place.mkdir()
    nested(place, closed=closed)
    removal.remove(str(place))
    left = place.exists()
    subprocess.run(["rm", "-rf", place], check=True)  # pytest itself cannot remove what would be left
    assert not left
    assert list(tmp_path.iterdir()) == []


def test_a_temporary_folder_goes_with_all_that_was_left_in_it() -> None:
    with folders.temporary() as folder:
        nested(folder)
        (folder / "file").touch()
    assert not folder.exists()


def test_what_another_user_has_in_a_shared_folder_stays_and_no_link_is_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    shared = tmp_path / "shared"
    (shared / "own" / "below").mkdir(parents=True)
    (shared / "own" / "link").symlink_to(kept)
    (shared / "link").symlink_to(kept)
    (shared / "fifo").touch()
    removal.remove_below(str(shared), os.getuid() + 1)
    assert {each.name for each in shared.iterdir()} == {"own", "link", "fifo"}
    removal.remove_below(str(shared), os.getuid())
    assert list(shared.iterdir()) == []
    assert (kept / "file").exists()


def test_a_folder_that_is_gone_is_no_fault(tmp_path: Path) -> None:
    removal.remove(str(tmp_path / "absent"))


def test_it_ends_though_another_user_puts_more_into_what_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As two packages may do together: one leaves a folder that everybody may write to, and the other one fills it."""
    names, listed = removal._names, 0

    def filled(folder: int) -> list[str]:
        nonlocal listed
        listed += 1
        assert listed < 50_000, "it never ends"
        with suppress(FileExistsError):
            os.mkdir(f"more-{listed}", dir_fd=folder)
        return names(folder)

    (tmp_path / "open").mkdir()
    monkeypatch.setattr(removal, "_PATIENCE", 0.2)
    monkeypatch.setattr(removal, "_names", filled)
    removal.remove_below(str(tmp_path), os.geteuid())
    assert listed > 1
