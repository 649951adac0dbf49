"""What wheels declare: a bomb is refused before it is unpacked, and what is packed as code is not."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from deploy.layer import declared
from deploy.layer.audit.limits import UNZIPPED
from tests.deploy.inside.synthetic import wheel
from tests.memory import at_most

MIB = 1024 * 1024
NAME = "bomb-1.0-py3-none-any.whl"


def zeros(path: str, size: int) -> dict[str, bytes]:
    """Make a wheel whose one file is zeros, packed; written a piece at a time."""
    buffer = io.BytesIO()
    packing = zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with packing as archive, archive.open(path, "w", force_zip64=True) as file:
        for _ in range(size // MIB):
            file.write(bytes(MIB))
        file.write(bytes(size % MIB))
    return {NAME: buffer.getvalue()}


def test_a_wheel_of_zeros_is_refused_by_what_it_declares_without_being_unpacked() -> None:
    made = zeros("bomb/data.bin", 300 * MIB)
    with at_most(MIB):
        (fault,) = declared.faults(made, ())
    assert fault.where == NAME
    assert f"declares {300 * MIB:,} bytes unzipped" in fault.what
    assert f"Lambda allows {UNZIPPED:,}" in fault.what
    assert "bomb/data.bin" in fault.cause


def test_zeros_that_call_themselves_a_library_are_no_library() -> None:
    assert list(declared.faults(zeros("bomb/native.so", 300 * MIB), ()))


@pytest.mark.parametrize(("size", "refused"), [(UNZIPPED, False), (UNZIPPED + 1, True)])
def test_what_lambda_just_allows_is_taken(size: int, *, refused: bool) -> None:
    assert bool(list(declared.faults(zeros("bomb/data.bin", size), ()))) is refused


def test_what_the_policy_leaves_out_does_not_count() -> None:
    made = zeros("bomb-1.0.data/purelib/bomb/data.bin", UNZIPPED + 1)
    assert not list(declared.faults(made, ("bomb/*.bin",)))
    assert list(declared.faults(made, ("bomb/*.txt",)))


def test_what_is_packed_as_code_and_data_are_is_left_to_the_rules_of_the_build() -> None:
    entry = zipfile.ZipInfo("big/native.so")
    entry.file_size, entry.compress_size = 2 * UNZIPPED, UNZIPPED // 2
    assert not declared._is_empty(entry)
    entry.compress_size = UNZIPPED // 100
    assert declared._is_empty(entry)


def declaring(sizes: dict[str, int], **changed: object) -> dict[str, bytes]:
    """Make a wheel whose directory declares sizes that its files do not have."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, size in sizes.items():
            archive.writestr(path, b"0")
            archive.filelist[-1].file_size = size
            for name, value in changed.items():
                setattr(archive.filelist[-1], name, value)
    return {NAME: buffer.getvalue()}


@pytest.mark.parametrize(("size", "refused"), [(UNZIPPED, False), (UNZIPPED + 1, True)])
def test_what_goes_with_its_folder_has_the_same_bound_unless_the_policy_names_it(size: int, *, refused: bool) -> None:
    made = declaring({"bomb/tests/data.bin": size})
    found = list(declared.faults(made, ()))
    assert bool(found) is refused
    assert all("`exclude`" in each.cure for each in found)
    assert not list(declared.faults(made, ("bomb/tests/**",)))


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_all_wheels_together_have_a_bound_whatever_is_trimmed(more: int, *, refused: bool) -> None:
    half = declared.UNPACKED // 8
    one = declaring({f"bomb/{at}.bin": half for at in range(4)})
    other = {f"other-{NAME}": each for each in declaring({f"bomb/{at}.bin": half for at in range(4)}).values()}
    last = {f"last-{NAME}": each for each in declaring({"bomb/last.bin": more}).values()}
    found = list(declared.faults(one | other | last, ("bomb/*.bin",)))
    assert bool(found) is refused
    assert all(f"{declared.UNPACKED + 1:,} bytes unzipped, together" in each.what for each in found)


def test_files_that_lie_over_each_other_are_refused() -> None:
    (fault,) = declared.faults(declaring({"bomb/a.py": 1, "bomb/b.py": 1}, header_offset=0), ())
    assert fault.what == "has 'bomb/b.py' where 'bomb/a.py' lies, too"


def test_a_directory_of_very_many_files_is_refused_before_it_is_read() -> None:
    made = declaring({f"bomb/{at}.py": 1 for at in range(300)}, comment=b"x" * 60_000)
    with at_most(MIB):
        (fault,) = declared.faults(made, ())
    assert f"up to {declared.DIRECTORY:,} are read" in fault.what


def test_a_path_that_no_file_system_takes_is_refused() -> None:
    (fault,) = declared.faults(declaring({"bomb/" + "a/" * 2100 + "b.py": 1}), ())
    assert "a path of 4209 bytes" in fault.what


def test_a_name_that_no_file_system_takes_is_refused_and_the_longest_that_one_takes_is_not() -> None:
    long = dict([wheel("long", {f"long/{'ä' * 127}.py": ""})])
    (fault,) = declared.faults(long, ())
    assert "a file name of 257 bytes" in fault.what
    assert not list(declared.faults(dict([wheel("fits", {f"fits/{'x' * 252}.py": ""})]), ()))


@pytest.mark.parametrize(("kind", "said"), [(stat.S_IFIFO, "a FIFO"), (stat.S_IFBLK, "a block device")])
def test_a_fifo_or_a_device_becomes_a_file_and_that_is_said(kind: int, said: str) -> None:
    made = dict([wheel("odd", {"odd/pipe": "x"}, modes={"odd/pipe": kind | 0o644})])
    assert not list(declared.faults(made, ()))
    (remark,) = declared.remarks(made)
    assert f"'odd/pipe' says that it is {said}; it becomes a file" in remark


def test_a_name_with_a_newline_is_shown_without_breaking_the_line() -> None:
    (remark,) = declared.remarks(dict([wheel("odd", {"odd/a\nerror: all is well.txt": ""})]))
    assert "\n" not in remark
    assert r"odd/a\nerror" in remark


def test_an_ordinary_wheel_gets_no_word_and_what_is_no_zip_is_left_to_its_reader() -> None:
    made = dict([wheel("plain", {"plain/__init__.py": "x = 1"})]) | {"broken-1.0-py3-none-any.whl": b"PK"}
    assert not list(declared.faults(made, ()))
    assert not list(declared.remarks(made))
