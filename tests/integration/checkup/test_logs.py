"""Logs in the emulated CloudWatch, with what the runtime writes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.checkup.conftest import Ward

ABSENT = "[ERROR] Runtime.ImportModuleError: Unable to import module 'bot': No module named 'nacl'\nTraceback …"
GLIBC = (
    "[ERROR] Runtime.ImportModuleError: Unable to import module 'bot': /lib64/libc.so.6: version `GLIBC_2.28' not "
    "found (required by /opt/python/cryptography/_rust.abi3.so)\nTraceback …"
)


def write(ward: Ward, function: str, version: str, *messages: str, hours_ago: float = 0, group: str = "") -> None:
    where = {
        "logGroupName": group or f"/aws/lambda/{function}",
        "logStreamName": f"2026/11/26/[{version}]{time.time()}",
    }
    logs = ward.aws.logs
    if not logs.describe_log_groups(logGroupNamePrefix=where["logGroupName"])["logGroups"]:
        logs.create_log_group(logGroupName=where["logGroupName"])
    logs.create_log_stream(**where)
    at = int((time.time() - hours_ago * 3600) * 1000)
    logs.put_log_events(
        logGroupName=where["logGroupName"],
        logStreamName=where["logStreamName"],
        logEvents=[{"timestamp": at, "message": message} for message in messages],
    )


@pytest.fixture
def deployed(ward: Ward) -> Ward:
    ward.deploy()
    return ward


def test_an_import_that_fails_in_the_live_version_is_broken_and_explained(deployed: Ward) -> None:
    write(deployed, "tiny_bot-dev", "2", "START", ABSENT, ABSENT, "END")
    found = deployed.look("the logs").only("broken")
    assert found.what.startswith("tiny_bot-dev:2 failed 2 times, last at 2")
    assert found.what.endswith("UTC: Runtime.ImportModuleError: Unable to import module 'bot': No module named 'nacl'")
    assert found.cause == "no layer that is attached brings nacl"
    assert "to requirements.in, or to what the lock is exported from, and lock it: `nox -s lock`" in found.cure


def test_each_error_is_told_once_for_each_version_and_old_versions_are_a_warning(deployed: Ward) -> None:
    write(deployed, "tiny_bot-dev", "1", GLIBC)
    write(deployed, "tiny_bot-dev", "$LATEST", ABSENT)
    report = deployed.look("the logs")
    assert [finding.cause for finding in report.of("warning")] == [
        "a wheel for a newer Linux was locked; that version is not live",
        "no layer that is attached brings nacl; that version is not live",
    ]
    assert not report.of("broken")


def test_what_is_older_than_asked_for_is_not_told(deployed: Ward) -> None:
    write(deployed, "tiny_bot-dev", "2", ABSENT, hours_ago=3)
    assert deployed.look("the logs", hours=2).is_well
    assert deployed.look("the logs", hours=4).only("broken").state == "broken"


def test_errors_of_other_kinds_are_not_imports(deployed: Ward) -> None:
    write(deployed, "tiny_bot-dev", "2", "[ERROR] KeyError: 'PATH'", "Runtime exited", "imported module")
    assert deployed.look("the logs").is_well


def test_a_function_that_logs_into_a_group_of_its_own_is_found_there(deployed: Ward) -> None:
    deployed.aws.functions.update_function_configuration(
        FunctionName="tiny_bot-dev", LoggingConfig={"LogGroup": "/mine"}
    )
    write(deployed, "tiny_bot-dev", "2", ABSENT, group="/mine")
    assert deployed.look("the logs").only("broken").cause == "no layer that is attached brings nacl"


def test_a_log_of_more_pages_than_are_read_is_said_to_be_unread(
    deployed: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.aws.logs.PAGES", 1)
    write(deployed, "tiny_bot-dev", "2", "START")
    assert deployed.look("the logs").of("unknown")[0].what == "not checked: all of tiny_bot-dev's log"
