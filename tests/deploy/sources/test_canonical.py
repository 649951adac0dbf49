"""A wheel that somebody's build gave, before it is unpacked."""

from __future__ import annotations

import tracemalloc

import pytest

from deploy.errors import BuildError
from deploy.sources.canonical import canonical
from tests.deploy.inside.synthetic import wheel
from tests.deploy.layer.test_declared import MIB, zeros


def test_a_wheel_that_would_fill_the_memory_is_refused_by_what_it_declares() -> None:
    [bomb] = zeros("bomb/data.bin", 300 * MIB).values()
    tracemalloc.start()
    with pytest.raises(BuildError, match=f"declares {300 * MIB:,} bytes unzipped"):
        canonical(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MIB


def test_the_same_files_give_the_same_wheel_whoever_packed_them() -> None:
    _, one = wheel("one", {"one.py": "x = 1", "two.py": "y = 2"})
    _, other = wheel("one", {"two.py": "y = 2", "one.py": "x = 1"})
    assert one != other
    assert canonical(one) == canonical(other)
