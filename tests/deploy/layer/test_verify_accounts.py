"""What the probe says of itself and of packages, and what counts of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import VerificationError
from deploy.inside.look.place import Place
from deploy.inside.look.values import Account, Outcome
from deploy.layer.proof import look
from deploy.layer.proof.script import script
from tests.deploy.layer.proving import proven, refused
from tests.deploy.layer.synthetic import Made, layer, real_yaml

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.programs


def test_a_probe_without_an_answer_is_refused_with_its_output_and_blames_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "script", lambda: b"raise RuntimeError('it is broken')\n")
    found = refused(tmp_path, layer(tmp_path, Made()))
    assert "RuntimeError: it is broken" in found
    assert "the probe: ended with exit code 1 and without an answer" in found
    assert "tiny" not in found


def test_what_is_in_the_layer_takes_the_place_of_nothing_that_the_probe_imports(tmp_path: Path) -> None:
    poison = {
        "json/__init__.py": "raise RuntimeError('poisoned')\n",
        "selectors.py": "raise RuntimeError('poisoned')\n",
    }
    assert proven(tmp_path, layer(tmp_path, Made()), own=poison)


def test_what_the_probe_said_nothing_of_counts_as_not_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(python="3.11.0", glibc="2.26", machine="x86_64", runtime_modules=()).to_json()
    silent = f"import json\nprint(json.dumps(['place', {place!r}]))\n"
    monkeypatch.setattr(look, "script", silent.encode)
    found = refused(tmp_path, layer(tmp_path, Made(), real_yaml()))
    assert "pyyaml: yaml (and 1 more): was not looked at" in found


def test_an_account_that_leaves_something_out_does_not_count_as_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(python="3.11.0", glibc="2.26", machine="x86_64", runtime_modules=()).to_json()
    account = Account(subject="tiny: tiny", records=(Outcome(kind="module", what="tiny", home="layer"),)).to_json()
    silent = f"import json\nprint(json.dumps(['account', {account!r}]))\nprint(json.dumps(['place', {place!r}]))\n"
    monkeypatch.setattr(look, "script", silent.encode)
    found = refused(tmp_path, layer(tmp_path, Made(files={"tiny/__init__.py": "", "tiny/a.py": "", "tiny/b.py": ""})))
    assert "tiny: tiny.a: was not tried (and 1 more)" in found


def test_a_failure_of_the_probe_itself_blames_no_package_and_keeps_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = script().replace(b"compiled = watch_compiler()", b"compiled = unwatched()")
    monkeypatch.setattr(look, "script", lambda: broken)
    found = refused(tmp_path, layer(tmp_path, Made(), real_yaml()))
    assert "a fault of the pipeline, and of no package" in found
    assert "name 'unwatched' is not defined" in found
    assert "cause" not in found


def test_a_package_that_ends_what_watches_it_is_blamed_alone(tmp_path: Path) -> None:
    evil = Made(name="evil", files={"evil.py": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n"})
    broken = Made(name="broken", files={"broken.py": "raise RuntimeError('no luck')\n"})
    with pytest.raises(VerificationError) as caught:
        proven(tmp_path, layer(tmp_path, evil, broken, Made()))
    assert sorted((fault.where, fault.what.partition(" (")[0]) for fault in caught.value.faults) == [
        ("broken: broken", "RuntimeError: no luck"),
        ("evil: evil", "it ended the process that watched it"),
    ]


def test_a_package_that_writes_into_its_own_report_is_refused_though_what_pip_installs_does_the_same(
    tmp_path: Path,
) -> None:
    source = (
        "import os\nfor each in os.listdir('/proc/self/fd'):\n    if int(each) > 2:\n"
        "        try: os.write(int(each), b'{}\\n')\n        except OSError: pass\n"
    )
    found = refused(tmp_path, layer(tmp_path, Made(files={"tiny/__init__.py": source}), real_yaml()))
    assert "tiny: tiny: something else wrote into its report" in found
    assert "what it says of itself proves nothing" in found
    assert "yaml" not in found
