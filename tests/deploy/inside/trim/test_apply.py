from __future__ import annotations

from dataclasses import asdict

import pytest

from deploy.inside.exchange import Applied, Saving, Spared, TrimPolicy
from deploy.inside.files import LayerFile
from deploy.inside.refusal import Refused
from deploy.inside.trim.apply import CHOICES, Trimmed
from deploy.inside.trim.apply import savings as summed
from deploy.inside.trim.plain import pattern_to_regex
from tests.deploy.inside.synthetic import ELF, recipe, tree, trim, wheel

SAMPLE = wheel("sample", {})


def left(result: Trimmed) -> list[str]:
    return sorted(result.files)


def savings(result: Trimmed) -> dict[str, tuple[int, int]]:
    return {each.rule: (len(each.taken) + len(each.changed), each.bytes) for each in result.applied}


def test_every_key_of_the_policy_is_a_rule_and_every_rule_a_key() -> None:
    assert {key.replace("_", "-") for key in asdict(TrimPolicy())} == set(CHOICES)


def test_nothing_goes_where_every_rule_is_off() -> None:
    files = tree({"a/tests/test_a.py": "", "a/a.pyi": "", "sample-1.0.dist-info/RECORD": "", "bin/a": ""})
    assert trim(files, recipe(SAMPLE)).files == files


def test_bytecode_from_a_wheel_goes_unless_it_is_all_there_is_of_a_module() -> None:
    files = tree({"a.py": "", "a.pyc": "12", "__pycache__/a.cpython-311.pyc": "123", "only.pyc": ""})
    result = trim(files, recipe(SAMPLE))
    assert left(result) == ["a.py", "only.pyc"]
    assert savings(result) == {"bytecode": (2, 5)}


def test_type_stubs_cython_sources_and_c_headers_go() -> None:
    files = tree(dict.fromkeys(("a/a.py", "a/a.pyi", "a/py.typed", "a/a.pxd", "a/a.pyx", "a/a.h", "a/a.hpp"), "x"))
    assert left(trim(files, recipe(SAMPLE, stubs=True))) == ["a/a.py"]


def test_console_scripts_go_and_every_other_program_stays() -> None:
    scripts = {
        "bin/run": b"#!/var/lang/bin/python3.11\nimport a\n",
        "bin/ruff": b"\x7fELF",
        "bin/shell": b"#!/bin/sh\n",
    }
    files = tree({"bin/__init__.py": ""})
    files |= {path: LayerFile(content, "sample", "scripts", executable=True) for path, content in scripts.items()}
    assert left(trim(files, recipe(SAMPLE, scripts=True))) == ["bin/__init__.py", "bin/ruff", "bin/shell"]


def test_what_installers_leave_goes_whatever_the_policy() -> None:
    folder = "sample-1.0.dist-info"
    files = tree(dict.fromkeys([f"{folder}/{name}" for name in ("INSTALLER", "REQUESTED", "RECORD", "WHEEL")], ""))
    assert left(trim(files, recipe(SAMPLE))) == [f"{folder}/RECORD", f"{folder}/WHEEL"]


def test_metadata_keeps_what_importlib_metadata_reads_and_every_licence() -> None:
    folder = "sample-1.0.dist-info"
    text = (
        "Metadata-Version: 2.4\nName: sample\nVersion: 1.0\nSummary: long\nLicense: MIT\nRequires-Dist: other>=1\n"
        "Classifier: Topic :: A\n\nThe long description.\n"
    )
    files = tree(
        {
            f"{folder}/METADATA": text,
            f"{folder}/entry_points.txt": "[console_scripts]\na = a:main\n",
            **{
                f"{folder}/{name}": "x" for name in ("RECORD", "WHEEL", "top_level.txt", "INSTALLER", "direct_url.json")
            },
            **{
                f"{folder}/{name}": "x"
                for name in ("LICENSE.txt", "NOTICE", "licenses/sub/BSD.md", "sboms/libs.cdx.json")
            },
            "sample.py": "",
        }
    )
    result = trim(files, recipe(SAMPLE, metadata=True))
    assert left(result) == [
        "sample-1.0.dist-info/LICENSE.txt",
        "sample-1.0.dist-info/METADATA",
        "sample-1.0.dist-info/NOTICE",
        "sample-1.0.dist-info/RECORD",
        "sample-1.0.dist-info/licenses/sub/BSD.md",
        "sample-1.0.dist-info/sboms/libs.cdx.json",
        "sample.py",
    ]
    cut = result.files[f"{folder}/METADATA"].content.decode()
    assert cut == "Metadata-Version: 2.4\nName: sample\nVersion: 1.0\nLicense: MIT\nRequires-Dist: other>=1\n"


