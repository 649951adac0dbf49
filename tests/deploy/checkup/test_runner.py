from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from deploy.checkup import runner
from deploy.checkup.findings import Finding, broken, ok, unknown, warning
from deploy.checkup.runner import Check
from deploy.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def silently(_: str) -> None:
    pass


def finding(made: Finding) -> Callable[[], list[Finding]]:
    return lambda: [made]


def test_a_check_is_skipped_and_says_so_where_one_that_it_needs_is_not_well() -> None:
    checks = [
        Check("the door", "house", finding(broken("the door is gone"))),
        Check("the window", "house", finding(unknown("the window"))),
        Check("the lock", "door", finding(ok("never looked at")), ("the door", "the window")),
        Check("the key", "door", finding(ok("never looked at")), ("the lock",)),
    ]
    *_, lock, key = runner.make(checks, silently)
    cause = "first comes what is wrong with the door and the window"
    assert lock.findings == (Finding("unknown", "not checked: the lock", cause, area="door"),)
    assert key.findings == (Finding("unknown", "not checked: the key", cause, area="door"),)


def test_a_warning_and_silence_stop_nothing() -> None:
    checks = [
        Check("first", "a", finding(warning("old"))),
        Check("second", "a", list),
        Check("third", "a", finding(ok("seen")), ("first", "second")),
    ]
    assert [each.what for outcome in runner.make(checks, silently) for each in outcome.findings] == ["old", "seen"]


def test_what_cannot_be_looked_at_is_not_checked_and_never_well() -> None:
    def refused() -> Iterator[Finding]:
        yield ok("this much was seen")
        raise AwsError.of("lambda:GetFunction f", "denied", cause="no right", cure="allow it")

    [outcome] = runner.make([Check("f", "functions", refused)], silently)
    assert outcome.bug is None
    assert outcome.findings == (
        Finding("ok", "this much was seen", area="functions"),
        Finding("unknown", "not checked: lambda:GetFunction f: denied", "no right", "allow it", "functions"),
    )


def test_a_bug_keeps_its_traceback_and_hides_nothing_that_others_find() -> None:
    def faulty() -> Iterator[Finding]:
        raise ZeroDivisionError("of the check")

    outcomes = runner.make(
        [Check("one", "a", faulty), Check("two", "a", finding(ok("seen"))), Check("three", "a", list, ("one",))],
        silently,
    )
    assert [each.state for outcome in outcomes for each in outcome.findings] == ["unknown", "ok", "unknown"]
    bug = outcomes[0].bug
    assert isinstance(bug, ZeroDivisionError)
    assert bug.__traceback__ is not None
    assert outcomes[0].findings[0].what == "not checked: one: ZeroDivisionError: of the check"


def test_checks_run_side_by_side_and_are_told_in_their_order() -> None:
    met = threading.Barrier(2, timeout=30)

    def meets(name: str) -> Callable[[], list[Finding]]:
        return lambda: [ok(name)] if met.wait() >= 0 else []

    said: list[str] = []
    outcomes = runner.make([Check("one", "a", meets("one")), Check("two", "a", meets("two"))], said.append)
    assert [outcome.findings[0].what for outcome in outcomes] == ["one", "two"]
    assert sorted(line.split("  ")[0] for line in said) == ["looked at one", "looked at two"]


def test_long_chains_of_needs_do_not_wait_for_each_other() -> None:
    checks = [Check("0", "a", list), *(Check(str(at), "a", list, (str(at - 1), "0")) for at in range(1, 40))]
    assert len(runner.make(checks, silently)) == 40
