"""Who we are in AWS, and the clients that every verb speaks through."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

from .. import __version__
from ..errors import AwsError, Fault
from ..terminal.aws_calls import tell_calls
from .refusals import asking, configured

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_iam.client import IAMClient
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_logs.client import CloudWatchLogsClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_ssm.client import SSMClient

    from ..settings import Stage

# Reading may take as long as a function's cold start and health check, or an upload over a slow line. Adaptive is the
# standard way to try again, and a rate for all calls of a client besides, found by what AWS refuses: a client of ours
# is for one account and region, whose limits all its threads share.
# https://docs.aws.amazon.com/boto3/latest/guide/retries.html
CONFIG = Config(
    connect_timeout=10,
    read_timeout=90,
    retries={"mode": "adaptive", "total_max_attempts": 8},
    user_agent_extra=f"channelwright/{__version__}",
)
# For questions that somebody waits for, and that can be asked again.
BRIEF = CONFIG.merge(Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3}))


@dataclass(frozen=True)
class Aws:
    """An account and a region that calls go to. The clients are made when first used."""

    session: boto3.Session
    account: str
    config: Config = CONFIG

    @property
    def region(self) -> str:
        return self.session.region_name

    @cached_property
    def functions(self) -> LambdaClient:
        with configured():
            return self.session.client("lambda", config=self.config)

    @cached_property
    def stacks(self) -> CloudFormationClient:
        with configured():
            return self.session.client("cloudformation", config=self.config)

    @cached_property
    def objects(self) -> S3Client:
        with configured():
            return self.session.client("s3", config=self.config)

    @cached_property
    def queues(self) -> SQSClient:
        with configured():
            return self.session.client("sqs", config=self.config)

    @cached_property
    def parameters(self) -> SSMClient:
        with configured():
            return self.session.client("ssm", config=self.config)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        with configured():
            return self.session.client("logs", config=self.config)

    @cached_property
    def identities(self) -> IAMClient:
        with configured():
            return self.session.client("iam", config=self.config)

    @property
    def is_amazons(self) -> bool:
        """Whether Lambda's endpoint, as boto3 resolved it, is below a domain of AWS, a private one included."""
        host = urlsplit(self.functions.meta.endpoint_url).hostname or ""
        return any(host.endswith(f".{domain}") for domain in _domains())


def connect(stage: Stage, *, config: Config = CONFIG) -> Aws:
    """Open the door to the stage's region, with its profile's credentials, or boto3's usual ones where it names none.

    Raises AwsError without credentials or in another account than the stage's own.
    """
    with configured(), asking("sts:GetCallerIdentity", stage.region):
        session = _session(stage.region, profile_name=stage.profile)
        account = session.client("sts", config=config.merge(BRIEF)).get_caller_identity()["Account"]
    if stage.account and stage.account != account:
        raise AwsError([_wrong_account(stage, account)])
    return Aws(session, account, config)


def elsewhere(aws: Aws, region: str) -> Aws:
    """Stand in another region as who we are; the same place where it is this region.

    The session is another one, with the credentials as they are now, since a session is not for several threads:
    https://docs.aws.amazon.com/boto3/latest/guide/session.html
    """
    if region == aws.region:
        return aws
    with asking("sts:GetCallerIdentity", region):
        signed_in = aws.session.get_credentials()
        held = signed_in.get_frozen_credentials() if signed_in else None
    session = _session(
        region,
        aws_access_key_id=held.access_key if held else None,
        aws_secret_access_key=held.secret_key if held else None,
        aws_session_token=held.token if held else None,
    )
    return Aws(session, aws.account, aws.config)


def _session(region: str, **who: str | None) -> boto3.Session:
    """Open a session; all of them read each service's model from disk once, which takes longer than a call."""
    core = botocore.session.Session()
    core.register_component("data_loader", _models(core.get_config_variable("data_path")))
    tell_calls(core)
    return boto3.Session(botocore_session=core, region_name=region, **who)


@cache
def _models(path: str | None) -> Loader:
    return create_loader(path)


def _wrong_account(stage: Stage, account: str) -> Fault:
    return Fault(
        f"stages.{stage.name}.account",
        f"the credentials are for account {account}; this stage is {stage.account}'s",
        cause=f"its profile {stage.profile} leads there" if stage.profile else "another profile or role is active",
        cure=f"sign in to {stage.account}, or choose another --stage",
    )


@cache
def _domains() -> set[str]:
    """Every domain below which AWS has endpoints, in all its partitions, as botocore's own data says."""
    data: Any = botocore.session.get_session().get_component("data_loader").load_data("endpoints")
    suffixes = {partition["dnsSuffix"] for partition in data["partitions"]}
    variants = (each for partition in data["partitions"] for each in partition["defaults"].get("variants", ()))
    return suffixes | {variant["dnsSuffix"] for variant in variants if "dnsSuffix" in variant}
