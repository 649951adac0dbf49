"""What pip installs works in the zip: where it does not, the rule that made the difference is found and withdrawn."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.errors import VerificationError
from deploy.inside.exchange import Applied
from deploy.layer.causes import LockedImports
from deploy.layer.proof.reference import Reference
from deploy.layer.verify import Means, VerifiedLayer, verify
from deploy.settings import Layer
from tests.deploy.layer.in_a_folder import FolderRuntime, Memory, reference
from tests.deploy.layer.synthetic import Made, layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from deploy.layer.values import BuiltLayer
    from tests.deploy.layer.in_a_folder import FolderSandbox

pytestmark = pytest.mark.programs

# A package whose code reads what a trim rule may take: tests, a stub, a data file.
FILES = {
    "tiny/__init__.py": "from tiny.tests import shared\n",
    "tiny/more.py": "",
    "tiny/data.json": "{}",
    "tiny/tests/__init__.py": "",
    "tiny/tests/shared.py": "",
}


def trimmed(
    folder: Path, made: Made, withdrawn: Mapping[str, tuple[str, ...]], *, rules: Mapping[str, str]
) -> BuiltLayer:
    """Build a layer as trim rules make it, each of which takes what begins with a path, unless it is withdrawn."""
    on = {rule: start for rule, start in rules.items() if rule not in withdrawn.get(made.name, ())}
    taken = {rule: tuple(path for path in made.files if path.startswith(start)) for rule, start in on.items()}
    gone = tuple(path for paths in taken.values() for path in paths)
    left = replace(made, files={path: content for path, content in made.files.items() if path not in gone})
    built = layer(folder, left, spec={"withdrawn": withdrawn})
    (folder / "wheels" / made.filename).write_bytes(made.wheel)
    applied = tuple(
        Applied(rule=rule, distribution=made.name, taken=paths, changed=(), bytes=1) for rule, paths in taken.items()
    )
    return replace(built, report=replace(built.report, applied=applied))


def proven(folder: Path, made: Made, **rules: str) -> tuple[VerifiedLayer, list[str]]:
    said: list[str] = []
    runtime = FolderRuntime(folder / "runtime")
    named = {rule.replace("_", "-"): start for rule, start in rules.items()}
    first = trimmed(folder, made, {}, rules=named)

    def rebuild(_: BuiltLayer, withdrawn: Mapping[str, tuple[str, ...]]) -> BuiltLayer:
        return trimmed(folder, made, withdrawn, rules=named)

    means = Means(runtime=runtime, say=said.append, reference=reference(runtime, first), rebuild=rebuild)
    (verified,) = verify([first], means)
    return verified, said


def test_a_rule_that_made_an_import_fail_is_withdrawn_and_said_so(tmp_path: Path) -> None:
    verified, said = proven(tmp_path, Made(files=FILES), tests="tiny/tests/")
    assert verified.built.spec.withdrawn == {"tiny": ("tests",)}
    (why,) = verified.evidence.withdrawn
    assert (why.rule, why.distribution) == ("tests", "tiny")
    assert why.because.startswith("tiny: ModuleNotFoundError: No module named 'tiny.tests'")
    assert said[-1].startswith("withdrew tests for tiny: tiny: ModuleNotFoundError")


def test_the_rule_that_the_error_points_to_is_withdrawn_and_no_other(tmp_path: Path) -> None:
    verified, _ = proven(tmp_path, Made(files=FILES), stubs="tiny/data.json", tests="tiny/tests/")
    assert verified.built.spec.withdrawn == {"tiny": ("tests",)}


def test_where_the_error_points_to_nothing_the_rules_are_tried_until_one_helps(tmp_path: Path) -> None:
    source = (
        "import os\nif not os.path.exists(os.path.dirname(__file__) + '/data.json'): raise KeyError('documentation')\n"
    )
    files = FILES | {"tiny/__init__.py": source}
    verified, said = proven(tmp_path, Made(files=files), tests="tiny/tests/", zone_data="tiny/data.json")
    assert verified.built.spec.withdrawn == {"tiny": ("zone-data",)}
    assert [each.rule for each in verified.evidence.withdrawn] == ["zone-data"]
    assert "trying without tests for tiny" in said[0]


def test_two_differences_of_one_distribution_are_both_repaired(tmp_path: Path) -> None:
    files = FILES | {"tiny/more.py": "open(__file__.replace('more.py', 'data.json'))\n"}
    verified, _ = proven(tmp_path, Made(files=files), tests="tiny/tests/", stubs="tiny/data.json")
    assert verified.built.spec.withdrawn == {"tiny": ("stubs", "tests")}


def test_a_rule_that_takes_what_nothing_needs_stays(tmp_path: Path) -> None:
    verified, said = proven(tmp_path, Made(files=FILES | {"tiny/__init__.py": ""}), tests="tiny/tests/")
    assert verified.built.spec.withdrawn == {}
    assert (verified.evidence.withdrawn, said) == ((), [])
    assert verified.evidence.compared


def test_what_a_user_excluded_is_refused_where_a_top_level_package_needs_it(tmp_path: Path) -> None:
    with pytest.raises(VerificationError) as caught:
        proven(tmp_path, Made(files=FILES), exclude="tiny/tests/")
    (fault,) = caught.value.faults
    assert (
        "the trim rule `exclude` took tiny/tests/__init__.py; what pip installs from the same wheels works"
        in fault.cause
    )
    assert fault.where == "tiny: tiny"


def test_what_a_user_excluded_and_only_a_part_needs_is_a_remark(tmp_path: Path) -> None:
    files = FILES | {"tiny/__init__.py": "", "tiny/more.py": "import tiny.tests\n"}
    verified, _ = proven(tmp_path, Made(files=files), exclude="tiny/tests/")
    assert (
        "tiny: tiny.more does not work without tiny/tests/__init__.py, which `exclude` took"
        in verified.evidence.remarks
    )


def test_a_difference_that_no_rule_explains_is_refused_as_a_fault_of_the_pipeline(tmp_path: Path) -> None:
    made = Made(files=FILES)
    built = layer(tmp_path, made, lacking=lambda path: "tiny/tests" in path)
    runtime = FolderRuntime(tmp_path / "runtime")
    with pytest.raises(VerificationError) as caught:
        verify(
            [built],
            Means(runtime=runtime, say=print, reference=reference(runtime, built), rebuild=lambda each, _: each),
        )
    assert "no trim rule explains why this does not" in str(caught.value)
    assert "this is a fault of the pipeline: report it" in str(caught.value)


def test_what_fails_in_what_pip_installs_too_is_one_remark_for_each_reason(tmp_path: Path) -> None:
    files = {"tiny/__init__.py": "", **{f"tiny/extra_{each}.py": "import grpc\n" for each in "abc"}}
    built = layer(tmp_path, Made(files=files))
    runtime = FolderRuntime(tmp_path / "runtime")
    (verified,) = verify([built], Means(runtime=runtime, say=print, reference=reference(runtime, built)))
    (remark,) = verified.evidence.remarks
    assert remark.startswith("tiny: tiny.extra_a (and 2 more) cannot be imported, in what pip installs neither: Mod")
    assert remark.endswith("No module named 'grpc'")


def test_a_distribution_of_which_nothing_can_be_imported_is_refused_once_with_its_cure(tmp_path: Path) -> None:
    files = {"tiny/__init__.py": "import grpc\n", **{f"tiny/part_{each}.py": "" for each in "abc"}}
    with_extra = Made(files=files, requires=("grpcio>=1.0; extra == 'grpc'",))
    with pytest.raises(VerificationError) as caught:
        proven(tmp_path, with_extra)
    (fault,) = caught.value.faults
    assert fault.cause == "it comes with the extra grpc, which nobody asked for"
    assert fault.cure.startswith("add tiny[grpc] to requirements.in, or to what the lock is exported from, and lock it")


def test_a_distribution_of_which_only_a_private_module_can_be_imported_is_refused(tmp_path: Path) -> None:
    found = "raise OSError('sndfile library not found using ctypes.util.find_library')\n"
    with pytest.raises(VerificationError, match="tiny: OSError: sndfile library not found"):
        proven(tmp_path, Made(files={"tiny.py": found, "_tiny.py": ""}))


def test_a_distribution_that_has_nothing_but_private_modules_is_imported_by_them(tmp_path: Path) -> None:
    verified, _ = proven(tmp_path, Made(files={"_tiny.py": "", "_tiny_debug.py": "import grpc\n"}))
    assert verified.evidence.remarks


def test_a_cure_never_asks_for_the_standard_library_nor_for_an_import_name(tmp_path: Path) -> None:
    for name in ("tkinter", "some_module"):
        with pytest.raises(VerificationError) as caught:
            proven(
                tmp_path / name,
                Made(files={"tiny/__init__.py": f"raise ModuleNotFoundError(\"No module named '{name}'\")\n"}),
            )
        (fault,) = caught.value.faults
        assert name not in fault.cure
        assert name in fault.cause


@pytest.mark.parametrize(
    "error",
    [
        "failed to find libmagic.  Check your installation",
        "Unable to find zbar shared library",
        'no library called "cairo-2" was found',
        "sndfile library not found using ctypes.util.find_library",
    ],
)
def test_a_library_that_a_package_looks_for_by_itself_is_to_be_brought(error: str) -> None:
    cause, cure = LockedImports(brought={}, present=frozenset(), requires={}).explain(f"ImportError: {error}", "tiny")
    assert "neither layer nor runtime has it" in cause
    assert "`files: {lib/: FOLDER}`" in cure


def test_a_requirement_that_the_lock_does_not_have_is_refused_though_nothing_imports_it_yet(tmp_path: Path) -> None:
    lazy = ("absent>=2", "other; python_version < '3'", "extra-only; extra == 'x'")
    with pytest.raises(VerificationError) as caught:
        proven(tmp_path, Made(requires=lazy))
    (fault,) = caught.value.faults
    assert str(fault).startswith("tiny: requires absent>=2: which the lock does not have")


def test_a_requirement_that_the_locked_version_does_not_meet_is_refused(tmp_path: Path) -> None:
    runtime = FolderRuntime(tmp_path / "runtime")
    built = layer(tmp_path, Made(requires=("Other_Name>=2",)), Made(name="other-name", files={"other.py": ""}))
    with pytest.raises(VerificationError, match=r"requires Other_Name>=2: and the lock has other-name 1\.0"):
        verify([built], Means(runtime=runtime, say=print, reference=reference(runtime, built)))


class Counting(FolderRuntime):
    """Counts how often a reference was made."""

    count = 0

    @contextmanager
    def installed(self, runtime: str, wheels: Mapping[str, bytes]) -> Iterator[FolderSandbox]:
        Counting.count += 1
        with super().installed(runtime, wheels) as sandbox:
            yield sandbox


def test_the_reference_is_looked_at_once_for_the_same_wheels_whatever_the_policy(tmp_path: Path) -> None:
    memory, runtime = Memory(), Counting(tmp_path / "runtime")
    made = Made(files={"tiny/__init__.py": "", "tiny/a.py": ""})

    def looked_at(made: Made, policy: str) -> int:
        before = Counting.count
        built = layer(tmp_path / policy, made, settings=Layer(name=policy))
        Reference({made.filename: made.wheel}, runtime, memory).look(built.spec, ())
        return Counting.count - before

    assert [looked_at(made, policy) for policy in ("one", "another")] == [1, 0]
    assert looked_at(replace(made, files={"tiny/__init__.py": "x = 2\n"}), "one") == 1


def test_a_service_that_was_not_asked_before_is_asked_beside_what_is_kept(tmp_path: Path) -> None:
    memory, runtime = Memory(), Counting(tmp_path / "runtime")
    made = Made(name="botocore", files={"botocore/__init__.py": "raise ImportError('not whole')\n"})
    built = layer(tmp_path, made)
    kept = Reference({made.filename: made.wheel}, runtime, memory)
    assert [each.what for each in kept.look(built.spec, ("sqs",)).clients()] == ["sqs"]
    before = Counting.count
    assert [each.what for each in kept.look(built.spec, ("sqs", "ssm")).clients()] == ["sqs", "ssm"]
    assert Counting.count == before + 1
    kept.look(built.spec, ("ssm",))
    assert Counting.count == before + 1