def test_entry_points_that_programs_look_up_stay() -> None:
    points = "[console_scripts]\na = a:main\n[sample.plugins]\nb:c = a:b\n"
    path = "sample-1.0.dist-info/entry_points.txt"
    assert path in trim(tree({path: points}), recipe(SAMPLE, metadata=True)).files


def test_the_names_that_importlib_metadata_takes_from_top_level_alone_stay() -> None:
    named, path = ("_sample", "sample"), "sample-1.0.dist-info/top_level.txt"
    files = tree({path: "\n".join(named), "sample/__init__.py": "", "_sample.abi3.so": ""})
    assert path in trim(files, recipe(SAMPLE, metadata=True)).files
    assert path not in trim(tree({path: "\n".join(named), "sample.py": ""}), recipe(SAMPLE, metadata=True)).files


def test_botocores_ca_bundle_goes_only_where_certifi_is_in_the_same_layer() -> None:
    certifi = wheel("certifi", {})
    files = tree({"botocore/cacert.pem": "x"})
    both = files | tree({"certifi/cacert.pem": "x"})
    assert left(trim(both, recipe(certifi, ca_bundle=True))) == ["certifi/cacert.pem"]
    assert left(trim(files, recipe(SAMPLE, ca_bundle=True))) == ["botocore/cacert.pem"]


def test_botocores_ca_bundle_stays_where_certifis_is_excluded() -> None:
    certifi = wheel("certifi", {})
    files = tree({"botocore/cacert.pem": "x", "certifi/cacert.pem": "x"})
    result = trim(files, recipe(certifi, ca_bundle=True, exclude={"certifi/**": "why not"}))
    assert left(result) == ["botocore/cacert.pem"]


def test_dateutils_zones_go() -> None:
    files = tree({"dateutil/zoneinfo/dateutil-zoneinfo.tar.gz": "123", "dateutil/zoneinfo/__init__.py": ""})
    result = trim(files, recipe(SAMPLE, zone_data=True))
    assert left(result) == ["dateutil/zoneinfo/__init__.py"]
    assert savings(result) == {"zone-data": (1, 3)}


def test_compiled_twins_go_with_what_mypyc_shares_between_them() -> None:
    files = tree(
        {
            "sample/md.py": "",
            "sample/md.cpython-311-x86_64-linux-gnu.so": ELF,
            "sample/sub/__init__.py": "",
            "sample/sub.abi3.so": ELF,
            "81d243bd2c585b0f4821__mypyc.cpython-311-x86_64-linux-gnu.so": ELF,
            "sample.libs/libz.so.1": ELF,
        }
    ) | tree({"other/c.so": ELF}, owner="other")
    result = trim(files, recipe(SAMPLE, compiled_twins=["Sample"]))
    assert left(result) == ["other/c.so", "sample.libs/libz.so.1", "sample/md.py", "sample/sub/__init__.py"]


def test_an_extension_module_without_a_python_twin_is_refused_as_is_a_distribution_that_is_not_here() -> None:
    files = tree({"sample/md.so": ELF})
    with pytest.raises(Refused) as caught:
        trim(files, recipe(SAMPLE, compiled_twins=["sample", "sampel"]))
    assert str(caught.value).splitlines() == [
        "trim.compiled-twins: sampel is not in this layer",
        "    do:    did you mean sample?",
        "trim.compiled-twins sample: sample/md.so has no Python module of the same name, which would take its place",
        "    do:    take the name off the list",
    ]


