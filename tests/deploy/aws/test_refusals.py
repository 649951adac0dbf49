from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProfileNotFound,
    ReadTimeoutError,
)
from botocore.stub import Stubber

from deploy.aws.connection import Aws
from deploy.aws.refusals import asking
from deploy.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return Aws(boto3.Session(region_name="eu-central-1"), "123456789012", Config(retries={"total_max_attempts": 1}))


@pytest.fixture
def lambda_(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.functions) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("answer", "cause", "cure"),
    [
        (("AccessDeniedException", 403), "may not do this", "allow lambda:UpdateFunctionCode on bot"),
        (("ExpiredTokenException", 403), "have expired", "aws sso login"),
        (("UnrecognizedClientException", 403), "does not know these credentials", "AWS_PROFILE"),
        (("InvalidSignatureException", 403), "does not know these credentials", "AWS_PROFILE"),
        (("TooManyRequestsException", 429), "too many calls, and still so after every retry", "it continues where"),
        (("ThrottlingException", 429), "too many calls", "wait a minute"),
        (("ResourceConflictException", 409), "another deployment, or a person", "let that end"),
        (("PreconditionFailedException", 412), "another deployment, or a person", "let that end"),
        (("CodeStorageExceededException", 400), "fill its code storage", "delete versions that nothing uses"),
        (("RequestEntityTooLargeException", 413), "50 MiB in a call", "the stage's `bucket`"),
        (("413", 413), "50 MiB in a call", "the stage's `bucket`"),
        (("Unknown", 413), "50 MiB in a call", "the stage's `bucket`"),
    ],
)
def test_a_refusal_names_the_action_what_aws_said_the_cause_and_the_cure(
    aws: Aws, lambda_: Stubber, answer: tuple[str, int], cause: str, cure: str
) -> None:
    code, status = answer
    lambda_.add_client_error("update_function_code", code, "AWS's own words", status)
    with pytest.raises(AwsError) as refused, asking("lambda:UpdateFunctionCode", "bot"):
        aws.functions.update_function_code(FunctionName="bot", ZipFile=b"")
    [fault] = refused.value.faults
    assert fault.where == "lambda:UpdateFunctionCode bot"
    assert fault.what == f"AWS's own words ({code})"
    assert cause in fault.cause
    assert cure in fault.cure


def test_a_refusal_that_is_not_known_still_says_what_aws_said(aws: Aws, lambda_: Stubber) -> None:
    lambda_.add_client_error("get_alias", "InvalidParameterValueException", "the name is odd", 400)
    with pytest.raises(AwsError, match="the name is odd") as refused, asking("lambda:GetAlias", "bot:live"):
        aws.functions.get_alias(FunctionName="bot", Name="live")
    assert refused.value.faults[0].cause == ""


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (NoCredentialsError(), "there are no usable AWS credentials"),
        (ProfileNotFound(profile="prod"), "AWS_PROFILE, names it"),
        (EndpointConnectionError(endpoint_url="https://x"), "AWS cannot be reached"),
        (ConnectTimeoutError(endpoint_url="https://x"), "AWS cannot be reached"),
        (ReadTimeoutError(endpoint_url="https://x"), "the answer was lost"),
    ],
)
def test_what_never_reached_aws_is_told_apart(error: Exception, cause: str) -> None:
    with pytest.raises(AwsError) as refused, asking("sts:GetCallerIdentity", "eu-central-1"):
        raise error
    assert cause in refused.value.faults[0].cause
    assert refused.value.__cause__ is error


def test_a_wrong_call_of_ours_is_a_bug_and_no_refusal(aws: Aws) -> None:
    with pytest.raises(ParamValidationError), asking("lambda:GetFunction", "bot"):
        aws.functions.get_function(FunctionName=1)  # type: ignore[arg-type] # the wrong call


def test_an_update_that_lambda_failed_to_take_in_says_lambdas_reason(aws: Aws, lambda_: Stubber) -> None:
    reason = "The role cannot use the key"
    lambda_.add_response(
        "get_function", {"Configuration": {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": reason}}
    )
    with pytest.raises(AwsError, match=reason), asking("lambda:GetFunction", "bot"):
        aws.functions.get_waiter("function_updated_v2").wait(FunctionName="bot")


def test_a_refusal_while_waiting_is_explained_like_any_other(aws: Aws, lambda_: Stubber) -> None:
    lambda_.add_client_error("get_function", "AccessDeniedException", "no", 403)
    with pytest.raises(AwsError, match=r"(?s)no \(AccessDeniedException\).*allow lambda:GetFunction on bot"):  # noqa: SIM117
        with asking("lambda:GetFunction", "bot"):
            aws.functions.get_waiter("function_updated_v2").wait(FunctionName="bot")
