"""What a package writes in the look's own words: a record is one by every type in it, or it is that package's end."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from deploy.inside.look import apart, values
from deploy.inside.look.values import Asked, Begun, Bytecode, Crash, Described, Finished, Outcome, read, written
from tests.deploy.inside.look.tasks import WORKS, accounts, task

BYTECODE = Bytecode(compiled=("a.py",), misnamed=(("b.pyc", "c.py"),), used=3)
DESCRIBED = Described(distribution="a", headers=(("Name", "a"),), requires=("b",), files=None, absent=("c",))
RECORDS = (
    Begun(kind="module", what="a"),
    Outcome(kind="shared object", what="a/b.so", error="é\n", ms=1.5),
    DESCRIBED,
    Described(distribution="a", files=("a.py",)),
    Asked(names=("numpy",)),
    BYTECODE,
    Crash(trace="Traceback"),
    Finished(changed=("a",)),
)


@pytest.mark.parametrize("record", RECORDS)
def test_what_the_look_writes_is_read_as_it_was(record: values.Record) -> None:
    assert read(written(record)) == record


def forged(record: values.Record, **changed: object) -> str:
    """Write a record as `written` does, with other values in some of its fields."""
    return json.dumps({"record": type(record).__name__, **asdict(record), **changed})


DEEP = "[" * 900 + "]" * 900
OUTCOME = Outcome(kind="module", what="a")
FORGED = {
    "nothing in the place of a list": forged(BYTECODE, compiled=None),
    "text in the place of a list": forged(BYTECODE, compiled="a.py"),
    "a number in a list of names": forged(Asked(names=()), names=[1]),
    "a pair of three": forged(BYTECODE, misnamed=[["a", "b", "c"]]),
    "a pair that is none": forged(BYTECODE, misnamed=["ab"]),
    "yes in the place of a number": forged(BYTECODE, used=True),
    "a part of one": forged(BYTECODE, used=1.5),
    "less than nothing": forged(BYTECODE, used=-1),
    "a number that no other reader has": forged(BYTECODE, used=1 << 53),
    "a number of 5,000 digits": forged(BYTECODE).replace(": 3}", f": {'9' * 5000}}}"),
    "no number": forged(OUTCOME, ms=float("nan")),
    "an endless number": forged(OUTCOME, ms=float("inf")),
    "a number beyond any": forged(OUTCOME).replace("0.0", "1e999"),
    "an unknown kind": forged(OUTCOME, kind="verdict"),
    "a list in the place of a kind": forged(OUTCOME, kind=["module"]),
    "an object in the place of text": forged(OUTCOME, error={"a": "b"}),
    "a field twice": '{"record": "Asked", "names": [], "names": ["a"]}',
    "a field too many": forged(OUTCOME, verdict="good"),
    "a field too few": '{"record": "Outcome", "kind": "module"}',
    "no kind of record": '{"record": "Account"}',
    "a list in its place": '{"record": ["Outcome"]}',
    "no object": '["record", "Outcome"]',
    "nested deep": f'{{"record": "Asked", "names": {DEEP}}}',
    "nested deeper": "[" * 200_000,
    "no JSON": "Finished",
    "a mark of byte order": f"\ufeff{forged(OUTCOME)}",
}


@pytest.mark.parametrize("kind", FORGED)
def test_whatever_is_no_record_by_all_of_its_types_is_refused_as_a_value(kind: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - no other exception is the promise; the words differ
        read(FORGED[kind])


def test_half_a_character_as_a_file_s_name_may_have_is_written_out() -> None:
    found = read(forged(OUTCOME, error="No such file: 'caf\udce9'"))
    assert found == Outcome(kind="module", what="a", error="No such file: 'caf\\udce9'")
    written(found).encode()


MORE = f"more than {1 << 20:,} bytes"
SPEAKING = """
import os, sys
frame = sys._getframe()
while "say" not in frame.f_locals:
    frame = frame.f_back
for line in {lines!r}:
    frame.f_locals["say"](line)
{then}
"""


def speaking(*lines: str, then: str = "") -> str:
    """Return code that speaks in the look's own voice, with its token."""
    return SPEAKING.format(lines=lines, then=then)


@pytest.mark.sliced(5)
@pytest.mark.parametrize("kind", FORGED)
def test_a_package_that_writes_one_fails_alone(kind: str) -> None:
    found = accounts(task("bad", speaking(FORGED[kind])), task("victim", ""))
    assert "something else wrote into its report" in found["bad"].intruded
    assert (found["victim"].records, found["victim"].intruded) == ((WORKS,), "")


def test_a_package_cannot_say_that_the_pipeline_failed() -> None:
    crash = written(Crash(trace="the pipeline is broken"))
    for then in ("", "os._exit(0)", "raise RuntimeError"):
        found = accounts(task("bad", speaking(crash, then=then)), task("victim", ""))
        assert found["bad"].crash == ""
        assert found["bad"].intruded == "the look at it failed once its code ran: the pipeline is broken"
        assert (found["victim"].records, found["victim"].intruded) == ((WORKS,), "")


def test_a_report_without_end_ends_with_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_REPORT", 1 << 20)
    line = forged(OUTCOME, error="x" * 1000)
    endless = speaking(line, then="while True: frame.f_locals['say'](line)")
    found = accounts(task("bad", endless), task("victim", ""))
    assert found["bad"].records == (Outcome(kind="module", what="bad", error=f"the process reported {MORE}"),)
    assert found["victim"].records == (WORKS,)
