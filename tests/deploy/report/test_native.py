"""Shared objects of layers against the runtime: a real extension module, its version names edited."""

from __future__ import annotations

from deploy.report.native import Judge, Library
from deploy.runtimes.base_images import AMAZON_LINUX_2, Base
from tests.deploy.layer.synthetic import EXTENSION
from tests.deploy.published.layers import zipped
from tests.deploy.report.layers import known, manifest, our_layer

REAL = EXTENSION.read_bytes()


def judged(data: bytes, architecture: str = "x86_64", base: Base | None = AMAZON_LINUX_2) -> Library:
    layer = known(zipped({"python/x.so": data, "python/x.py": "a = 1\n"}))
    (library,) = Judge(layer, base, architecture).libraries()
    return library


def test_a_library_that_fits_says_what_it_needs_and_which_symbols_make_it() -> None:
    found = judged(REAL)
    assert found.fits
    assert found.needs == {"GLIBC": "2.14"}
    assert "memcpy" in found.symbols
    assert "libc.so.6" in found.libraries
    assert found.loaded is None


def test_a_library_for_a_newer_glibc_does_not_fit_and_says_why() -> None:
    found = judged(REAL.replace(b"GLIBC_2.14\0", b"GLIBC_2.34\0"))
    assert not found.fits
    assert found.misfits == ("needs GLIBC_2.34 (memcpy); Amazon Linux 2 has GLIBC_2.26",)


def test_a_library_for_another_machine_does_not_fit() -> None:
    assert judged(REAL, "arm64").misfits == ("is for x86_64; the layer is for arm64",)


def test_a_damaged_library_does_not_fit() -> None:
    (misfit,) = judged(REAL[:100]).misfits or ()
    assert misfit.startswith("is a damaged ELF file")


def test_against_a_runtime_that_nobody_knows_nothing_is_judged() -> None:
    assert judged(REAL, base=None).misfits is None


def test_what_was_loaded_is_known_of_a_layer_that_was_built_here() -> None:
    content = our_layer()
    (found,) = Judge(known(content, manifest(content)), AMAZON_LINUX_2, "x86_64").libraries()
    assert found.loaded is True
    assert (found.package, found.size) == ("pyyaml", len(REAL))
