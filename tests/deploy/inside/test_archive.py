from __future__ import annotations

import io
import random
import shutil
import subprocess
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from deploy.inside import archive
from deploy.inside.archive import ArchiveEntry, write
from deploy.inside.refusal import Refused

if TYPE_CHECKING:
    from pathlib import Path


def deflate(content: bytes) -> bytes:
    return zlib.compress(content, wbits=-15)


NOISE = random.Random(1).randbytes(500)  # noqa: S311 - noise, not a secret
ENTRIES = {
    "python/b.py": ArchiveEntry(b"x = 1\n" * 100),
    "python/a/é.txt": ArchiveEntry("é".encode()),
    "python/noise": ArchiveEntry(NOISE),
    "python/empty": ArchiveEntry(b""),
    "python/bin/run": ArchiveEntry(b"#!" + b"r" * 100, executable=True),
}


def opened(entries: dict[str, ArchiveEntry]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(write(entries, deflate).content))


def test_python_reads_what_was_written() -> None:
    with opened(ENTRIES) as zipped:
        assert zipped.testzip() is None
        assert {name: zipped.read(name) for name in zipped.namelist()} == {
            name: entry.content for name, entry in ENTRIES.items()
        }


@pytest.mark.skipif(not shutil.which("unzip"), reason="Info-ZIP's unzip is not installed")
def test_info_zip_finds_no_fault(tmp_path: Path) -> None:
    (tmp_path / "layer.zip").write_bytes(write(ENTRIES, deflate).content)
    done = subprocess.run(["unzip", "-t", tmp_path / "layer.zip"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_of_this_machine_or_moment_is_in_it() -> None:
    with opened(ENTRIES) as zipped:
        infos = zipped.infolist()
    assert [info.filename for info in infos] == sorted(ENTRIES)
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.extra for info in infos} == {b""}
    assert {info.create_system for info in infos} == {3}
    modes = {info.filename: info.external_attr >> 16 for info in infos}
    assert modes.pop("python/bin/run") == 0o100755
    assert set(modes.values()) == {0o100644}


def test_what_deflate_makes_no_smaller_is_stored() -> None:
    with opened(ENTRIES) as zipped:
        methods = {info.filename: info.compress_type for info in zipped.infolist()}
    assert methods["python/b.py"] == zipfile.ZIP_DEFLATED
    assert methods["python/noise"] == methods["python/empty"] == zipfile.ZIP_STORED


def test_what_each_entry_takes_adds_up_to_the_zip_less_its_end() -> None:
    made = write(ENTRIES, deflate)
    assert sum(made.zipped.values()) == len(made.content) - archive._END.size


def test_more_files_than_the_format_holds_are_refused() -> None:
    names, nothing = list(map(str, range(65_535))), archive.pack(b"", deflate)
    with pytest.raises(Refused, match="too many or too large"):
        archive.frame(dict.fromkeys(names, ArchiveEntry(b"")), dict.fromkeys(names, nothing))


@settings(deadline=None)
@given(
    some.dictionaries(
        some.text(some.characters(codec="utf-8", exclude_characters="\0/\\"), min_size=1, max_size=8),
        some.binary(max_size=40),
        max_size=8,
    ),
    some.randoms(),
)
def test_the_order_in_which_entries_come_does_not_show(contents: dict[str, bytes], chance: random.Random) -> None:
    entries = {name: ArchiveEntry(content) for name, content in contents.items()}
    names = list(entries)
    chance.shuffle(names)
    made = write({name: entries[name] for name in names}, deflate).content
    assert made == write(entries, deflate).content
    with zipfile.ZipFile(io.BytesIO(made)) as zipped:
        assert {name: zipped.read(name) for name in zipped.namelist()} == contents
