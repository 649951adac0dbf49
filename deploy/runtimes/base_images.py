"""The Linux under Lambda's runtimes: what a wheel and a shared object may ask of it.

The versions of libstdc++ are those of its compiler: https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_GLIBC = (
    "ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 libBrokenLocale.so.1 libanl.so.1 libc.so.6 libdl.so.2 libm.so.6 "
    "libmvec.so.1 libpthread.so.0 libresolv.so.2 librt.so.1 libthread_db.so.1 libutil.so.1"
)
# The few libraries that Python itself is linked to. A function has fewer than the image: libexpat.so.1 is in that alone
# (https://github.com/developmentseed/eoapi-cdk/pull/182, https://github.com/quiltdata/quilt/pull/2349).
_OTHERS = "libgcc_s.so.1 libstdc++.so.6 libz.so.1"


@dataclass(frozen=True)
class Base:
    """The newest version of each library interface that it has, and the libraries."""

    name: str
    versions: Mapping[str, str]
    libraries: frozenset[str]

    @property
    def glibc_minor(self) -> int:
        """The x of glibc 2.x."""
        return int(self.versions["GLIBC"].partition(".")[2])


AMAZON_LINUX_2 = Base(  # GCC 7.3
    name="Amazon Linux 2",
    versions={"GLIBC": "2.26", "GLIBCXX": "3.4.24", "CXXABI": "1.3.11", "GCC": "7.0.0"},
    libraries=frozenset(f"{_GLIBC} libcrypt.so.1 libnsl.so.1 {_OTHERS}".split()),
)
# Its minimal image, on which the runtimes stand, has neither libnsl nor the old libcrypt.
AMAZON_LINUX_2023 = Base(  # GCC 11
    name="Amazon Linux 2023",
    versions={"GLIBC": "2.34", "GLIBCXX": "3.4.29", "CXXABI": "1.3.13", "GCC": "7.0.0"},
    libraries=frozenset(f"{_GLIBC} {_OTHERS}".split()),
)
