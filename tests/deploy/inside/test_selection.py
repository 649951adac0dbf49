from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace

import pytest

from deploy.inside.assemble import derived
from deploy.inside.parts import Parts
from deploy.inside.refusal import Refused
from deploy.inside.selection import Merged, merge, select, tool_hashes
from tests.deploy.inside.synthetic import pin, recipe, wheel

ONE = wheel("one", {"one.py": "1"})
TWO = wheel("two", {"two.py": "2"})
PYTHON = "/var/lang/bin/python3.11"


def test_exactly_the_locked_wheels_are_taken_sorted_by_name() -> None:
    chosen = select(dict([TWO, ONE]), [pin(TWO), pin(ONE)], (), interpreter=PYTHON)
    assert [each.name for each in chosen] == ["one", "two"]


def test_a_wheel_that_is_only_a_tool_stays_out_of_the_layer() -> None:
    tools = {hashlib.sha256(TWO[1]).hexdigest()}
    chosen = select(dict([ONE, TWO]), [pin(ONE)], tools, interpreter=PYTHON)
    assert [each.name for each in chosen] == ["one"]


def test_every_fault_of_the_set_is_told_at_once() -> None:
    tampered = wheel("one", {"one.py": "changed"})
    offered = dict([tampered, TWO, ("three-1.0.tar.gz", b"")])
    with pytest.raises(Refused) as caught:
        select(offered, [pin(ONE)], (), interpreter=PYTHON)
    assert [each.splitlines()[0] for each in caught.value.faults] == [
        "one-1.0-py3-none-any.whl: its sha256 is not in the lock",
        "three-1.0.tar.gz: is not a wheel; only wheels are installed, nothing is built from source",
        "two-1.0-py3-none-any.whl: its sha256 is not in the lock",
        "one==1.0: is in the lock and has no wheel here",
    ]


def test_two_wheels_for_one_pin_are_refused() -> None:
    other = wheel("one", {"one.py": "1"}, tag="cp311-none-any")
    both = replace(pin(ONE), hashes=pin(ONE).hashes + pin(other).hashes)
    with pytest.raises(Refused, match=r"one==1\.0: has 2 wheels here"):
        select(dict([ONE, other]), [both], (), interpreter=PYTHON)


def test_a_hash_that_the_lock_has_under_another_name_is_refused() -> None:
    wrong = replace(pin(ONE), name="two", version="2.0")
    with pytest.raises(Refused, match=r"is one 1\.0, and the lock has its hash under two==2\.0"):
        select(dict([ONE]), [wrong], (), interpreter=PYTHON)


def compressed(content: bytes) -> bytes:
    return zlib.compress(content, wbits=-15)


def merged(*made: tuple[str, bytes]) -> Merged:
    return merge(select(dict(made), [pin(each) for each in made], (), interpreter=PYTHON))


def test_two_distributions_that_write_the_same_path_are_refused() -> None:
    found = merged(
        wheel("one", {"same.py": "1", "ns/__init__.py": ""}),
        wheel("two", {"same.py": "2", "ns/__init__.py": ""}),
    )
    assert [each.splitlines()[0] for each in found.faults(found.files)] == [
        "same.py: one and two both write it, and not the same"
    ]


def test_a_file_where_another_distribution_needs_a_folder_is_refused() -> None:
    found = merged(wheel("one", {"same": "1"}), wheel("two", {"same/module.py": "2"}))
    (fault,) = found.faults(found.files)
    assert "same: one has a file there, and two a folder" in fault


def test_a_path_that_no_layer_keeps_is_nothing_to_disagree_about() -> None:
    found = merged(
        wheel("one", {"tests/__init__.py": "1", "same": ""}), wheel("two", {"tests/__init__.py": "2", "same/a": ""})
    )
    left = {path: file for path, file in found.files.items() if path not in {"tests/__init__.py", "same"}}
    assert (len(found.faults(found.files)), found.faults(left)) == (2, [])


def test_what_a_trim_rule_takes_of_both_refuses_no_layer() -> None:
    made = [wheel(name, {f"{name}.py": "", "LICENSE": name}) for name in ("one", "two")]
    wheels = select(dict(made), [pin(each) for each in made], (), interpreter=PYTHON)
    left_out = recipe(*made, exclude={"LICENSE": "each has its own in its dist-info"})
    assert "LICENSE" not in derived(left_out, wheels, compressed, Parts({})).files
    with pytest.raises(Refused, match="LICENSE: one and two both write it"):
        derived(recipe(*made), wheels, compressed, Parts({}))


def test_what_went_with_the_sources_is_told_by_distribution_and_can_be_withdrawn_of_one() -> None:
    made = [wheel(name, {f"{name}.py": ""}) for name in ("one", "two")]
    wheels = select(dict(made), [pin(each) for each in made], (), interpreter=PYTHON)
    layer = derived(
        recipe(*made, bytecode="sourceless", withdrawn={"one": ("sourceless",)}), wheels, compressed, Parts({})
    )
    assert {"one.py", "__pycache__/one.cpython-311.pyc", "two.pyc"} < set(layer.files)
    assert [(each.rule, each.distribution, each.taken) for each in layer.trimmed.applied] == [
        ("sourceless", "two", ("two.py",))
    ]
    assert [(each.rule, each.distribution) for each in layer.trimmed.spared] == [("sourceless", "one")]


def test_the_hashes_of_the_tools_are_those_of_their_file() -> None:
    assert tool_hashes(f"deflate==1 \\\n --hash=sha256:{'a' * 64} --hash=sha256:{'b' * 64}\n") == {"a" * 64, "b" * 64}
