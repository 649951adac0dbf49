"""Each call to AWS with its time, where that is asked for: the action and the answer's status, nothing of its contents.

The events are botocore's: https://docs.aws.amazon.com/boto3/latest/guide/events.html.
"""

from __future__ import annotations

import time
from typing import Any

from . import verbose
from .duration import duration

_STARTED = "channelwright.started"


def tell_calls(session: Any) -> None:
    """Have every call of a session told, if the run is to tell them."""
    if verbose.tells(verbose.CALLS):
        session.register("before-call", _begin)
        session.register("after-call", _end)
        session.register("after-call-error", _fail)


def _begin(**event: Any) -> None:
    event["context"][_STARTED] = time.monotonic()


def _end(**event: Any) -> None:
    verbose.say(f"aws {_name(event['model'])}  {event['http_response'].status_code}  {_took(event['context'])}")


def _fail(**event: Any) -> None:
    verbose.say(f"aws  {type(event['exception']).__name__}  {_took(event['context'])}")


def _name(model: Any) -> str:
    return f"{model.service_model.service_name}:{model.name}"


def _took(context: dict[str, Any]) -> str:
    return duration(time.monotonic() - context.get(_STARTED, time.monotonic()))