def test_a_twin_that_is_excluded_does_not_count() -> None:
    files = tree({"sample/md.py": "", "sample/md.so": ELF})
    with pytest.raises(Refused, match="has no Python module"):
        trim(files, recipe(SAMPLE, compiled_twins=["sample"], exclude={"sample/md.py": "oops"}))


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("a/**", "a/b/c.py", True),
        ("a/**", "ab/c.py", False),
        ("a/*.py", "a/b.py", True),
        ("a/*.py", "a/b/c.py", False),
        ("**/*.txt", "c.txt", True),
        ("**/*.txt", "a/b/c.txt", True),
        ("a/?.py", "a/b.py", True),
        ("a.py", "aXpy", False),
        ("a", "a/b", False),
    ],
)
def test_patterns_stay_within_a_folder_unless_they_say_otherwise(pattern: str, path: str, *, matches: bool) -> None:
    assert bool(pattern_to_regex(pattern).match(path)) is matches


def test_patterns_that_match_nothing_are_all_refused_at_once() -> None:
    files = tree({"a/b.py": ""})
    with pytest.raises(Refused) as caught:
        trim(files, recipe(SAMPLE, exclude={"a": "the folder", "c/**": "gone since", "a/*.py": "fine"}))
    assert str(caught.value).splitlines() == [
        "trim.exclude 'a': matches no file of the layer",
        "    do:    write a/** for all in that folder",
        "trim.exclude 'c/**': matches no file of the layer",
        "    do:    remove or correct it; the layer holds a",
    ]


def test_a_file_is_counted_once_for_the_first_rule_that_takes_it() -> None:
    files = tree({"a/tests/test_a.pyi": "1", "a/tests/test_a.py": "12", "a/b.pyi": "123"})
    wanted = recipe(SAMPLE, tests=True, stubs=True, exclude={"a/tests/*.py": "why not"})
    assert summed(wanted, trim(files, wanted).applied) == (
        Saving(rule="bytecode", files=0, bytes=0),
        Saving(rule="leftovers", files=0, bytes=0),
        Saving(rule="exclude", files=1, bytes=2),
        Saving(rule="tests", files=0, bytes=0),
        Saving(rule="stubs", files=2, bytes=4),
    )


def test_what_each_rule_did_is_told_file_by_file_of_every_distribution() -> None:
    files = tree({"a/a.pyi": "123", "a/a.py": ""}) | tree(
        {"b-1.0.dist-info/METADATA": "Name: b\nVersion: 1\nSummary: s\n\nText", "b/b.h": "1", "b/b.pyi": "22"},
        owner="b",
    )
    assert trim(files, recipe(SAMPLE, stubs=True, metadata=True)).applied == (
        Applied(rule="stubs", distribution="b", taken=("b/b.h", "b/b.pyi"), changed=(), bytes=3),
        Applied(rule="stubs", distribution="sample", taken=("a/a.pyi",), changed=(), bytes=3),
        Applied(rule="metadata", distribution="b", taken=(), changed=("b-1.0.dist-info/METADATA",), bytes=16),
    )


def test_a_rule_that_is_withdrawn_for_a_distribution_leaves_it_as_it_is_and_no_other() -> None:
    files = tree({"a/a.pyi": "1", "a/tests/test_a.py": "1"}, owner="a") | tree({"b/b.pyi": "1"}, owner="b")
    result = trim(files, recipe(SAMPLE, stubs=True, tests=True, withdrawn={"a": ("stubs",)}))
    assert left(result) == ["a/a.pyi"]
    assert [(each.rule, each.distribution) for each in result.applied] == [("tests", "a"), ("stubs", "b")]
    assert result.spared == (Spared(rule="stubs", distribution="a", reason="it was withdrawn for it"),)


def test_withdrawing_a_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refused, match=r"withdrawn sample: stub is no trim rule\n    do:    did you mean stubs\?"):
        trim({}, recipe(SAMPLE, withdrawn={"sample": ("stub",)}))


def test_what_nobody_asked_for_stays_and_is_offered() -> None:
    files = tree({"a/a.pyi": "123", "a/tests/test_a.py": ""})
    result = trim(files, recipe(SAMPLE, stubs=None, metadata=None, tests=False))
    assert result.files == files
    assert result.offered == (Saving(rule="stubs", files=1, bytes=3),)


def test_trimming_what_is_trimmed_changes_nothing() -> None:
    files = tree(
        {"a/tests/test_a.py": "12", "a/b.pyi": "1", "sample-1.0.dist-info/METADATA": "Name: a\nVersion: 1\n\nText"}
    )
    policy = recipe(SAMPLE, tests=True, stubs=True, metadata=True)
    once = trim(files, policy).files
    assert trim(once, policy).files == once
