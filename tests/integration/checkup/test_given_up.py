"""Jobs in the emulated dead-letter queue, as the doctor tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.discord import findings as looking
from tools.discord.findings import DEAD_LETTERS

if TYPE_CHECKING:
    from tests.integration.checkup.conftest import Ward

NAME = "tiny_dead-dev.fifo"


@pytest.mark.parametrize(
    ("count", "state", "what"),
    [
        (0, "ok", f"no job was given up: {NAME} is empty"),
        (1, "warning", f"1 job was given up, and in {NAME}"),
        (3, "warning", f"3 jobs were given up, and in {NAME}"),
    ],
)
def test_jobs_that_were_given_up_are_counted(ward: Ward, count: int, state: str, what: str) -> None:
    url = ward.aws.queues.create_queue(QueueName=NAME, Attributes={"FifoQueue": "true"})["QueueUrl"]
    for number in range(count):
        ward.aws.queues.send_message(
            QueueUrl=url, MessageBody="{}", MessageGroupId="1", MessageDeduplicationId=f"{number}"
        )
    [found] = looking.given_up(ward.aws, {DEAD_LETTERS: url})
    assert (found.state, found.what) == (state, what)


def test_a_queue_that_is_gone_and_a_stack_without_one_are_told(ward: Ward) -> None:
    gone = "http://sqs.eu-central-1.localhost/000000000000/gone.fifo"
    assert [each.state for each in looking.given_up(ward.aws, {DEAD_LETTERS: gone})] == ["broken"]
    assert [each.state for each in looking.given_up(ward.aws, {})] == ["unknown"]
