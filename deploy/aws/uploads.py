"""How bytes get to Lambda: in the call itself up to 50 MiB, through the stage's bucket above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.aws.refusals import asking
from deploy.errors import ConfigError, Fault
from deploy.layer.limits import DIRECT_UPLOAD
from deploy.layer.manifest import code_sha256

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_lambda.type_defs import LayerVersionContentInputTypeDef as Content

    from deploy.aws.connection import Aws
    from deploy.settings import Stage


def content(aws: Aws, stage: Stage, path: Path, sha256: str) -> Content:
    """Offer a zip to Lambda; raise ConfigError where it needs a bucket that the stage does not name."""
    if path.stat().st_size <= DIRECT_UPLOAD:
        return {"ZipFile": path.read_bytes()}
    if stage.bucket is None:
        raise ConfigError([_no_bucket(stage, path)])
    key = f"channelwright/{sha256}.zip"
    with asking("s3:PutObject", f"{stage.bucket}/{key}"), path.open("rb") as body:
        # S3 compares the digest with what arrived: a broken upload is refused, not published.
        aws.objects.put_object(Bucket=stage.bucket, Key=key, Body=body, ChecksumSHA256=code_sha256(sha256))
    return {"S3Bucket": stage.bucket, "S3Key": key}


def _no_bucket(stage: Stage, path: Path) -> Fault:
    return Fault(
        f"stages.{stage.name}.bucket",
        f"is not set, and {path.name} is {path.stat().st_size:,} bytes",
        cause=f"a zip above {DIRECT_UPLOAD:,} bytes has to go through S3",
        cure=f"name a bucket in {stage.region} that you may write to",
    )
