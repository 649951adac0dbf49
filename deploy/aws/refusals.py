"""What AWS refused, translated once: the action, what AWS said, the likely cause, what to do.

The codes are those of https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html and of each action's own page.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from botocore import exceptions as botocore
from botocore.session import Session

from ..errors import AwsError, Fault, meant, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

_SERVER_ERROR = 500
_ENDPOINT = "AWS_ENDPOINT_URL"
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]")
_RERUN = "run it again; it continues where this one stopped"
_SIGN_IN = "sign in, for example with `aws sso login` or `aws configure`, and check AWS_PROFILE"
_EXPIRED = ("the credentials have expired", "sign in again, for example with `aws sso login`")
_UNKNOWN = (
    "AWS does not know these credentials, their secret is wrong, or the region is not enabled for the account",
    _SIGN_IN,
)
_DENIED = ("the role or user that is signed in may not do this", "allow {action} on {about}")
_THROTTLED = ("too many calls, and still so after every retry", f"wait a minute, then {_RERUN}")
_TOO_LARGE = ("Lambda takes zips of up to 50 MiB in a call", "set the stage's `bucket`, so that it goes through S3")
_RACED = ("another deployment, or a person, is changing it", f"let that end, then {_RERUN}")

_KNOWN = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "RequestExpired": _EXPIRED,
    "InvalidClientTokenId": _UNKNOWN,
    "InvalidSignatureException": _UNKNOWN,
    "SignatureDoesNotMatch": _UNKNOWN,
    "UnrecognizedClientException": _UNKNOWN,
    "AccessDenied": _DENIED,
    "AccessDeniedException": _DENIED,
    "Throttling": _THROTTLED,
    "ThrottlingException": _THROTTLED,
    "TooManyRequestsException": _THROTTLED,
    "RequestLimitExceeded": _THROTTLED,
    "SlowDown": _THROTTLED,
    "RequestEntityTooLargeException": _TOO_LARGE,
    "RequestTooLargeException": _TOO_LARGE,
    "413": _TOO_LARGE,
    "CodeStorageExceededException": (
        "all layers and versions of the region together fill its code storage",
        "delete versions that nothing uses, or ask AWS for a higher quota",
    ),
    "PolicyLengthExceededException": (
        "the policy has as many grants as it can hold",
        "share with an organization in place of its accounts",
    ),
    "ResourceConflictException": _RACED,
    "PreconditionFailedException": _RACED,
    "NoSuchBucket": ("the bucket does not exist", "create it in the stage's region, or set the stage's `bucket`"),
    "ParameterAlreadyExists": _RACED,
    "TooManyUpdates": _RACED,
    "ParameterLimitExceeded": (
        "the region has as many parameters as the account may have there",
        "delete some that nothing reads, or ask AWS for a higher quota",
    ),
    "PermanentRedirect": (
        "the bucket is in another region",
        "name one in the region itself in the stage's `bucket`: {{region: bucket}}",
    ),
}

_SIGNED_OUT = (
    botocore.NoCredentialsError,
    botocore.PartialCredentialsError,
    botocore.CredentialRetrievalError,
    botocore.TokenRetrievalError,
    botocore.UnauthorizedSSOTokenError,
    botocore.SSOTokenLoadError,
    botocore.ProfileNotFound,
)
_UNREACHABLE = (botocore.ConnectionError, botocore.HTTPClientError)

_ASKED: ContextVar[str] = ContextVar("asked", default="")


@contextmanager
def asking(action: str, about: str) -> Iterator[None]:
    """Turn what AWS or botocore refuses inside into AwsError.

    `action` is named as in an IAM policy, `lambda:PublishLayerVersion`; `about` is what it is done to. A wrong call
    of ours (ParamValidationError) is a bug and stays one.
    """
    before = _ASKED.set(action)
    try:
        yield
    except botocore.ParamValidationError:
        raise
    except botocore.WaiterError as error:
        raise AwsError([_waited(action, about, error)]) from error
    except botocore.ClientError as error:
        raise AwsError([_refused(action, about, error.response)]) from error
    except botocore.BotoCoreError as error:
        raise AwsError([_unasked(action, about, error)]) from error
    finally:
        _ASKED.reset(before)


@contextmanager
def once(client: Any, operation: str) -> Iterator[None]:
    """Raise, in place of botocore's second try, what a call ended with that may have done its work.

    It is for calls that make something new each time they arrive, such as a layer version: where an answer was lost,
    the caller looks first. What AWS refused for its rate did nothing, and is sent again as ever.
    https://docs.aws.amazon.com/boto3/latest/guide/retries.html
    """
    event = f"needs-retry.{client.meta.service_model.service_id.hyphenize()}.{operation}"

    def raised(
        caught_exception: Exception | None = None, response: tuple[Any, dict[str, object]] | None = None, **_: object
    ) -> None:
        if caught_exception is not None:
            raise caught_exception
        if response is not None and response[0].status_code >= _SERVER_ERROR:
            raise botocore.ClientError(response[1], operation)  # type: ignore[arg-type] # it is what botocore itself passes

    client.meta.events.register_first(event, raised)
    try:
        yield
    finally:
        client.meta.events.unregister(event, raised)


def asked() -> str:
    """Return the action that is being asked for here; empty outside `asking`."""
    return _ASKED.get()


@contextmanager
def configured() -> Iterator[None]:
    """Turn what botocore cannot make a client of into AwsError, with the variables that it may come from.

    It raises ValueError for an endpoint that is no URL, and for a proxy.
    """
    try:
        yield
    except ValueError as error:
        given = [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith(_ENDPOINT)]
        cause = f"{' and '.join(given)} is set here" if given else "an `endpoint_url` of the AWS configuration file"
        cure = "give an address such as https://host, or unset it"
        raise AwsError([Fault("AWS", str(error), cause, cure)]) from error


def _refused(action: str, about: str, response: Any) -> Fault:
    """Explain an error response; one that a proxy gave in AWS's place has a status and no code of AWS."""
    code = str(response["Error"].get("Code", ""))
    status = str(response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
    said = response["Error"].get("Message") or "no reason given"
    cause, cure = _KNOWN.get(code) or _KNOWN.get(_inside(said)) or _KNOWN.get(status) or ("", "")
    return Fault(f"{action} {about}", f"{said} ({code})", cause, cure.format(action=action, about=about))


def _inside(said: str) -> str:
    """Return the code that S3 gave Lambda, which Lambda tells in its message."""
    return said.partition("S3 Error Code: ")[2].partition(".")[0]


def _waited(action: str, about: str, error: botocore.WaiterError) -> Fault:
    """Say what was waited for: a waiter's last answer holds AWS's reason, the waiter's own text does not."""
    last: Any = error.last_response
    if "Error" in last:
        return _refused(action, about, last)
    configuration = last.get("Configuration", last)
    reason = configuration.get("LastUpdateStatusReason") or configuration.get("StateReason")
    return Fault(f"{action} {about}", reason or str(error.kwargs["reason"]), cure=_RERUN)


def _unasked(action: str, about: str, error: botocore.BotoCoreError) -> Fault:
    where, said = f"{action} {about}", str(error)
    if isinstance(error, botocore.ProfileNotFound):
        return _profile(where, str(error.kwargs["profile"]))
    if isinstance(error, botocore.ConfigParseError):
        return Fault(where, said, "AWS_CONFIG_FILE, or ~/.aws/config, is not what AWS's tools write", "correct it")
    if isinstance(error, botocore.InvalidRegionError):
        return Fault(where, said, cure="name a region of AWS, such as eu-central-1")
    if isinstance(error, _SIGNED_OUT):
        return Fault(where, said, "there are no usable AWS credentials", _SIGN_IN)
    if isinstance(error, _UNREACHABLE):
        return _unreached(where, said, about)
    return Fault(where, said)


def _profile(where: str, name: str) -> Fault:
    known = Session().available_profiles
    if not name:
        cause = "AWS_PROFILE, or `profile` of the stage, is there and empty"
        return Fault(where, "no profile is named", cause, "unset AWS_PROFILE, or name one")
    cure = suggest(name, known) if known else "make one with `aws configure sso` or `aws configure`"
    what = f"there is no profile {name} in the AWS configuration of this user"
    return Fault(where, what, "`profile` of the stage, or AWS_PROFILE, names it", cure)


def _unreached(where: str, said: str, region: str) -> Fault:
    """Say why nothing answered: a region that no AWS has is a more likely reason than a network that is down."""
    regions = _regions()
    if _REGION.fullmatch(region) and region not in regions:
        cause = f"{region} is no region that this botocore knows"
        return Fault(where, said, cause, suggest(region, regions) if meant(region, regions) else "correct its name")
    return Fault(where, said, "AWS cannot be reached, or the answer was lost", f"check the network, then {_RERUN}")


def _regions() -> set[str]:
    session = Session()
    partitions = session.get_available_partitions()
    return {each for partition in partitions for each in session.get_available_regions("sts", partition)}
